"""What the end-to-end tests share: finding the tools, temporary folders, and counted checks.

A test is a module with functions named test_*; main() runs them in order, each in a folder of its own, and prints what
was checked and how often. Status 0: all passed; 1: one failed; 77: nothing could be run.

The tools are found through BLUEPLANE_BPT, BLUEPLANE_BPVERIFY and BLUEPLANE_PROGRAM, else in a build folder of this
project. BLUEPLANE_LONG=1 selects the long variants.
"""
from __future__ import annotations

import collections
import inspect
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback
from typing import Any, Optional

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LONG = os.environ.get("BLUEPLANE_LONG", "") not in ("", "0")
SKIPPED = 77

OK, INVALID, NOMEM, IO, BUSY, NOTFOUND, FORMAT, UNSUPPORTED, DENIED = 0, -1, -2, -3, -4, -5, -6, -7, -8
READONLY, CORRUPT, SCHEMA, ABI, CANCELLED, LIMIT, INTERNAL = -10, -11, -12, -13, -14, -15, -16


class Skip(Exception):
    """A test that cannot run here; the argument says why."""


def _tool(variable: str, name: str) -> str:
    given = os.environ.get(variable)
    for path in [given] if given else [ROOT / build / "tests" / name for build in ("build-tests", "build")]:
        if os.access(path, os.X_OK):
            return str(path)
    sys.exit(f"{name} is not built; set {variable}")


BPT = _tool("BLUEPLANE_BPT", "bpt")
BPVERIFY = _tool("BLUEPLANE_BPVERIFY", "bpverify")
PROGRAM = _tool("BLUEPLANE_PROGRAM", "../examples/blueplane")

counts: collections.Counter = collections.Counter()  # how often each thing was checked in this test


def check(good: bool, what: str, *about: Any) -> None:
    counts[what] += 1
    if not good:
        raise AssertionError(": ".join([what, *map(str, about)]))


def equal(got: Any, want: Any, what: str, *about: Any) -> None:
    check(got == want, what, *about, f"got {shorten(got)}, want {shorten(want)}" if got != want else "")


def shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 2000 else text[:2000] + "..."


# ------------------------------------------------------------------------------------------- tools

def bpt(*arguments: Any, status: Optional[int] = 0, **more: Any) -> subprocess.CompletedProcess:
    """Runs the driver bpt, which must end with `status`; None allows 0 and 1, so anything but a crash."""
    made = subprocess.run([BPT, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, **more)
    fine = made.returncode in (0, 1) if status is None else made.returncode == status
    if not fine:
        raise AssertionError(f"bpt {' '.join(map(str, arguments))[:300]}: status {made.returncode}, "
                             f"{made.stdout[-2000:]!r} {made.stderr[-2000:]!r}")
    return made


def answers(made: subprocess.CompletedProcess) -> list:
    return [json.loads(line) for line in made.stdout.decode("utf-8", "surrogateescape").splitlines()]


def ingest(store: Any, *arguments: Any, command: str = "ingest", **more: Any) -> dict:
    """The sums of the reports of an ingest that must succeed."""
    total: collections.Counter = collections.Counter()
    for answer in answers(bpt(command, store, *arguments, **more)):
        total.update(answer["report"])
    return dict(total)


def error_of(*arguments: Any, **more: Any) -> dict:
    """The error of a call that must fail."""
    return answers(bpt(*arguments, status=1, **more))[-1]["error"]


def verify(*stores: Any) -> None:
    """Checks that the rollup, runs and sessions of the stores are what their facts give."""
    made = subprocess.run([BPVERIFY, *map(str, stores)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    counts["stores verified against their facts"] += len(stores)
    if made.returncode != 0:
        raise AssertionError(f"rollup differs from facts: {made.stdout.decode()} {made.stderr.decode()}")


_key_makers = tempfile.TemporaryDirectory(prefix="blueplane-e2e-key-")
KEY = pathlib.Path(_key_makers.name) / "key"
KEY.write_bytes(bytes(range(7, 39)))
KEY.chmod(0o600)


# ----------------------------------------------------------------------------------------- samples

_sample: Optional[tempfile.TemporaryDirectory] = None


def sample(days: int = 42) -> pathlib.Path:
    """The home folder that the sample generator writes, made once per number of days; its truth is in
    HOME.truth.json."""
    global _sample
    if _sample is None:
        _sample = tempfile.TemporaryDirectory(prefix="blueplane-e2e-sample-")
    home = pathlib.Path(_sample.name) / str(days)
    if not home.exists():
        subprocess.run([sys.executable, ROOT / "examples/sample/sample.py", "--out", home, "--until", "2026-03-31",
                        "--days", str(days), "--seed", "1", "--truth", f"{home}.truth.json"], check=True,
                       stdout=subprocess.DEVNULL)
    return home


def transcripts(root: pathlib.Path) -> list:
    return sorted(p for p in root.rglob("*.json*") if (p.suffix == ".jsonl" or p.name.startswith(DOCUMENTS)) and
                  p.is_file() and not p.is_symlink())


# The sources of lines and documents, by the folders of their fixtures; test_sources.py fails if one is missing. `named`
# gives their files names.
SOURCES = ("claude_code", "codex", "native", "copilot", "gemini", "opencode", "otlp", "forge")


DOCUMENTS = ("session-2026", "ses_")  # beginnings of the names of files that hold one JSON document, not lines


def fixtures(source: str, beginning: str = "") -> list:
    """The hand-made files of tests/corpus."""
    return sorted((ROOT / "tests" / "corpus" / source).glob(f"{beginning}*.json*"))


def of_lines(source: str) -> list:
    """The good fixtures that are read line by line. A JSON document is different: its complete parts are read even if
    it is cut off."""
    lists = (b'"$set"', b"resource")  # marks of files whose lines are documents themselves
    if source == "forge": # its lines are documents, too
        return []
    return [p for p in fixtures(source, "good-") if p.suffix == ".jsonl" and not any(mark in p.read_bytes() for mark in lists)]


def named(source: str, name: str) -> str:
    """The name under which a scan recognises the file as one of this source."""
    if source == "codex" and not name.startswith("rollout-"):
        return f"rollout-{name}"
    if source == "gemini" and not name.startswith("session-2026"):
        return f"session-2026-03-02T09-00-{name}"
    if source == "opencode":
        return f"ses_{name}"
    ending = {"native": ".blueplane.jsonl", "copilot": ".events.jsonl", "otlp": ".otlp.jsonl",
              "forge": ".forge.jsonl"}.get(source, ".jsonl")
    return name.replace(".jsonl", ending)


# -------------------------------------------------------------------------------------------- main

def main() -> None:
    """Runs the tests of the calling module, or those named as arguments, and exits with the status."""
    module = sys.modules["__main__"]
    tests = [f for name, f in vars(module).items() if name.startswith("test_") and inspect.isfunction(f)]
    wanted = sys.argv[1:]
    failed = skipped = ran = 0
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        counts.clear()
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"blueplane-{test.__name__}-") as folder:
            try:
                test(pathlib.Path(folder))
                ran += 1
                outcome = "ok"
            except Skip as why:
                skipped += 1
                outcome = f"skipped ({why})"
            except Exception:
                failed += 1
                outcome = "FAILED"
                traceback.print_exc()
        said = ", ".join(f"{n} {what}" for what, n in counts.items())
        print(f"{test.__name__}: {outcome}{': ' if said else ''}{said} [{time.monotonic() - start:.1f} s]", flush=True)
    sys.exit(1 if failed else 0 if ran else SKIPPED)
