#!/bin/sh
# Builds pkgconfig/consumer with the library as a subproject, a dependency of it taken from a wrap, in a folder with blanks in its name:
#
#     sh pkgconfig/subproject_test.sh
#
# The library brings along its library and headers, no program, test or option; meson and the compiler warn of nothing. Both
# kinds of library are built, and consumer_test.sh has a look at what is installed of them, and after it was moved.
set -eu

source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
outer="$work/outer project"
build="$work/build of it"

fail() {
  echo "subproject_test: $*" >&2
  exit 1
}

# What a release's archive holds of the library and no more: a subproject must not need the rest.
cp -R "$source/pkgconfig/consumer" "$outer"
mkdir -p "$outer/subprojects/blueplane" "$outer/subprojects/cjson"
for part in meson.build include libblueplane pkgconfig; do
  cp -R "$source/$part" "$outer/subprojects/blueplane/$part"
done
# The shape of WrapDB's cjson; the library in it is the system's.
printf '[wrap-file]\ndirectory = cjson\n[provide]\nlibcjson = libcjson_dep\n' >"$outer/subprojects/cjson.wrap"
printf "project('cjson', 'c', version: '%s')\nlibcjson_dep = declare_dependency(compile_args: '%s'.split(), dependencies: meson.get_compiler('c').find_library('cjson'))\n" \
  "$(pkg-config --modversion libcjson)" "$(pkg-config --cflags libcjson)" >"$outer/subprojects/cjson/meson.build"

{ meson setup --force-fallback-for=blueplane,libcjson -Ddefault_library=both -Dunity=on -Doptimization=0 -Dpkgconfig.relocatable=true \
  --prefix=/opt/blueplane "$build" "$outer" && ninja -C "$build"; } >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  fail 'not built'
}
! grep -i 'warning' "$work/log" || fail 'there are warnings'
"$build/consumer" >/dev/null || fail 'the consumer failed'
targets=$(meson introspect --targets "$build" | python3 -c '
import json, sys
print(*sorted({t["name"] for t in json.load(sys.stdin) if t["type"] != "custom"}))')
[ "$targets" = 'blueplane blueplane-internal consumer' ] || fail "targets: $targets"
[ "$(meson introspect --tests "$build")" = '[]' ] || fail 'tests came along'

sh "$source/pkgconfig/consumer_test.sh" "$build"
