#!/usr/bin/env bash
# The connectors' tests talk to real servers of Debian; root gets them installed, others are told.
set -euo pipefail
missing=()
PATH="$PATH:/usr/sbin"
command -v mariadbd >/dev/null || missing+=(mariadb-server)
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
command -v sshd >/dev/null || missing+=(openssh-server)
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    printf '%s\n' "Installation de ${missing[*]} (paquets Debian) pour les tests des connecteurs…" >&2
    apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null && exit 0
fi
printf '%s\n' "Certains tests des connecteurs seront passés : apt-get install ${missing[*]}" >&2
