#!/bin/sh
# Opens the dashboards in Chromium: sh tests/pages/run.sh BUILD PROGRAM FAKENOW
#
# Makes the files from generated data, then runs pages.js over them. Skips (77) where there is no npm, no Chromium or no way to download. BLUEPLANE_SHOTS
# names a folder for pictures of all pages.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
work=$1/pages-tests
program=$2
fakenow=$3

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$chromium" ] || { echo 'skipped: no Chromium'; exit 77; }
command -v npm >/dev/null 2>&1 || { echo 'skipped: no npm'; exit 77; }

mkdir -p "$work"
if ! cmp -s "$here/package-lock.json" "$work/package-lock.json" || [ ! -d "$work/node_modules" ]; then
  cp "$here/package.json" "$here/package-lock.json" "$work/"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || { tail -n 3 "$work/npm.log"; echo "skipped: packages cannot be downloaded"; exit 77; }
fi

rm -rf "$work/home" "$work/team"
mkdir -p "$work/home" "$work/team"
python3 -B "$here/organisation.py" "$program" "$fakenow" "$work/team"
python3 -B "$root/examples/sample/sample.py" --out "$work/home" --days 45 --seed 3 --quiet
HOME=$work/home
BLUEPLANE_STORE=$work/home/blueplane.db
TZ=UTC
LC_ALL=C.UTF-8
export HOME BLUEPLANE_STORE TZ LC_ALL
unset CLAUDE_CONFIG_DIR CODEX_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
"$program" sync --quiet >/dev/null

NODE_PATH=$work/node_modules node "$here/pages.js" "$work" "$program" "$chromium"
NODE_PATH=$work/node_modules node "$here/reports.js" "$work" "$program" "$chromium"
