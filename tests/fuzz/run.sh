#!/bin/sh
# Searches for inputs that break a target, with clang's libFuzzer and the address and undefined behaviour sanitizers:
#
#     sh tests/fuzz/run.sh FOLDER SECONDS [TARGET...]
#     sh tests/fuzz/run.sh FOLDER table
#
# FOLDER keeps the build, the inputs found so far (found/TARGET) and crash-*; another run continues from there. Every
# target, or those named, runs for SECONDS, one after another, and appends a line to FOLDER/runs.txt: commit, target,
# elapsed seconds, processor seconds, inputs run, edges covered, files kept, status (72: stopped by hand, no finding).
# `table` prints their sums for docs/fuzzing.md.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
[ $# -ge 2 ] || { sed -n '2,11p' "$0" >&2; exit 2; }
mkdir -p "$1"
folder=$(CDPATH='' cd -- "$1" && pwd) seconds=$2
shift 2

if [ "$seconds" = table ]; then
  echo '| target | minutes of one processor | inputs | a second | edges | findings |'
  echo '| --- | ---: | ---: | ---: | ---: | ---: |'
  sort -s -k2,2 "$folder/runs.txt" | awk '
    function grouped(n, text) { for (; n >= 1000; n = int(n / 1000)) text = sprintf(",%03d%s", n % 1000, text); return n text }
    function row() {
      if (name != "") printf "| `%s` | %.1f | %s | %s | %s | %d |\n", name, time / 60, grouped(inputs), grouped(int(inputs / (time > 0 ? time : 1))), grouped(edges), findings
    }
    $2 != name { row(); name = $2; time = inputs = edges = findings = 0 }
    { time += $4; inputs += $5; findings += $8 != 0 && $8 != 72; if ($6 > edges) edges = $6 }
    END { row() }'
  exit
fi

build=$folder/build memory=/dev/shm
[ -w $memory ] || memory=/tmp
fuzzer='-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined'
[ -f "$build/build.ninja" ] || CC=${CC:-clang} meson setup "$build" "$root" -Dbuildtype=plain -Doptimization=1 -Ddebug=true \
  -Db_lundef=false -Db_sanitize=address,undefined "-Dc_args=$fuzzer" >"$folder/build.log"
ninja -C "$build" libblueplane/libblueplane-internal.a >>"$folder/build.log"

# target: file, definitions, folders of initial files (in tests/corpus)
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
cells fuzz_parts CELLS
wal fuzz_parts WAL
arguments fuzz_program ARGUMENTS
hook fuzz_program HOOK hooks
remote fuzz_program REMOTE
request fuzz_program REQUEST'

# shellcheck disable=SC2046,SC2086  # lists of words
make_target() {
  library=$build/libblueplane/libblueplane-internal.a program= needs='sqlite3 libcjson libsodium libutf8proc zlib'
  if [ "$2" = fuzz_program ]; then
    program=$build/examples/libprogram.a needs="$needs popt hiredis libgit2 libmicrohttpd"
    ninja -C "$build" examples/libprogram.a >>"$folder/build.log"
  fi
  [ -z "$(find "$library" $program "$root/tests/fuzz/$2.c" "$root/tests/fuzz/fuzz.h" "$root/tests/fuzz/pool.c" -newer "$folder/fuzz_$1" 2>&1)" ] && return
  case $3 in
  .) defined= ;;
  SOURCE) defined="-DFUZZ_SOURCE=bpi_source_$1" ;;
  DATABASE) defined="-DFUZZ_SOURCE=bpi_source_$1 -DFUZZ_DATABASE" ;;
  *) defined="-DFUZZ_$3 -DHAVE_HIREDIS" ;;
  esac
  ${CC:-clang} -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    -D_POSIX_C_SOURCE=200809L $defined -I"$root" -I"$root/libblueplane" -I"$root/include" \
    -I"$build/libblueplane" "$root/tests/fuzz/$2.c" "$root/tests/fuzz/pool.c" $program "$library" \
    $(pkg-config --cflags --libs $needs) -lpthread -lm -o "$folder/fuzz_$1"
}

# Returns status 1 if an input broke the target.
run_target() {
  name=$1
  shift 3
  found=$folder/found/$name log=$folder/run-$name.log
  mkdir -p "$found"
  seeds=
  for seed in "$root/tests/fuzz/corpus/$name" "$@"; do
    case $seed in /*) ;; *) seed=$root/tests/corpus/$seed ;; esac
    [ ! -d "$seed" ] || seeds="$seeds $seed"
  done
  temporary=$(mktemp -d $memory/blueplane-fuzz-XXXXXX) longest=4096 more=
  case $name in
  store | calls) longest=128 ;;       # what one byte costs there is much
  arguments) more=-close_fd_mask=2 ;; # the program's own complaints
  esac
  # shellcheck disable=SC2086  # a list of folders
  used=$(cd "$folder" && status=0 && {
    ASAN_OPTIONS=detect_stack_use_after_return=1:quarantine_size_mb=16:malloc_context_size=4 TMPDIR=$temporary \
      "./fuzz_$name" -max_total_time="$seconds" -max_len=$longest -timeout=120 -report_slow_units=120 -rss_limit_mb=4096 \
      -print_final_stats=1 $more -artifact_prefix="crash-$name-" "$found" $seeds >"$log" 2>&1 || status=$?
    echo $status && times
  } | awk 'NR == 1 { status = $1 } NR == 3 { split($1 "m" $2, t, /[ms]+/); printf "%.1f %d", 60 * (t[1] + t[3]) + t[2] + t[4], status }')
  rm -r "$temporary"
  inputs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  echo "$(git -C "$root" rev-parse --short HEAD) $name $seconds ${used% *} ${inputs:-0} ${edges:-0}" \
    "$(find "$found" -type f | wc -l) ${used#* }" | tee -a "$folder/runs.txt"
  return "$((${used#* } != 0))"
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
