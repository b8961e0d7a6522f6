#!/bin/sh
# Builds everything and runs all tests:
#
#     sh tests/run.sh [SUITE...]
#
# Needs only a Debian-like machine and root or sudo; works from any directory. Without arguments all tests run, else
# those of the named suites. The tests of the bindings are meson tests like all others. The last line is "N passed, N
# failed, N skipped", counted from meson's own log. Status 0 only if at least one test passed and none failed.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build-tests
log=$build/meson-logs/testlog.json

say() { printf '%s\n' "$*" >&2; }

give_up() {
  say "$1"
  echo '0 passed, 1 failed, 0 skipped'
  exit 1
}

# Runs a step quietly; its output is shown when it fails.
step() {
  name=$1
  shift
  say "$name"
  "$@" >"$root/build-tests.log" 2>&1 || {
    cat "$root/build-tests.log" >&2
    rm -f "$root/build-tests.log"
    give_up "$name: failed"
  }
  rm -f "$root/build-tests.log"
}

sh "$root/tests/setup.sh" tests || give_up 'tests/setup.sh: failed'

[ -f "$build/build.ninja" ] || step 'Configuring' meson setup "$build" "$root"
step 'Building' ninja -C "$build"

rm -f "$log"
status=0
# One more test at a time than there are processors, because many wait for the disk, a lock or a clock.
at_a_time=${MESON_TESTTHREADS:-$(($(nproc) + 1))}
say 'Testing'
suites=
for suite in "$@"; do suites="$suites --suite $suite"; done
# shellcheck disable=SC2086  # a list of options
meson test -C "$build" --no-rebuild --print-errorlogs --num-processes "$at_a_time" --timeout-multiplier 2 $suites || status=$?

python3 - "$log" "$status" <<'PYTHON'
"""Counts meson's test log; believes neither a missing log nor a status that contradicts it."""
import json
import sys

log, status = sys.argv[1], int(sys.argv[2])
passed = failed = skipped = 0
try:
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            result = json.loads(line)["result"]
            if result in ("OK", "EXPECTEDFAIL"):
                passed += 1
            elif result == "SKIP":
                skipped += 1
            else:
                failed += 1
                print("failed:", json.loads(line)["name"], result)
except FileNotFoundError:
    print("no test log: meson test did not run")
if failed == 0 and (status != 0 or passed == 0):
    print(f"meson test ended with status {status}")
    failed = 1
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
PYTHON
