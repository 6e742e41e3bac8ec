#!/usr/bin/env bash
# The connectors' tests talk to real servers: those of Debian, which root gets installed and others
# are told of, and a FHIR server of npm, put in .venv. What cannot be had skips its tests.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin"

debian() {
    local missing=()
    command -v mariadbd >/dev/null || missing+=(mariadb-server)
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
    command -v sshd >/dev/null || missing+=(openssh-server)
    [ ${#missing[@]} = 0 ] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        printf '%s\n' "Installation de ${missing[*]} (paquets Debian) pour les tests des connecteurs…" >&2
        apt-get update -qq &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null && return
    fi
    printf '%s\n' "Certains tests des connecteurs seront passés : apt-get install ${missing[*]}" >&2
}

# The versions that the tests were written against; no script of a package is run.
fhir() {
    local folder=.venv/medplum version=4.5.2
    [ -f "$folder/installed-$version" ] && return
    mkdir -p "$folder"
    printf '{"private": true}\n' >"$folder/package.json"
    command -v npm >/dev/null &&
        timeout 120 npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund \
            --loglevel=error "@medplum/"{core,definitions,fhir-router}"@$version" >/dev/null 2>&1 &&
        touch "$folder/installed-$version" && return
    printf '%s\n' "Le test avec un autre serveur FHIR sera passé : npm n'a pas pu l'installer" >&2
}

debian
fhir
