#!/usr/bin/env bash
# Installs what the tests need and the machine lacks, or with the word `bench` what benchmarks need.
# Needs root only where something is missing.
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
# It samples where time goes.
[ "${1:-}" != bench ] || need perf linux-perf

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "the tests need these Debian packages: ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# Prometheus is unpacked, not installed: as a package it would start a server at every boot, on the port
# of the gateway's admin listener.
unpacked="$(dirname "$0")/.cache/prometheus"
if ! { command -v promtool && command -v prometheus; } >/dev/null 2>&1 && [ ! -x "$unpacked/usr/bin/promtool" ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "the tests need promtool and prometheus" >&2
    exit 1
  fi
  [ "$(id -u)" -ne 0 ] || apt-get update -qq
  mkdir -p "$unpacked"
  (cd "$unpacked" && apt-get download -qq prometheus && dpkg-deb --extract prometheus_*.deb . && rm prometheus_*.deb)
fi

# The toolchain file names the components; a machine whose toolchain came without them gets them.
cargo fmt --version >/dev/null
cargo clippy --version >/dev/null
