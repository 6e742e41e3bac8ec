#!/usr/bin/env bash
# Makes requirements.lock again from pyproject.toml, without the address of any index in it.
# Versions already locked stay; `bash deploy/lock.sh --upgrade` takes the newest allowed.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq pip-tools
cp requirements.lock "$work/lock"
"$work/venv/bin/pip-compile" -q --generate-hashes --strip-extras --allow-unsafe --extra dev \
    --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
    "$@" -o "$work/lock" pyproject.toml
sed -i '/^#/d' "$work/lock"
if grep -nE 'https?://|file:|--(index|extra-index|find-links)' "$work/lock"; then
    printf '%s\n' "Une adresse est restée dans le verrou : rien n'a été écrit." >&2
    exit 1
fi
{
    printf '%s\n' "# Every package with its hashes, without any index. Made by deploy/lock.sh."
    cat "$work/lock"
} >requirements.lock
