#!/bin/sh
# Builds the libraries that the project and its tests need from Debian's sources, as static archives in a prefix of
# their own, for a system for which Debian has no packages, or for clang's memory sanitizer, which must see every write:
#
#     sh tests/portability/dependencies.sh windows|musl|memory|macos|macos-x86_64 FOLDER
#
# FOLDER/prefix gets headers, archives and .pc files, FOLDER/source the sources. These are the sources of this machine's
# Debian, downloaded and verified by apt with package lists of its own; nothing is installed. Needs dpkg-dev, autoconf,
# automake, libtool, tclsh, make, and gcc-mingw-w64-x86-64-posix, musl-tools, clang or, for macOS, Python's package
# ziglang: a clang with its headers (ZIG is the command that runs it, else python3 -m ziglang).
set -eu

if [ $# -ne 2 ]; then
  sed -n 's/^#     //p' "$0" >&2
  exit 2
fi
target=
case $1 in
windows) host=x86_64-w64-mingw32 CC=x86_64-w64-mingw32-gcc-posix AR=x86_64-w64-mingw32-ar RANLIB=x86_64-w64-mingw32-ranlib threads=-lpthread ;;
musl) host=x86_64-linux-musl CC=musl-gcc AR=ar RANLIB=ranlib threads= ;;
memory) host=$(cc -dumpmachine) CC=clang AR=ar RANLIB=ranlib threads=-lpthread ;;
macos) host=aarch64-apple-darwin target=aarch64-macos threads= ;;
macos-x86_64) host=x86_64-apple-darwin target=x86_64-macos threads= ;;
*)
  echo "no such system here: $1" >&2
  exit 2
  ;;
esac
mkdir -p "$2/source" "$2/prefix/include" "$2/prefix/lib/pkgconfig"
folder=$(CDPATH='' cd -- "$2" && pwd)
prefix=$folder/prefix
if [ -n "$target" ]; then
  zig=${ZIG:-python3 -m ziglang}
  printf '#!/bin/sh\nexec %s cc -target %s "$@"\n' "$zig" "$target" >"$folder/cc"
  printf '#!/bin/sh\nexec %s ar "$@"\n' "$zig" >"$folder/ar"
  chmod +x "$folder/cc" "$folder/ar"
  CC=$folder/cc AR=$folder/ar RANLIB=:
fi
export CC AR RANLIB
case $1 in
windows) CFLAGS='-O2 -D__USE_MINGW_ANSI_STDIO=1' ;;
musl | macos*) CFLAGS='-O2 -fPIC' ;;
memory) CFLAGS='-O1 -g -fno-omit-frame-pointer -fPIC -fsanitize=memory -fsanitize-memory-track-origins' ;;
esac

fetch() { # PACKAGE...: the source packages, unpacked
  lists=$folder/apt
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  echo "deb-src http://deb.debian.org/debian $suite main" >"$lists/sources.list"
  apt() {
    apt-get -q -o Dir::Etc::SourceList="$lists/sources.list" -o Dir::Etc::SourceParts=/dev/null \
      -o Dir::State::Lists="$lists/lists" -o Dir::Cache="$lists/cache" -o APT::Sandbox::User=root "$@"
  }
  apt update
  (cd "$folder/source" && apt source "$@")
}

unpacked() { find "$folder/source" -maxdepth 1 -type d -name "$1-[0-9]*" | sort | tail -n 1; }

archive() { # NAME FILE...: compiles the files into libNAME.a of the prefix
  name=$1
  shift
  objects=
  for file in "$@"; do
    object=$name-$(basename "$file" .c).o
    $CC $CFLAGS ${flags:-} -c "$file" -o "$object"
    objects="$objects $object"
  done
  # shellcheck disable=SC2086  # a list of names
  $AR rcs "$prefix/lib/lib$name.a" $objects
}

describe() { # NAME VERSION LIBS CFLAGS: the .pc file
  printf 'prefix=%s\nName: %s\nDescription: %s\nVersion: %s\nLibs: -L${prefix}/lib %s\nCflags: -I${prefix}/include %s\n' \
    "$prefix" "$1" "$1" "$2" "$3" "${4:-}" >"$prefix/lib/pkgconfig/$1.pc"
}

version_of() { # DIRECTORY: the number after its last dash
  basename "$1" | sed 's/.*-\([0-9][0-9.]*[0-9]\).*/\1/'
}

sqlite3() {
  # Its own script makes the amalgamation; that needs no compiler for the target.
  [ -f sqlite3.c ] || { CC=cc ./configure --disable-shared --quiet && make -s sqlite3.c; }
  # Without HAVE_USLEEP, as in a build of the plain amalgamation.
  flags='-DSQLITE_THREADSAFE=1 -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_DBSTAT_VTAB' archive sqlite3 sqlite3.c
  cp sqlite3.h "$prefix/include"
  describe sqlite3 "$1" "-lsqlite3 $threads -lm"
}

cjson() {
  archive cjson cJSON.c
  mkdir -p "$prefix/include/cjson"
  cp cJSON.h "$prefix/include/cjson"
  describe libcjson "$1" '-lcjson -lm' '-I${prefix}/include/cjson -DCJSON_HIDE_SYMBOLS'
}

utf8proc() {
  flags=-DUTF8PROC_STATIC archive utf8proc utf8proc.c
  cp utf8proc.h "$prefix/include"
  describe libutf8proc "$1" -lutf8proc -DUTF8PROC_STATIC
}

zlib() {
  # Else it takes every Apple for Mac OS 9, which had no fdopen.
  flags=-Dfdopen=fdopen archive z adler32.c crc32.c deflate.c infback.c inffast.c inflate.c inftrees.c trees.c zutil.c compress.c uncompr.c
  cp zlib.h zconf.h "$prefix/include"
  describe zlib "$1" -lz
}

by_configure() { # OPTION...: what has a configure script of the usual kind
  [ -x configure ] || autoreconf -fi
  ./configure --host="$host" --prefix="$prefix" --libdir="$prefix/lib" --disable-shared --enable-static --quiet CFLAGS="$CFLAGS" "$@"
}

libsodium() {
  # Sanitizers do not see writes by assembly code.
  by_configure --disable-pie ${portable:-}
  make -s -j2 install
}

check() {
  by_configure --disable-subunit --disable-timeout-tests --disable-build-docs
  make -s -C lib
  make -s -C src install
  cp check_stdint.h "$prefix/include"
  describe check "$1" '-lcheck -lm'
}

# Its makefile requires POSIX: it queries the terminal's width, and who may run other programs.
popt() {
  by_configure --disable-nls
  if [ "$host" = x86_64-w64-mingw32 ]; then
    mkdir -p none/sys && : >none/sys/ioctl.h
    flags='-w -DHAVE_CONFIG_H -I. -Inone -DPOPT_SYSCONFDIR="/" -Dgetuid=getpid -Dgeteuid=getpid -Dgetgid=getpid -Dgetegid=getpid' \
      archive popt src/popt.c src/popthelp.c src/poptint.c src/poptparse.c src/poptconfig.c src/lookup3.c
    cp src/popt.h "$prefix/include"
  else
    make -s -C src install
  fi
  describe popt "$1" -lpopt
}

needed='sqlite3 cjson libsodium utf8proc zlib check popt'
[ "$1" != memory ] || portable=--disable-asm
# shellcheck disable=SC2086  # lists of names
[ -d "$folder/apt" ] || fetch $needed
for name in $needed; do
  [ ! -e "$folder/$name.built" ] || continue
  directory=$(unpacked "$name")
  echo "$name: $directory"
  # As part of a condition it would go on after a command that failed.
  set +e
  (set -e && cd "$directory" && "$name" "$(version_of "$directory")") >"$folder/$name.log" 2>&1
  failed=$?
  set -e
  [ $failed -eq 0 ] || {
    tail -n 20 "$folder/$name.log" >&2
    echo "dependencies: $name was not built" >&2
    exit 1
  }
  : >"$folder/$name.built"
done
