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

# shellcheck disable=SC2046,SC2086  # lists of words
make_target() {
  library=$build/libblueplane/libblueplane-internal.a program= needs='sqlite3 libcjson libsodium libutf8proc zlib' file=fuzz_$2
  defined=-DFUZZ_$(echo "$1" | tr '[:lower:]' '[:upper:]')
  case $2 in
  lines | database | folder)
    defined="-DFUZZ_$(echo "$2" | tr '[:lower:]' '[:upper:]') -DFUZZ_SOURCE=bpi_source_$1" file=fuzz_source
    ;;
  program)
    defined="$defined -DHAVE_HIREDIS" needs="$needs popt hiredis libgit2 libmicrohttpd"
    program=$build/examples/libprogram.a
    ninja -C "$build" examples/libprogram.a >>"$folder/build.log"
    ;;
  esac
  [ -z "$(find "$library" $program "$root"/tests/fuzz/*.[ch] -newer "$folder/fuzz_$1" 2>&1)" ] && return
  ${CC:-clang} -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    -D_POSIX_C_SOURCE=200809L $defined -I"$root" -I"$root/libblueplane" -I"$root/include" \
    -I"$build/libblueplane" "$root/tests/fuzz/$file.c" "$root/tests/fuzz/pool.c" $program "$library" \
    $(pkg-config --cflags --libs $needs) -lpthread -lm -o "$folder/fuzz_$1"
}

# Returns status 1 if an input broke the target.
run_target() {
  name=$1
  shift
  found=$folder/found/$name log=$folder/run-$name.log
  mkdir -p "$found"
  seeds=$root/tests/fuzz/corpus/$name
  for corpus in "$@"; do seeds="$seeds $root/tests/corpus/$corpus"; done
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

# The words of a line of the table are the arguments.
each() {
  while read -r name kind corpora; do
    case " $wanted " in '  ' | *" $name "*) ;; *) continue ;; esac
    # shellcheck disable=SC2086  # a list of words
    make_target "$name" "$kind" && { run_target "$name" $corpora || echo "$name" >>"$folder/failed"; }
  done <"$root/tests/fuzz/targets.txt"
}

wanted=$*
rm -f "$folder/failed"
each
[ ! -f "$folder/failed" ] || { echo "broken, see $folder/crash-*:"; cat "$folder/failed"; exit 1; }
