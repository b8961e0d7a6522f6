#!/usr/bin/env python3
"""Every allocation fails of every numbered example, and of commands that ingest, query, find, share, merge, publish and
erase.

failalloc.c makes the allocations fail: the program's own, the library's, SQLite's, cJSON's, the C library's. No program
may then end by a signal; one that reports success must have printed its usual output; and if it works on a store, the
store is sound and the same command, run again, gives the same result as without failures.

    test_examples.py FAILALLOC EXAMPLES_FOLDER NAME...

With BLUEPLANE_LONG=1 at every allocation; else at some hundred of each.
"""
from __future__ import annotations

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import e2e  # noqa: E402
from e2e import check, equal  # noqa: E402

FEW = 30
FAILALLOC, FOLDER = sys.argv[1:3]
EXAMPLES = sys.argv[3:]
sys.argv[1:] = []


def run(command: list, folder: pathlib.Path, after: object, step: int, once: bool) -> tuple:
    """The number of copies, of bad ones, and of allocations when none fails; and the errors of the bad ones."""
    env = {**os.environ, "LD_PRELOAD": FAILALLOC, "FAILALLOC_STEP": str(step), "FAILALLOC_OUT": str(folder / "out")}
    if after is not None:
        env["FAILALLOC_CHECK"] = str(after)
    if once:
        env["FAILALLOC_ONCE"] = "1"
    made = subprocess.run([*map(str, command)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    told = made.stderr.decode()
    found = re.search(r"^(\d+) copies, (\d+) bad, (\d+) allocations$", told, re.M)
    check(found is not None, "the series of copies ends", command, made.returncode, told[-500:])
    return int(found[1]), int(found[2]), int(found[3]), told


def fail_all(command: list, folder: pathlib.Path, after: str) -> None:
    """Fails all allocations from each number on, and each alone."""
    shell = ["sh", "-c", after]
    subprocess.run(shell, env={**os.environ, "STATUS": "reset"}, check=True, stdout=subprocess.DEVNULL)
    allocations = run(command, folder, None, 1 << 30, True)[2]
    step = 1 if e2e.LONG else max(1, allocations // FEW)
    e2e.counts["allocations"] += allocations
    for once in (False, True):
        subprocess.run(shell, env={**os.environ, "STATUS": "reset"}, check=True, stdout=subprocess.DEVNULL)
        copies, bad, _, told = run(command, folder, after, step, once)
        check(bad == 0, "clean whichever allocation fails", command[:3], told[-800:])
        check(copies > 10, "allocations failed", copies)
        e2e.counts["copies of a process"] += copies


def test_examples(folder: pathlib.Path) -> None:
    for name in EXAMPLES:
        expected = HERE.parent.parent / "examples" / f"{name}.expected"
        fail_all([pathlib.Path(FOLDER) / name], folder,
                 f"[ $STATUS = 1 ] || [ $STATUS = reset ] || cmp -s {shlex.quote(str(folder / 'out'))} {shlex.quote(str(expected))}")
        e2e.counts["examples"] += 1


class Work:
    """A store that is restored for each copy, and the command's output when nothing fails."""

    def __init__(self, folder: pathlib.Path, command: list, store: str, made: str = ""):
        """`made`: a file that the command creates and never overwrites; a failed command must not leave one."""
        self.folder, self.command, self.store = folder, command, store
        shutil.copytree(folder / "before", folder / "work")
        self.script = folder / "check.sh"
        again = " ".join(shlex.quote(str(part)) for part in command)
        bpt, bpverify, work = (shlex.quote(str(p)) for p in (e2e.BPT, e2e.BPVERIFY, folder / "work"))
        told = shlex.quote(str(folder / "told"))
        self.script.write_text(
            f"cd {shlex.quote(str(folder))} || exit 1\n"
            f"case $STATUS in 0|1|2|reset) ;; *) exit 1;; esac\n"
            + (f"{bpverify} {work}/{store} >/dev/null || exit 1\n" if store == "me.db" else "")
            + (f"case $STATUS in 0|reset) rm -f {work}/{made} ;; esac\n" if made else "") +
            f"{again} >{told} 2>&1 || {{ cat {told} >&2; exit 1; }}\n"
            f"rm -rf {work} && cp -R before work\n")

    def fail_all(self) -> None:
        fail_all(self.command, self.folder, f"sh {shlex.quote(str(self.script))}")
        e2e.counts["commands"] += 1


def on_store(folder: pathlib.Path, command: list, store: str = "me.db") -> None:
    Work(folder, [e2e.BPT, *command], store).fail_all()
    shutil.rmtree(folder / "work")


def personal(folder: pathlib.Path) -> pathlib.Path:
    before = folder / "before"
    before.mkdir()
    shutil.copy(e2e.KEY, before / "me.db.key")
    for path in e2e.fixtures("claude_code", "good-session"):
        e2e.bpt("file", before / "me.db", path, "--source", "claude_code")
    return folder / "work" / "me.db"


def test_ingest(folder: pathlib.Path) -> None:
    store = personal(folder)
    on_store(folder, ["file", store, *e2e.fixtures("claude_code", "good-prompts")])
    on_store(folder, ["file", store, *e2e.fixtures("codex", "good-")[:1]])


def test_questions(folder: pathlib.Path) -> None:
    store = personal(folder)
    for metrics in (["tasks", "time_saved"], ["insights"], ["comparison"], ["delegation"]):
        on_store(folder, ["query", store, json.dumps({"metrics": metrics, "period": "all"})])


def test_erase(folder: pathlib.Path) -> None:
    store = personal(folder)
    on_store(folder, ["erase", store, json.dumps({"version": 1, "source": "claude_code"})])


def rows(*arguments: object) -> list:
    return json.loads(e2e.bpt(*arguments).stdout)["rows"]


def test_sharing(folder: pathlib.Path) -> None:
    """Three people share a week, and the steward publishes it."""
    before, work = folder / "before", folder / "work"
    before.mkdir()
    at, later, week = ["--now", 1773144000000000], ["--now", 1773489600000000], "2026-W10"  # 2026-03-10, -14
    steward = ["--access", "steward"]
    people, devices = ("ada", "bob", "cyd"), []
    for number, name in enumerate(people):
        store = before / f"{name}.db"
        pathlib.Path(f"{store}.key").write_bytes(bytes([number] * 32))
        e2e.bpt("file", store, *e2e.fixtures("claude_code", "good-session"), *at)
        devices += [row["value"] for row in rows("inspect", store, "identity", *at) if row["name"] == "device"]
    (before / "team.db.key").write_bytes(bytes([9] * 32))
    roster = {"blueplane.roster": 1, "organisation": "acme", "teams": ["one"],
              "members": [{"id": p, "team": "one", "devices": [d]} for p, d in zip(people, devices)]}
    e2e.bpt("configure", before / "team.db", "roster", json.dumps(roster), *steward, *at)
    invitation = rows("inspect", before / "team.db", "invitation", *steward, *at)[0]
    link = rows("inspect", before / "team.db", "rosters", *steward, *at)[0]
    for name in people:
        store = before / f"{name}.db"
        e2e.bpt("configure", store, "invitation", list(invitation.values())[0], *at)
        e2e.bpt("configure", store, "roster", list(link.values())[1], *at)
        e2e.bpt("configure", store, "sharing", json.dumps({"version": 1, "minimum": 3}), *at)
    on_store(folder, ["share", work / "ada.db", week, work / "ada.bundle", *at], "ada.db")
    word = [e2e.PROGRAM, "--store", work / "ada.db", "share", "consent", work / "ada.word"]
    Work(folder, word, "ada.db", "ada.word").fail_all()
    shutil.rmtree(work)
    for name in people:
        e2e.bpt("share", before / f"{name}.db", week, before / f"{name}.bundle", *at)
    on_store(folder, ["merge", work / "team.db", work / "ada.bundle", *steward, *at], "team.db")
    for name in people:
        e2e.bpt("merge", before / "team.db", before / f"{name}.bundle", *steward, *at)
    on_store(folder, ["publish", work / "team.db", week, work / "week.release", *steward, *later], "team.db")


if __name__ == "__main__":
    e2e.main()
