#!/bin/sh
# Builds the program, ingests the records of the coding assistants on this machine, prints today and this week, and
# writes a dashboard:
#
#     sh examples/run.sh
#
# Needs only a Debian-like machine and root or sudo; works from any directory. If no assistant has left records, it
# generates sample data and says so. Nothing leaves the machine.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build

say() { printf '%s\n' "$*" >&2; }

# Runs a step without output, unless it fails.
step() {
  name=$1
  shift
  say "$name"
  "$@" >"$root/build.log" 2>&1 || {
    cat "$root/build.log" >&2
    rm -f "$root/build.log"
    say "$name: failed"
    exit 1
  }
  rm -f "$root/build.log"
}

# Status 3 means "nothing found": a day without work is not an error.
show() {
  printf '\n'
  "$program" "$@" || [ $? -eq 3 ]
}

sh "$root/tests/setup.sh"
[ -f "$build/build.ninja" ] || step 'Configuring' meson setup "$build" "$root"
step 'Building' ninja -C "$build"

program=$build/examples/blueplane

status=0 sample=
"$program" sync || status=$?
if [ $status -eq 3 ]; then # no records
  sample=$build/sample
  rm -rf "$sample"
  mkdir -p "$sample"
  python3 "$root/examples/sample/sample.py" --out "$sample" --quiet
  HOME=$sample
  BLUEPLANE_STORE=$sample/blueplane.db
  export HOME BLUEPLANE_STORE
  unset CLAUDE_CONFIG_DIR CODEX_HOME COPILOT_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
  cat <<'TEXT'

SAMPLE DATA: what follows is about a developer who does not exist, generated just now by examples/sample.
TEXT
  "$program" sync
elif [ $status -ne 0 ]; then
  exit $status
fi
show stats today
show stats week
printf '\nEverything on one page, for your browser: '
"$program" dashboard --no-sync

if [ -n "$sample" ]; then
  printf '\nSAMPLE DATA: none of these numbers are yours.\n'
fi
