#!/bin/sh
# Builds the library and its unit tests for another architecture of Debian and runs them: on this machine's processor if
# possible (i386), else with qemu-user.
#
#     sh tests/portability/cross.sh ARCH FOLDER [TEST...]
#
# ARCH: i386, s390x (big-endian), or another that Debian has a cross compiler for. FOLDER keeps the packages and the
# build. Needs debootstrap, gcc-TRIPLET, libc6-dev-ARCH-cross and qemu-user. The packages of the target are unpacked,
# never installed.
set -eu

if [ $# -lt 2 ]; then
  sed -n 's/^#     //p' "$0" >&2
  exit 2
fi
arch=$1
mkdir -p "$2"
folder=$(CDPATH='' cd -- "$2" && pwd)
shift 2
source=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
packages=libc6-dev,libsqlite3-dev,libcjson-dev,libsodium-dev,libutf8proc-dev,zlib1g-dev,check,libsubunit-dev,libpopt-dev,tzdata

case $arch in
i386) triplet=i686-linux-gnu libraries=i386-linux-gnu family=x86 endian=little run= ;;
s390x) triplet=s390x-linux-gnu libraries=$triplet family=s390x endian=big run=qemu-s390x ;;
powerpc) triplet=powerpc-linux-gnu libraries=$triplet family=ppc endian=big run=qemu-ppc ;;
arm64) triplet=aarch64-linux-gnu libraries=$triplet family=aarch64 endian=little run=qemu-aarch64 ;;
armhf) triplet=arm-linux-gnueabihf libraries=$triplet family=arm endian=little run=qemu-arm ;;
*)
  echo "no such architecture here: $arch" >&2
  exit 2
  ;;
esac

system=$folder/system
if [ ! -d "$system" ]; then
  [ -d "$folder/packages" ] || debootstrap --arch="$arch" --foreign --variant=minbase --include="$packages" "$suite" "$folder/packages"
  mkdir "$system.new"
  for package in "$folder"/packages/var/cache/apt/archives/*.deb; do
    dpkg-deb -x "$package" "$system.new"
  done
  # Its time zone files may be of another year than those that the tests' oracle reads: without them both read this
  # machine's.
  rm -rf "$system.new/usr/share/zoneinfo"
  # meson adds folders beside the libraries to the PATH of tests; the target's programs must not be run.
  rm -rf "$system.new/bin" "$system.new/usr/bin"
  # Absolute links are relative to the target system's root.
  find "$system.new" -type l | while read -r link; do
    to=$(readlink "$link")
    case $to in /*) ln -sfn "$system$to" "$link" ;; esac
  done
  mv "$system.new" "$system"
fi

if [ -n "$run" ]; then wrapper="exe_wrapper = ['$run', '-L', '$system']"; else wrapper="exe_wrapper = ['$folder/run']"; fi
if [ -z "$run" ]; then
  loader=$(find "$system" -name 'ld-linux*' | head -n 1)
  printf '#!/bin/sh\nexec "%s" --library-path "%s:%s" "$@"\n' "$loader" "$system/lib/$libraries" "$system/usr/lib/$libraries" >"$folder/run"
  chmod +x "$folder/run"
fi
cat >"$folder/cross.txt" <<END
[binaries]
c = '$triplet-gcc'
ar = '$triplet-ar'
strip = '$triplet-strip'
nm = '$triplet-nm'
pkgconfig = 'pkg-config'
$wrapper
[built-in options]
c_args = ['--sysroot=$system']
c_link_args = ['--sysroot=$system', '-L$system/lib/$libraries', '-Wl,-rpath-link,$system/lib/$libraries:$system/usr/lib/$libraries']
[properties]
needs_exe_wrapper = true
sys_root = '$system'
pkg_config_libdir = '$system/usr/lib/$libraries/pkgconfig:$system/usr/share/pkgconfig'
[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$arch'
endian = '$endian'
END

build=$folder/build
[ -f "$build/build.ninja" ] || meson setup --cross-file "$folder/cross.txt" "$build" "$source"
ninja -C "$build"
# Emulated, tests run in their short form, if they have one.
[ -z "$run" ] || export BLUEPLANE_SHORT=1
# The other tests start programs themselves, without the emulator.
programs=$(meson test -C "$build" --list 2>/dev/null | sed -n 's|^libblueplane:unit / ||p')
# Failing each allocation in turn takes too long on an emulated processor.
[ -n "$run" ] || programs="$programs faults"
# shellcheck disable=SC2086  # a list of names
[ $# -gt 0 ] || set -- $programs views answers formats merge publish lead mutants client
exec meson test -C "$build" --no-rebuild --timeout-multiplier 20 --print-errorlogs "$@"
