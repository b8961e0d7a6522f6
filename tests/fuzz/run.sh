#!/bin/sh
# Looks for inputs that break a target, with clang's libFuzzer and the address and undefined sanitizers:
#
#     sh tests/fuzz/run.sh FOLDER SECONDS [TARGET...]
#
# FOLDER keeps the build, what was found so far (found/TARGET) and crash-*; a second run goes on from there. Every target,
# or those named, runs for SECONDS, one after another; a line for each goes to FOLDER/runs.txt: target, seconds, inputs run.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
[ $# -ge 2 ] || { sed -n '2,8p' "$0" >&2; exit 2; }
mkdir -p "$1"
folder=$(CDPATH='' cd -- "$1" && pwd) seconds=$2
shift 2
build=$folder/build
fuzzer='-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined'
[ -f "$build/build.ninja" ] || CC=${CC:-clang} meson setup "$build" "$root" -Dbuildtype=plain -Doptimization=1 -Ddebug=true \
  -Db_lundef=false -Db_sanitize=address,undefined "-Dc_args=$fuzzer" >"$folder/build.log"
ninja -C "$build" libblueplane/libblueplane-internal.a >>"$folder/build.log"

# target: file, definitions, folders of files to begin with (of tests/corpus)
targets='
scan fuzz_scan . claude_code codex native forge
claude_code fuzz_source SOURCE claude_code
codex fuzz_source SOURCE codex
native fuzz_source SOURCE native
forge fuzz_source SOURCE forge
copilot fuzz_source SOURCE copilot
gemini fuzz_source SOURCE gemini
opencode fuzz_source SOURCE opencode
opencode_storage fuzz_source SOURCE
otlp fuzz_source SOURCE otlp
cursor_hooks fuzz_source SOURCE hooks
claude_code_hooks fuzz_source SOURCE hooks
cursor fuzz_source DATABASE
blueplane_db fuzz_source DATABASE
opencode_db fuzz_source DATABASE
roster fuzz_exchange ROSTER
bundle fuzz_exchange BUNDLE
release fuzz_exchange RELEASE
merge fuzz_merge .
query fuzz_api QUERY
document fuzz_api DOCUMENT
store fuzz_api STORE
open fuzz_api OPEN
ingest fuzz_api INGEST
format fuzz_api FORMAT
calls fuzz_api CALLS
words fuzz_parts WORDS
zone fuzz_parts ZONE
inflate fuzz_parts INFLATE
wal fuzz_parts WAL'

# shellcheck disable=SC2046,SC2086  # lists of words
make_target() {
  case $3 in
  .) defined= ;;
  SOURCE) defined="-DFUZZ_SOURCE=bpi_source_$1" ;;
  DATABASE) defined="-DFUZZ_SOURCE=bpi_source_$1 -DFUZZ_DATABASE" ;;
  *) defined="-DFUZZ_$3" ;;
  esac
  ${CC:-clang} -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    -D_POSIX_C_SOURCE=200809L $defined -I"$root" -I"$root/libblueplane" -I"$root/include" \
    -I"$build/libblueplane" "$root/tests/fuzz/$2.c" "$build/libblueplane/libblueplane-internal.a" \
    $(pkg-config --cflags --libs sqlite3 libcjson libsodium libutf8proc zlib) -lpthread -lm -o "$folder/fuzz_$1"
}

# Prints the inputs that ran; status 1 if one broke the target.
run_target() {
  name=$1
  shift 3
  found=$folder/found/$name
  mkdir -p "$found"
  seeds=
  for seed in "$root/tests/fuzz/corpus/$name" "$@"; do
    case $seed in /*) ;; *) seed=$root/tests/corpus/$seed ;; esac
    [ ! -d "$seed" ] || seeds="$seeds $seed"
  done
  # shellcheck disable=SC2086  # a list of folders
  (cd "$folder" && ASAN_OPTIONS=detect_stack_use_after_return=1 "./fuzz_$name" -max_total_time="$seconds" -max_len=4096 \
    -timeout=30 -rss_limit_mb=4096 -print_final_stats=1 -artifact_prefix="crash-$name-" "$found" $seeds >"run-$name.log" 2>&1)
  status=$?
  inputs=$(sed -n 's/^stat::number_of_executed_units: //p' "$folder/run-$name.log")
  echo "$name $seconds ${inputs:-0} $status" | tee -a "$folder/runs.txt"
  return $status
}

# The words of a line are the arguments.
each() {
  echo "$targets" | while read -r name file how corpora; do
    [ -n "$name" ] || continue
    case " $wanted " in '  ' | *" $name "*) ;; *) continue ;; esac
    # shellcheck disable=SC2086
    make_target "$name" "$file" "$how" && { run_target "$name" "$file" "$how" $corpora || echo "$name" >>"$folder/failed"; }
  done
}

wanted=$*
rm -f "$folder/failed"
each
[ ! -f "$folder/failed" ] || { echo "broken, see $folder/crash-*:"; cat "$folder/failed"; exit 1; }
