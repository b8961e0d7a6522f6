#!/bin/sh
# Builds and runs pkgconfig/consumer with the installed library:
#
#     sh pkgconfig/consumer_test.sh BUILD_DIR
#
# Installs BUILD_DIR into a temporary directory, builds the consumer with make and meson, which find the library only
# through pkg-config, and with CMake if it is installed, and checks that it prints the version that pkg-config states.
# Also checks that a program does not link the library's own dependencies. A static library is tested in the same
# ways, a relocatable installation is moved, and at the end everything is uninstalled.
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

logged() { # WHAT COMMAND...: runs it; shows its output only if it fails
  what=$1
  shift
  "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "$what"
  }
}

check() { # HOW PROGRAM
  printed=$("$2") || fail "$1: the consumer failed"
  [ "$printed" = "$version" ] || fail "$1: printed '$printed', pkg-config says '$version'"
  built="${built:+$built, }$1"
}

by_cmake() { # HOW WHERE OPTION...
  how=$1 where=$2
  shift 2
  command -v cmake >/dev/null 2>&1 || return 0
  rm -rf "$work/cmake"
  # Only the dependencies of a static library come from pkg-config, and they are not staged.
  logged "$how: the consumer was not configured" env PKG_CONFIG_SYSROOT_DIR= cmake -S "$source" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$where" "$@"
  logged "$how: the consumer was not built" cmake --build "$work/cmake"
  check "$how" "$work/cmake/consumer"
}

stage=$work/stage
logged 'the installation failed' env DESTDIR="$stage" meson install -C "$build" --no-rebuild
pc=$(find "$stage" -name blueplane.pc)
[ -n "$pc" ] || fail 'no blueplane.pc was installed'
library=$(find "$stage" -name 'libblueplane.so' -o -name 'libblueplane.dylib' | head -n 1)
archive=$(find "$stage" -name 'libblueplane.a')
moves=no
! grep -q '^prefix=.*pcfiledir' "$pc" || moves=yes

PKG_CONFIG_PATH=$(dirname -- "$pc")
export PKG_CONFIG_PATH
if [ $moves = no ]; then
  PKG_CONFIG_SYSROOT_DIR=$stage
  export PKG_CONFIG_SYSROOT_DIR
fi
if [ -n "$library" ]; then
  LD_LIBRARY_PATH=$(dirname -- "$library")
  export LD_LIBRARY_PATH
fi
version=$(pkg-config --modversion blueplane)
prefix=$(pkg-config --variable=prefix blueplane)
# pkg-config adds the staging folder to the prefix itself; CMake is given the path.
case $prefix in "$stage"*) ;; *) prefix=$stage$prefix ;; esac
prefix=$(CDPATH='' cd -- "$prefix" && pwd)

built=
if [ -n "$library" ]; then
  case " $(pkg-config --libs blueplane) " in
  *sqlite* | *cjson* | *sodium*) fail "private libraries are in: $(pkg-config --libs blueplane)" ;;
  esac
fi

cp -R "$source" "$work/make"
logged 'make: the consumer was not built' make -s -C "$work/make" consumer
check make "$work/make/consumer"
logged 'meson: the consumer was not configured' meson setup "$work/meson" "$source"
logged 'meson: the consumer was not built' ninja -C "$work/meson"
check meson "$work/meson/consumer"
by_cmake CMake "$prefix"

if [ -n "$archive" ] && [ -n "$library" ]; then
  # Without the shared library the linker must use the archive, whose dependencies come from --static.
  mkdir "$work/hidden"
  mv "$(dirname -- "$library")"/libblueplane.so* "$work/hidden"
  make -s -C "$work/make" clean
  logged 'static, make: the consumer was not built' make -s -C "$work/make" consumer STATIC=--static
  check 'static by make' "$work/make/consumer"
  by_cmake 'static by CMake' "$prefix" -DBLUEPLANE_TARGET=blueplane::static
  mv "$work/hidden"/* "$(dirname -- "$library")"
  by_cmake 'static by CMake beside the shared one' "$prefix" -DBLUEPLANE_TARGET=blueplane::static
  by_cmake 'CMake without pkg-config' "$prefix" -DPKG_CONFIG_EXECUTABLE=/nowhere
fi

if [ $moves = yes ]; then
  moved="$work/moved elsewhere"
  cp -R "$prefix" "$moved"
  mv "$prefix" "$prefix.hidden"
  PKG_CONFIG_PATH=$moved/${PKG_CONFIG_PATH#"$prefix"/}
  LD_LIBRARY_PATH=$moved/${LD_LIBRARY_PATH#"$prefix"/}
  rm -rf "$work/meson"
  logged 'moved, meson: the consumer was not configured' meson setup "$work/meson" "$source"
  logged 'moved, meson: the consumer was not built' ninja -C "$work/meson"
  check 'moved, by meson' "$work/meson/consumer"
  by_cmake 'moved, by CMake' "$moved"
  mv "$prefix.hidden" "$prefix"
fi

# Uninstalling must leave nothing.
logged 'uninstalling failed' ninja -C "$build" uninstall
left=$([ ! -e "$stage" ] || find "$stage" -type f -o -type l)
[ -z "$left" ] || fail "uninstalling left $left"

echo "consumer_test: $version, built with $built; installed and uninstalled"
