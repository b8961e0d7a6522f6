#!/bin/sh
# Builds and runs pkgconfig/consumer against the installed library:
#
#     sh pkgconfig/consumer_test.sh BUILD_DIR
#
# Installs BUILD_DIR into a temporary directory, builds the consumer there with make and with meson, finding the
# library through pkg-config alone, and with CMake where there is one, and checks that it prints the version that pkg-config states. Also checks
# that a program which links the library does not link what the library itself uses.
set -eu

if [ $# -ne 1 ]; then
  echo 'usage: consumer_test.sh BUILD_DIR' >&2
  exit 2
fi
build=$(CDPATH='' cd -- "$1" && pwd)
source=$(CDPATH='' cd -- "$(dirname -- "$0")/consumer" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

fail() {
  echo "consumer_test: $*" >&2
  exit 1
}

stage=$work/stage
DESTDIR=$stage meson install -C "$build" --no-rebuild --quiet >"$work/install.log" 2>&1 || {
  cat "$work/install.log" >&2
  fail 'the installation failed'
}

pc=$(find "$stage" -name blueplane.pc)
[ -n "$pc" ] || fail 'no blueplane.pc was installed'
library=$(find "$stage" -name 'libblueplane.so' -o -name 'libblueplane.dylib' | head -n 1)

PKG_CONFIG_PATH=$(dirname -- "$pc")
PKG_CONFIG_SYSROOT_DIR=$stage
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
if [ -n "$library" ]; then
  LD_LIBRARY_PATH=$(dirname -- "$library")
  export LD_LIBRARY_PATH
fi

version=$(pkg-config --modversion blueplane)
case " $(pkg-config --libs blueplane) " in
*sqlite* | *cjson* | *sodium*) fail "private libraries are in: $(pkg-config --libs blueplane)" ;;
esac

check() {
  printed=$("$2") || fail "$1: the consumer failed"
  [ "$printed" = "$version" ] || fail "$1: printed '$printed', pkg-config says '$version'"
}

cp -R "$source" "$work/make"
make -s -C "$work/make" consumer
check make "$work/make/consumer"

meson setup "$work/meson" "$source" >"$work/meson.log" 2>&1 && ninja -C "$work/meson" >>"$work/meson.log" 2>&1 || {
  cat "$work/meson.log" >&2
  fail 'meson: the consumer was not built'
}
check meson "$work/meson/consumer"

built='make and meson'
if command -v cmake >/dev/null 2>&1; then
  prefix=$(pkg-config --variable=prefix blueplane)
  # pkg-config puts the staging folder before the prefix by itself, CMake is told where it lies.
  case $prefix in "$stage"*) ;; *) prefix=$stage$prefix ;; esac
  { cmake -S "$source" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" && cmake --build "$work/cmake"; } >"$work/cmake.log" 2>&1 || {
    cat "$work/cmake.log" >&2
    fail 'cmake: the consumer was not built'
  }
  check cmake "$work/cmake/consumer"
  built='make, meson and CMake'
fi

# What was installed goes again, and nothing else is left.
ninja -C "$build" uninstall >"$work/uninstall.log" 2>&1 || {
  cat "$work/uninstall.log" >&2
  fail 'uninstalling failed'
}
left=$([ ! -e "$stage" ] || find "$stage" -type f -o -type l)
[ -z "$left" ] || fail "uninstalling left $left"

echo "consumer_test: $version, built with $built; installed and uninstalled"
