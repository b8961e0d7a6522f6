#!/bin/sh
# Builds Debian packages of the library from the current commit:
#
#     sh pkgconfig/debian_package.sh FOLDER [OPTION OF dpkg-buildpackage...]
#
# The version comes from version.h; the maintainer is DEBFULLNAME with DEBEMAIL if set, else that of
# pkgconfig/debian/control. Runs lintian if it is installed. Needs dpkg-dev, debhelper and the build dependencies of
# that file.
set -eu

if [ $# -lt 1 ]; then
  sed -n 's/^#     //p' "$0" >&2
  exit 2
fi
mkdir -p "$1"
folder=$(CDPATH='' cd -- "$1" && pwd)
shift
source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
version=$(sed -n 's/.*VERSION_STRING "\(.*\)".*/\1/p' "$source/include/blueplane/version.h")
maintainer=$(sed -n 's/^Maintainer: //p' "$source/pkgconfig/debian/control")
[ -z "${DEBEMAIL:-}" ] || maintainer="${DEBFULLNAME:-$DEBEMAIL} <$DEBEMAIL>"
tree=$folder/libblueplane-$version

rm -rf "$tree"
git -C "$source" archive --prefix="libblueplane-$version/" HEAD | gzip -n >"$folder/libblueplane_$version.orig.tar.gz"
tar -C "$folder" -xzf "$folder/libblueplane_$version.orig.tar.gz"
cp -R "$tree/pkgconfig/debian" "$tree/debian"
rm "$tree/debian/README.md"
sed -i "s|^Maintainer: .*|Maintainer: $maintainer|" "$tree/debian/control"
date=$(git -C "$source" log -1 --format=%cD)
printf 'libblueplane (%s-1) unstable; urgency=medium\n\n  * Built from the sources of the project.\n\n -- %s  %s\n' \
  "$version" "$maintainer" "$date" >"$tree/debian/changelog"
(cd "$tree" && dpkg-buildpackage -us -uc "$@")
if command -v lintian >/dev/null; then lintian --suppress-tags initial-upload-closes-no-bugs "$folder/libblueplane_$version-1"*.changes; fi
