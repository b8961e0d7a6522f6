#!/bin/sh
# Runs tests as if it were another day, to find those that only pass on some: a page of the first day of a month, data
# that have become too old to keep, a midnight during a test.
#
#     sh tests/portability/day.sh BUILD '2028-02-29 23:55' [TEST...]
#
# BUILD is a build folder, the day in UTC. Every process of the tests sees that clock (otherday.c), whatever environment
# it gets: a mount namespace of its own has another /etc/ld.so.preload. Needs root, on Linux. Files keep their true
# times, and whatever asks another machine fails: with a moved clock its certificate is not valid.
set -eu

if [ $# -lt 2 ]; then
  sed -n 's/^#     //p' "$0" >&2
  exit 2
fi
build=$(CDPATH='' cd -- "$1" && pwd) day=$2
shift 2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
made=
trap 'rm -rf "$work" $made' EXIT

seconds=$(($(date -u -d "$day" +%s) - $(date +%s)))
${CC:-cc} -shared -fPIC -O1 -DSECONDS="${seconds}L" -o "$work/otherday.so" "$here/otherday.c" -ldl
echo "$work/otherday.so" >"$work/preload"
[ -e /etc/ld.so.preload ] || { : >/etc/ld.so.preload && made=/etc/ld.so.preload; } # something to mount over
unshare -m sh -c 'mount --bind "$1" /etc/ld.so.preload && shift && exec "$@"' sh "$work/preload" \
  meson test -C "$build" --no-rebuild --timeout-multiplier 4 "$@"
