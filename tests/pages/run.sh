#!/bin/sh
# Opens the dashboards in Chromium: sh tests/pages/run.sh BUILD PROGRAM FAKENOW
#
# Makes the files from generated data, then runs pages.js over them. The programs' clock stands still, late on the last
# day of the data, as what a page can show depends on the day: on the first of a month its chart has one column. Skips
# like browser.sh.
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
python3 -B "$root/examples/sample/sample.py" --out "$work/home" --until 2026-04-03 --days 45 --seed 3 --quiet
at_home
# By its name: LD_PRELOAD is divided at blanks, which the path of its folder may have.
BLUEPLANE_FAKENOW=$(basename -- "$fakenow")
LD_LIBRARY_PATH=$(CDPATH='' cd -- "$(dirname -- "$fakenow")" && pwd)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
FAKE_NOW=1775260740
export BLUEPLANE_FAKENOW LD_LIBRARY_PATH FAKE_NOW
LD_PRELOAD=$BLUEPLANE_FAKENOW "$program" sync --quiet >/dev/null

node "$here/pages.js" "$work" "$program" "$chromium"
node "$here/reports.js" "$work" "$program" "$chromium"
