#!/bin/sh
# Runs clang-tidy, with its path analyzer, over the library, the program and the examples. Any finding fails:
#
#     sh tests/tidy.sh [FILE...]
#
# build-tidy gets clang's compile commands and the generated headers; then every source built there is checked, or those
# named. The checks are in .clang-tidy. Needs clang and clang-tidy (Debian: clang, clang-tidy); takes some minutes.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=$root/build-tidy
command -v clang-tidy >/dev/null || { echo 'clang-tidy is missing (Debian: clang, clang-tidy)' >&2; exit 77; }

[ -f "$folder/build.ninja" ] || CC=${CC:-clang} meson setup "$folder" "$root"
ninja -C "$folder" libblueplane/migrations.h libblueplane/prices_builtin.h
if [ $# -eq 0 ]; then
  cd "$root"
  set -- $(python3 -c '
import json, os, sys
files = {os.path.relpath(os.path.join(unit["directory"], unit["file"])) for unit in json.load(open(sys.argv[1]))}
print(*sorted(file for file in files if file.startswith(("libblueplane/", "examples/"))))' "$folder/compile_commands.json")
fi
printf '%s\n' "$@" | xargs -n 1 -P "$(getconf _NPROCESSORS_ONLN)" clang-tidy -p "$folder" --quiet --warnings-as-errors='*'
