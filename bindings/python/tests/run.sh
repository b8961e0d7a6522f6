#!/bin/sh
# Tests the Python binding as a user would install it:
#
#     sh bindings/python/tests/run.sh BUILD [SANITIZERS RUNTIME]
#
# Builds the wheel in BUILD/python, installs it into a clean virtual environment, and tests it there: without any
# other package, then with pandas, polars, pyarrow, DuckDB, matplotlib and the notebook of docs/notebooks; also the
# types, and the included program. With SANITIZERS, the wheel is built with them, their RUNTIME is preloaded into
# Python, and only the binding itself is tested.
# Exits with 77 (skipped) if packages cannot be downloaded.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
root=$here/../..
mkdir -p "$1/python"
work=$(cd -- "$1/python" && pwd)
bare=$work/bare
full=$work/full
tools='build meson-python>=0.15 meson>=1.3 ninja cffi mypy pytest tqdm pip'
# Some packages use exceptions, threads or memory in ways that sanitizers do not support.
case ${2:-} in
'') tools="$tools pandas polars pyarrow duckdb matplotlib nbclient ipykernel" ;;
address*) tools="$tools pandas polars pyarrow duckdb" ;;
esac

say() { printf '%s\n' "$*"; }

unset PYTHONPATH PYTHONHOME
[ -x "$full/bin/python" ] || python3 -m venv "$full"
if [ "$(cat "$full/tools" 2>/dev/null)" != "$tools" ]; then
  # shellcheck disable=SC2086  # a list of names
  if ! "$full/bin/python" -m pip install --quiet --disable-pip-version-check $tools >"$work/pip.log" 2>&1; then
    tail -n 3 "$work/pip.log"
    say 'skipped: packages cannot be downloaded'
    exit 77
  fi
  printf '%s\n' "$tools" >"$full/tools"
fi

say 'Building the wheel'
rm -rf "$work/wheel"
PATH=$full/bin:$PATH "$full/bin/python" -m pip wheel "$here" --quiet --no-deps --no-build-isolation \
  --disable-pip-version-check --wheel-dir "$work/wheel" --config-settings=build-dir="$work/build" \
  ${2:+"--config-settings=setup-args=-Db_sanitize=$2" --config-settings=setup-args=-Db_lundef=false} >"$work/wheel.log" 2>&1 || {
  cat "$work/wheel.log"
  exit 1
}
wheel=$(ls "$work"/wheel/*.whl)
size=$(wc -c <"$wheel")
say "Wheel: $size bytes"

with_everything() {
  "$full/bin/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheel"
  (cd "$here/tests" && LD_PRELOAD=${1:-} "$full/bin/python" -B -m pytest -q -p no:cacheprovider .)
  LD_PRELOAD=${1:-} "$full/bin/python" -B "$root/tests/conformance/run.py" "$full/bin/python" -B "$here/tests/conformance_driver.py"
}

if [ $# -gt 1 ]; then
  say "With everything else, and -fsanitize=$2"
  with_everything "$3"
  exit
fi
[ "$size" -lt 3000000 ]

say 'In an environment with nothing else'
rm -rf "$bare"
python3 -m venv "$bare"
"$bare/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel"
(cd "$work" && "$bare/bin/python" -c '
import blueplane as bp
with bp.open(memory=True) as store:
    assert store.metric("sessions").value == 0
    try:
        store.metric("sessions").pl()
    except ImportError as why:
        print(why)
assert bp.program() is not None and bp.__version__
')
"$bare/bin/blueplane" version

say 'The program alone, from a folder that is thrown away, as uvx and pipx do'
once=$work/once
rm -rf "$once"
"$full/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$once" "$wheel"
printf '%s\n' '{"blueplane":1,"kind":"prompt","platform":"mytool","session":"s","id":"1","time":"2026-03-02T09:00:00Z"}' \
  >"$once/one.blueplane.jsonl"
env -i HOME="$once" "$once/bin/blueplane" sync --quiet "$once/one.blueplane.jsonl"
told=$(env -i HOME="$once" "$once/bin/blueplane" metric prompts --since 2026-03-02 --until 2026-03-02 --no-sync --format csv)
[ "$told" = "$(printf 'prompts\r\n1\r')" ]
rm -rf "$once"

say 'With everything else'
with_everything

say 'Types'
(cd "$here" && "$full/bin/python" -m mypy --cache-dir "$work/mypy" --python-executable "$full/bin/python")
(cd "$work" && "$full/bin/stubtest" blueplane --ignore-missing-stub --mypy-config-file "$here/pyproject.toml")
