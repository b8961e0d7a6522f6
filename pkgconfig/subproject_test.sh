#!/bin/sh
# Builds pkgconfig/consumer with the library as a subproject, and a dependency from a wrap, in a folder with spaces in
# its name:
#
#     sh pkgconfig/subproject_test.sh
#
# The subproject must add only its library and headers, no program, test or option, and cause no warnings of meson or
# the compiler. Builds both kinds of library, and runs consumer_test.sh on the installation, also after moving it. At the
# end configures the library alone, and everything with unity=on.
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

targets_of() { # BUILD: the names of what is compiled
  meson introspect --targets "$1" | python3 -c '
import json, sys
print(*sorted({t["name"] for t in json.load(sys.stdin) if t["type"] != "custom"}))'
}

# Only what a release archive contains of the library: a subproject must not need the rest.
cp -R "$source/pkgconfig/consumer" "$outer"
mkdir -p "$outer/subprojects/blueplane" "$outer/subprojects/cjson"
for part in meson.build include libblueplane pkgconfig; do
  cp -R "$source/$part" "$outer/subprojects/blueplane/$part"
done
# Like WrapDB's cjson, but with the system's library.
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
targets=$(targets_of "$build")
[ "$targets" = 'blueplane blueplane-internal consumer' ] || fail "targets: $targets"
[ "$(meson introspect --tests "$build")" = '[]' ] || fail 'tests came along'

sh "$source/pkgconfig/consumer_test.sh" "$build"

# Not as a subproject, but where the program's own dependency is not installed.
mkdir "$work/installed"
for folder in $(pkg-config --variable pc_path pkg-config | tr : ' '); do
  [ ! -d "$folder" ] || find "$folder/" -name '*.pc' ! -name popt.pc -exec ln -sf {} "$work/installed" \;
done
PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR="$work/installed" meson setup "$work/library" "$source" >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  fail 'the library alone was not configured'
}
targets=$(targets_of "$work/library")
[ "$targets" = 'blueplane blueplane-internal' ] || fail "targets of the library alone: $targets"

# unity=on must not combine files that define static functions of the same name. The longest strings of the program must
# be accepted with all warnings.
{ meson setup -Dunity=on -Dwarning_level=3 -Dwerror=true "$work/unity" "$source" &&
  ninja -C "$work/unity" examples/libprogram.a.p/meson-generated_.._pages.c.o; } >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  fail 'not built with unity=on and all warnings'
}
for file in $(find "$work/unity" -name '*-unity*.c'); do
  [ "$(grep -c include "$file")" = 1 ] || fail "combined: $(cat "$file")"
done
