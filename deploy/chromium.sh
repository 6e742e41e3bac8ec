#!/usr/bin/env bash
# The browser tests drive Debian's chromium; root gets it installed, others are told.
set -euo pipefail
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    printf '%s\n' "Installation de chromium (paquet Debian) pour les tests de navigateur…" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
    exit 0
fi
printf '%s\n' "Les tests de navigateur demandent chromium : apt-get install chromium" >&2
exit 1
