#!/usr/bin/env bash
# Prepares .venv alone from requirements.lock; on Debian as root, installs python3-venv when missing.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    say "Cockpit demande Python 3.11 ou plus récent (trouvé : $("$python" --version 2>&1 || echo aucun))."
    say "Installez-le, puis relancez par exemple : make install PYTHON=python3.12"
    exit 1
}

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installation de python3-venv (paquet Debian)…"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    else
        say "Il manque le module venv de Python. Demandez : apt-get install python3-venv"
        exit 1
    fi
fi

say "Préparation de .venv (une à deux minutes la première fois)…"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
touch .venv/installed
say "Prêt : .venv/bin/cockpit --help"
