#!/bin/sh
# Builds the library, the program and the tests for another system and runs them here: for Windows with mingw-w64 under
# Wine, for Linux with musl directly; "memory" is this system under clang's memory sanitizer, with all libraries it
# links. The program for Windows is compared with this machine's. "address" (with undefined behaviour) and "thread" are
# this system under gcc's sanitizers, with its own libraries. What is built for macOS cannot be run here.
#
#     sh tests/portability/systems.sh windows|musl|memory|address|thread|macos|macos-x86_64 FOLDER [TEST...]
#
# FOLDER keeps what dependencies.sh builds from Debian's sources, and the build. Needs what that script needs, and for
# Windows wine64. TEST is a name in meson; without any, all that can run are run. Findings of a sanitizer in any process
# of a test are put into FOLDER/found and fail the run.
set -eu

if [ $# -lt 2 ]; then
  sed -n 's/^#     //p' "$0" >&2
  exit 2
fi
system=$1
mkdir -p "$2"
folder=$(CDPATH='' cd -- "$2" && pwd)
shift 2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$here/../.." && pwd)

case $system in
address | thread) ;;
*) sh "$here/dependencies.sh" "$system" "$folder" ;;
esac

# Without a named test: all suites that work on this system.
suites='--suite unit --suite abi --suite privacy --suite fuzz --suite examples --suite conformance'
patience=10
launcher=$(command -v ccache >/dev/null && echo "'ccache', " || :)
case $system in
windows)
  wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
  # A Wine prefix of its own without a screen; libraries are searched beside the built files and in the compiler's
  # folder.
  cat >"$folder/run" <<END
#!/bin/sh
export WINEPREFIX='$folder/wine' WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
WINEPATH='$folder/build/libblueplane;/usr/x86_64-w64-mingw32/lib'
export WINEPATH
exec '$wine' "\$@"
END
  chmod +x "$folder/run"
  cat >"$folder/machine.txt" <<END
[binaries]
c = [$launcher'x86_64-w64-mingw32-gcc-posix']
ar = 'x86_64-w64-mingw32-ar'
strip = 'x86_64-w64-mingw32-strip'
windres = 'x86_64-w64-mingw32-windres'
pkgconfig = 'pkg-config'
exe_wrapper = '$folder/run'
[properties]
needs_exe_wrapper = true
pkg_config_libdir = '$folder/prefix/lib/pkgconfig'
[host_machine]
system = 'windows'
cpu_family = 'x86_64'
cpu = 'x86_64'
endian = 'little'
END
  how=--cross-file
  ;;
musl)
  # Everything but the C library is this machine's: an ordinary build that sees only the libraries built here.
  printf "[binaries]\nc = [%s'musl-gcc']\ncmake = 'false'\n" "$launcher" >"$folder/machine.txt"
  PKG_CONFIG_LIBDIR=$folder/prefix/lib/pkgconfig
  export PKG_CONFIG_LIBDIR
  how=--native-file
  suites="$suites --suite fault"
  ;;
memory)
  # It must see every write, so only the libraries built here are used.
  cat >"$folder/machine.txt" <<END
[binaries]
c = [$launcher'clang']
cpp = [$launcher'clang++']
cmake = 'false'
[built-in options]
b_sanitize = 'memory'
b_lundef = false
c_args = ['-fsanitize-memory-track-origins', '-fno-omit-frame-pointer']
c_link_args = ['-fsanitize=memory', '$folder/memory.o']
END
  clang -std=c11 -O1 -g -fPIC -fsanitize=memory -c "$here/memory.c" -o "$folder/memory.o"
  PKG_CONFIG_LIBDIR=$folder/prefix/lib/pkgconfig
  # The sanitizer's default status would mean a skipped test.
  MSAN_OPTIONS=exitcode=86:log_path=$folder/found/report
  export PKG_CONFIG_LIBDIR MSAN_OPTIONS
  rm -rf "$folder/found"
  mkdir "$folder/found"
  how=--native-file
  suites="$suites --suite fault --suite e2e --suite cli"
  ;;
macos*)
  # As Apple's linker: it knows no option with two dashes, and meson recognises it by that and by its version. zig's
  # does not know one of its options, and another not in two words.
  cat >"$folder/cc.apple" <<'END'
#!/bin/sh
case " $* " in
*" -Wl,--"*) echo 'ld: unknown option: --' >&2; exit 1 ;;
*" -Wl,-v "*) echo '@(#)PROGRAM:ld  PROJECT:ld64-0' >&2; exit 1 ;;
esac
whole=
for word; do
  shift
  case $word in
  -Wl,-fatal_warnings) continue ;;
  -Wl,-force_load) whole=$word, && continue ;;
  esac
  set -- "$@" "$whole$word"
  whole=
done
exec "${0%.apple}" "$@"
END
  chmod +x "$folder/cc.apple"
  family=${system#macos-}
  [ "$system" != macos ] || family=aarch64
  cat >"$folder/machine.txt" <<END
[binaries]
c = ['$folder/cc.apple']
ar = '$folder/ar'
strip = 'true'
pkgconfig = 'pkg-config'
cmake = 'false'
[properties]
needs_exe_wrapper = true
pkg_config_libdir = '$folder/prefix/lib/pkgconfig'
[host_machine]
system = 'darwin'
cpu_family = '$family'
cpu = '$family'
endian = 'little'
END
  how=--cross-file
  ;;
address | thread)
  cat >"$folder/machine.txt" <<END
[binaries]
c = [$launcher'gcc']
cpp = [$launcher'g++']
[built-in options]
b_sanitize = '$system$([ "$system" = thread ] || echo ,undefined)'
b_lundef = false
c_link_args = ['$folder/reports.o']
END
  gcc -std=c11 -fPIC -DREPORTS="\"$folder/found/report\"" -c "$here/reports.c" -o "$folder/reports.o"
  LSAN_OPTIONS=suppressions=$source/tests/leaks.supp:print_suppressions=0
  TSAN_OPTIONS=suppressions=$source/tests/races.supp:print_suppressions=0
  export LSAN_OPTIONS TSAN_OPTIONS
  rm -rf "$folder/found"
  mkdir "$folder/found"
  how=--native-file
  suites='' patience=40
  ;;
esac

build=$folder/build
[ -f "$build/build.ninja" ] || meson setup "$how" "$folder/machine.txt" "$build" "$source"
ninja -C "$build"
case $system in macos*) echo "$system: built, and not run"; exit ;; esac
# Processes that Wine starts by itself would keep the output of the first test open.
[ "$system" != windows ] || "$folder/run" wineboot --init >/dev/null 2>&1 || :
# shellcheck disable=SC2086  # a list of options
[ $# -gt 0 ] || set -- $suites
# Every file access goes through Wine's single server, so tests run in their short form, if they have one.
[ "$system" != windows ] || export BLUEPLANE_SHORT=1
failed=0
meson test -C "$build" --no-rebuild --timeout-multiplier $patience --print-errorlogs "$@" || failed=$?
[ -z "$(ls "$folder/found" 2>/dev/null)" ] || { cat "$folder"/found/* >&2; exit 1; }
[ "$system" = windows ] || exit "$failed"

native=$folder/native
[ -f "$native/build.ninja" ] || meson setup "$native" "$source"
ninja -C "$native" examples/blueplane
python3 -B "$here/windows/program.py" "$native/examples/blueplane" "$folder/run" "$build/examples/blueplane.exe" \
  "$source/examples/sample/sample.py" "$source/tests/corpus" || failed=$?
exit "$failed"
