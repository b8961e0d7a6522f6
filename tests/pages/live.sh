#!/bin/sh
# Opens the live pages in Chromium: sh tests/pages/live.sh BUILD PROGRAM
#
# Serves generated data on this machine and runs live.js over it. Skips like browser.sh, and without blueplane-serve.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
work=$1/live-tests
program=$2

[ -x "$program-serve" ] || { echo 'skipped: no blueplane-serve'; exit 77; }
. "$here/browser.sh"

rm -rf "$work/home"
mkdir -p "$work/home"
python3 -B "$root/examples/sample/sample.py" --out "$work/home" --days 20 --quiet
at_home

node "$here/live.js" "$work" "$program" "$chromium"
