#!/bin/sh
# Opens the dashboards in Chromium: sh tests/pages/run.sh BUILD PROGRAM FAKENOW
#
# Makes the files from generated data, then runs pages.js over them. Skips like browser.sh.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
work=$1/pages-tests
program=$2
fakenow=$3

. "$here/browser.sh"

rm -rf "$work/home" "$work/team"
mkdir -p "$work/home" "$work/team"
python3 -B "$here/organisation.py" "$program" "$fakenow" "$work/team"
python3 -B "$root/examples/sample/sample.py" --out "$work/home" --days 45 --seed 3 --quiet
at_home
"$program" sync --quiet >/dev/null

BLUEPLANE_FAKENOW=$(CDPATH='' cd -- "$(dirname -- "$fakenow")" && pwd)/$(basename -- "$fakenow")
export BLUEPLANE_FAKENOW
node "$here/pages.js" "$work" "$program" "$chromium"
node "$here/reports.js" "$work" "$program" "$chromium"
