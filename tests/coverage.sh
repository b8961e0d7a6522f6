#!/bin/sh
# Which lines and branches of libblueplane the tests reach, by file:
#
#     sh tests/coverage.sh [FOLDER] [--write]
#
# Builds with gcc's --coverage in FOLDER (build-coverage), runs all tests but those of documents, bindings and pages,
# prints the table and fails below the limits. Nothing is excluded. With --write the table goes into docs/coverage.md.
# Needs gcovr (Debian: gcovr). A failing test is reported, and the table is made all the same.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=$root/build-coverage write=
for argument in "$@"; do
  case $argument in --write) write=--write ;; *) folder=$argument ;; esac
done
command -v gcovr >/dev/null || { echo 'gcovr is missing (Debian: gcovr)' >&2; exit 77; }

[ -f "$folder/build.ninja" ] || CC=${CC:-gcc} meson setup "$folder" "$root" -Db_coverage=true -Dbuildtype=debug
ninja -C "$folder"
find "$folder" -name '*.gcda' -delete
status=0
meson test -C "$folder" --no-rebuild --timeout-multiplier 4 --no-suite bindings --no-suite pages --no-suite docs \
  --no-suite layering || status=$?
gcovr --root "$root" --filter "$root/libblueplane/" --json-summary "$folder/coverage.json" --object-directory "$folder" \
  "$folder/libblueplane/libblueplane-internal.a.p"
python3 -B "$root/tests/coverage.py" "$folder/coverage.json" $write || status=1
exit "$status"
