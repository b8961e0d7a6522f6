#!/bin/sh
# Builds the program, ingests what the coding assistants on this machine left behind, and prints today and
# this week and writes a dashboard:
#
#     sh examples/run.sh
#
# Needs nothing but a Debian-like machine and root or sudo; works from any directory. When there is no
# transcript of Claude Code or Codex it generates sample data and says so. Nothing leaves the machine.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build

say() { printf '%s\n' "$*" >&2; }

# Runs a step quietly; its output is shown when it fails.
step() {
  name=$1
  shift
  say "$name"
  "$@" >"$root/build.log" 2>&1 || {
    cat "$root/build.log" >&2
    rm -f "$root/build.log"
    say "$name: failed"
    exit 1
  }
  rm -f "$root/build.log"
}

has_transcripts() { [ -n "$(find -H "$1" -name '*.jsonl' -type f -print 2>/dev/null | head -n 1)" ]; }

# The places where the assistants write, in the order in which their settings override each other.
own_data() {
  home=${HOME:-/nonexistent}
  if [ -n "${CLAUDE_CONFIG_DIR:-}" ]; then
    rest=$CLAUDE_CONFIG_DIR,
    while [ -n "$rest" ]; do
      folder=${rest%%,*}
      rest=${rest#*,}
      if [ -n "$folder" ] && has_transcripts "$folder"; then return 0; fi
    done
  else
    if has_transcripts "${XDG_CONFIG_HOME:-$home/.config}/claude/projects"; then return 0; fi
    if has_transcripts "$home/.claude/projects"; then return 0; fi
  fi
  if has_transcripts "${CODEX_HOME:-$home/.codex}/sessions"; then return 0; fi
  for folder in "${XDG_CONFIG_HOME:-$home/.config}" "$home/Library/Application Support"; do
    if [ -f "$folder/Cursor/User/globalStorage/state.vscdb" ]; then return 0; fi
  done
  return 1
}

# Status 3 is "nothing found": a day without work is no failure.
show() {
  printf '\n'
  "$program" "$@" || [ $? -eq 3 ]
}

sh "$root/tests/setup.sh"
[ -f "$build/build.ninja" ] || step 'Configuring' meson setup "$build" "$root"
step 'Building' ninja -C "$build"

for program in "$build/examples/blueplane" "$build/examples/blueplane/blueplane"; do
  if [ -f "$program" ] && [ -x "$program" ]; then break; fi
done

sample=
if ! own_data; then
  sample=$build/sample
  rm -rf "$sample"
  mkdir -p "$sample"
  python3 "$root/examples/sample/sample.py" --out "$sample" --quiet
  HOME=$sample
  BLUEPLANE_STORE=$sample/blueplane.db
  export HOME BLUEPLANE_STORE
  unset CLAUDE_CONFIG_DIR CODEX_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME
  cat <<'TEXT'
No records of Claude Code, Codex or Cursor were found on this machine.
SAMPLE DATA: what follows is about a developer who does not exist, generated just now by examples/sample.
TEXT
fi

"$program" sync || [ $? -eq 3 ]
show stats today
show stats week
printf '\nEverything on one page, for your browser: '
"$program" dashboard --no-sync

if [ -n "$sample" ]; then
  printf '\nSAMPLE DATA: none of these numbers are yours.\n'
fi
