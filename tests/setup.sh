#!/bin/sh
# Installs what the build needs and this machine lacks, with the argument "tests" also what the tests need; used by
# examples/run.sh and tests/run.sh. It looks for the tools themselves, so nothing is installed on a machine that has
# them from elsewhere, and a second run takes some milliseconds. Installs with apt-get, as root or through sudo. Asks no
# questions.
set -eu

say() { printf '%s\n' "$*" >&2; }

for_tests=no
if [ "${1:-}" = tests ]; then for_tests=yes; fi

has() { command -v "$1" >/dev/null 2>&1; }

has_header() { printf '#include <%s>\n' "$1" | cc -E - >/dev/null 2>&1; }

has_module() { has pkg-config && pkg-config --exists "$1"; }

# Prints the Debian packages of missing tools.
missing() {
  { has cc && has c++ && has make && has_header stdio.h; } || echo build-essential
  has meson || echo meson
  has ninja || echo ninja-build
  has pkg-config || echo pkg-config
  has python3 || echo python3
  { has python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; } || echo python3-venv
  { has python3 && python3 -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null; } || echo python3-dev
  has_module sqlite3 || echo libsqlite3-dev
  has_module libcjson || echo libcjson-dev
  has_module libsodium || echo libsodium-dev
  has_module popt || echo libpopt-dev
  has_module libutf8proc || echo libutf8proc-dev
  has_module zlib || echo zlib1g-dev
  has_module libgit2 || echo libgit2-dev
  has_module libmicrohttpd || echo libmicrohttpd-dev
  has_module hiredis || echo libhiredis-dev
  has_module check || echo check
  [ "$for_tests" = yes ] || return 0
  has npm || echo npm
  has abidiff || echo abigail-tools
  has chromium || has chromium-browser || has google-chrome || echo chromium
  [ -e /usr/share/zoneinfo/Europe/Berlin ] || echo tzdata
}

packages=$(missing | tr '\n' ' ')
[ -n "$packages" ] || exit 0

if ! has apt-get; then
  say "Missing (named as Debian packages): $packages"
  say "There is no apt-get here; install them with the package manager of this system and run the command again."
  exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif has sudo; then
  # Without a terminal sudo must not wait for a password.
  if [ -t 0 ]; then as_root=sudo; else as_root='sudo -n'; fi
else
  say "Missing packages: $packages"
  say "Run as root, or install sudo, or ask an administrator for: apt-get install $packages"
  exit 1
fi

say "Installing: $packages"
apt() {
  # shellcheck disable=SC2086  # empty, or a command with its option
  $as_root env DEBIAN_FRONTEND=noninteractive TZ=Etc/UTC apt-get -qq -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}
apt update
# shellcheck disable=SC2086  # a list of names
apt install -y --no-install-recommends $packages

packages=$(missing | tr '\n' ' ')
if [ -n "$packages" ]; then
  say "Still missing after the installation: $packages"
  exit 1
fi
