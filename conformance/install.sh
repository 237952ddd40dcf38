#!/usr/bin/env bash
# Installs what the tests need and the machine lacks. Needs root only where something is missing.
set -euo pipefail

missing=()
need() { # command, Debian package
  command -v "$1" >/dev/null 2>&1 || missing+=("$2")
}
need redis-server redis-server
need ssh-keygen openssh-client
need openssl openssl
need curl curl
need jq jq
need python3 python3
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "the tests need these Debian packages: ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# The toolchain file names the components; a machine whose toolchain came without them gets them.
cargo fmt --version >/dev/null
cargo clippy --version >/dev/null
