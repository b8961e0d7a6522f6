#!/usr/bin/env python3
"""Cursor's databases and hooks through the public interface: totals equal those of tests/oracle/cursor.py and hooks.py;
facts are the same in any order, read twice, copied, grown step by step, and while a writer has the database open;
damage crashes nothing; no text gets through.

Runs over the fixtures of tests/corpus, and over real files with BLUEPLANE_REAL_DATA=DIR, which contains cursor/,
cursor_hooks/ and claude_code_hooks/.
"""
from __future__ import annotations

import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from typing import Any

import dump
import e2e
from e2e import Skip, bpt, check, equal, ingest, verify
from test_order import new_store

sys.path.insert(0, str(e2e.ROOT / "tests" / "oracle"))
import cursor  # noqa: E402
import hooks  # noqa: E402

CORPUS = e2e.ROOT / "tests" / "corpus"
PLACES = {"good-global": "globalStorage/state.vscdb", "good-workspace": "workspaceStorage/0a1b/state.vscdb",
          "good-version-3": "v3/state.vscdb", "good-inline": "inline/state.vscdb", "good-early": "early/state.vscdb",
          "good-heads": "heads/state.vscdb", "good-small": "small/state.vscdb", "good-tracking-without-model": "t1/ai-code-tracking.db",
          "good-tracking-model-last": "t2/ai-code-tracking.db", "good-tracking-model-first": "t3/ai-code-tracking.db"}
METRICS = {"sessions": "sessions", "prompts": "prompts", "responses": "responses", "input": "input_tokens", "output": "output_tokens",
           "generations": "generations", "composers": "composer_sessions", "lines_added": "lines_added",
           "lines_removed": "lines_removed", "commits": "commits", "ai_commits": "ai_commits"}


def make(path: pathlib.Path, sql: str) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as db:
        db.executescript(sql)
    db.close()
    return path


def corpus(folder: pathlib.Path) -> list:
    return [make(folder / place, (CORPUS / "cursor" / f"{name}.sql").read_text()) for name, place in PLACES.items()]


def value(store: Any, metric: str, **more: Any) -> Any:
    made = bpt("query", store, json.dumps({"metrics": [metric], "period": "all", **more}), "json")
    return json.loads(made.stdout)


def number(store: Any, metric: str) -> Any:
    rows = value(store, metric)["rows"]
    return (rows[0][metric] or 0) if rows else 0


def grouped(store: Any, metric: str, *by: str) -> Counter:
    found: Counter = Counter()
    for row in value(store, metric, by=list(by))["rows"]:
        found[tuple(row[name] or "" for name in by)] += row[metric]
    return found


def compare(store: Any, want: dict) -> None:
    for name, metric in METRICS.items():
        got = number(store, metric)
        equal(got, want[name], f"total of {metric}")
    tools = Counter({(t, o): n for t, outcomes in want["tools"].items() for o, n in outcomes.items()})
    equal(grouped(store, "tool_calls", "tool", "outcome"), tools, "tool calls by tool and outcome")
    equal(grouped(store, "decisions", "outcome"), Counter({(o,): n for o, n in want["decisions"].items()}), "decisions by outcome")


def real() -> pathlib.Path:
    folder = os.environ.get("BLUEPLANE_REAL_DATA")
    if not folder:
        raise Skip("BLUEPLANE_REAL_DATA is not set")
    return pathlib.Path(folder)


# -------------------------------------------------------------------------------------------- totals

def test_corpus_equals_the_oracle(folder: pathlib.Path) -> None:
    """Totals of all fixtures; the accepted share of suggested lines, 160 of 245, was counted by hand."""
    files = corpus(folder / "in")
    store = new_store(folder, "s.db")
    ingest(store, folder / "in")
    compare(store, cursor.count(list(map(str, files))))
    equal(number(store, "line_acceptance_rate"), 160 / 245, "acceptance of lines")
    verify(store)


def test_real_files_equal_the_oracle(folder: pathlib.Path) -> None:
    """The same totals of real databases."""
    files = sorted(p for p in (real() / "cursor").rglob("*") if p.is_file() and p.suffix != ".json")
    if not files:
        raise Skip("no databases of Cursor")
    store = new_store(folder, "s.db")
    report = ingest(store, real() / "cursor", "--source", "cursor")
    equal(report["files_failed"], 0, "databases that failed")
    compare(store, cursor.count(list(map(str, files))))
    verify(store)


def test_real_hooks_equal_the_oracle(folder: pathlib.Path) -> None:
    """Totals of real hooks of both assistants."""
    claude = sorted(map(str, (real() / "claude_code_hooks").rglob("*.json")))
    captured = sorted(map(str, (real() / "cursor_hooks").glob("*.jsonl")))
    if not claude or not captured:
        raise Skip("no hooks")
    store, other = new_store(folder, "s.db"), new_store(folder, "c.db")
    random.Random(1).shuffle(claude)
    ingest(store, *claude, "--source", "claude_code_hooks", command="file")
    want = hooks.count_claude_code(claude)
    equal(number(store, "sessions"), want["sessions"], "sessions of hooks")
    equal(number(store, "prompts"), want["prompts"], "prompts of hooks")
    equal(number(store, "subagents"), want["events"]["subagents"], "subagents of hooks")
    tools = Counter({(t, o): n for t, c in want["tools"].items() for o, n in c.items()})
    equal(grouped(store, "tool_calls", "tool", "outcome"), tools, "tool calls of hooks")
    ingest(other, *captured, "--source", "cursor_hooks", command="file")
    want = hooks.count_cursor(captured)
    for name, metric in {"sessions": "sessions", "prompts": "prompts", "responses": "responses", "generations": "generations",
                         "input": "input_tokens", "output": "output_tokens", "cache_read": "cache_read_tokens"}.items():
        equal(number(other, metric), want[name], f"{metric} of hooks")
    verify(store, other)


# --------------------------------------------------------------------------------------------- order

def test_any_order_twice_and_copies(folder: pathlib.Path) -> None:
    """Fixtures and a copy of each, in six orders, some read twice: the same facts."""
    files = corpus(folder / "in")
    for file in list(files):
        copy = file.with_name(file.name + ".backup")
        shutil.copyfile(file, copy)
        files.append(copy)
    one, random_ = new_store(folder, "one.db"), random.Random(3)
    ingest(one, folder / "in")
    for turn in range(6):
        store = new_store(folder, f"{turn}.db")
        random_.shuffle(files)
        for file in files + files[:turn]:
            ingest(store, file, "--source", "cursor", "--restart", command="file")
        equal(dump.lines(store), dump.lines(one), "facts in another order")
        verify(store)


def test_growth(folder: pathlib.Path) -> None:
    """A global database whose rows arrive one by one, an early copy of it being read last, ends in the same facts as the
    whole database read once."""
    whole = make(folder / "whole/globalStorage/state.vscdb", (CORPUS / "cursor" / "good-global.sql").read_text())
    path = make(folder / "in/globalStorage/state.vscdb", "CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);"
                "CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);")
    store, other = new_store(folder, "s.db"), new_store(folder, "o.db")
    source = sqlite3.connect(whole)
    rows = [(t, *row) for t in ("ItemTable", "cursorDiskKV") for row in source.execute(f"SELECT key, value FROM {t}")]
    source.close()
    for number_, (table, key, content) in enumerate(rows):
        with sqlite3.connect(path) as db:
            db.execute(f"INSERT INTO {table} VALUES (?, ?)", (key, content))
        db.close()
        if number_ % 5 == 4:
            ingest(store, folder / "in")
            ingest(store, folder / "in")
        if number_ == len(rows) // 2:
            shutil.copytree(folder / "in", folder / "early")
    ingest(store, folder / "in")
    check(ingest(store, folder / "early")["records_read"] > 5, "an early copy is read")
    ingest(other, folder / "whole")
    equal(dump.lines(store), dump.lines(other), "facts of a database that grew")
    verify(store)


# ------------------------------------------------------------------------------------------ a live file

def beside(folder: pathlib.Path) -> dict:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_a_writer_is_not_disturbed(folder: pathlib.Path) -> None:
    """A locked database in WAL mode is read with its log; it and its log stay unchanged, and no file appears beside it."""
    path = make(folder / "in/globalStorage/state.vscdb", (CORPUS / "cursor" / "good-global.sql").read_text())
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("INSERT INTO cursorDiskKV VALUES ('bubbleId:comp-a:live', '{\"type\":1,\"bubbleId\":\"live\",\"text\":\"x\"}')")
    writer.execute("BEGIN EXCLUSIVE")
    writer.execute("INSERT INTO cursorDiskKV VALUES ('bubbleId:comp-a:later', '{\"type\":1,\"bubbleId\":\"later\",\"text\":\"x\"}')")
    before, names = beside(path.parent), sorted(os.listdir(path.parent))
    path.parent.chmod(0o500)
    try:
        store = new_store(folder, "s.db")
        equal(ingest(store, folder / "in")["files_failed"], 0, "live databases that failed")
    finally:
        path.parent.chmod(0o700)
    equal(number(store, "prompts"), 5, "prompts, including the one in the log")
    equal(sorted(os.listdir(path.parent)), names, "files beside a live database")
    check(all(beside(path.parent)[n] == before[n] for n in names if not n.endswith("-shm")), "bytes of a live database")
    writer.execute("COMMIT")
    ingest(store, folder / "in")
    equal(number(store, "prompts"), 6, "prompts after the log grew")
    writer.close()
    verify(store)


def test_damage(folder: pathlib.Path) -> None:
    """Databases cut at every page or with random bytes changed crash nothing and leave the store consistent."""
    path = make(folder / "one/globalStorage/state.vscdb", "PRAGMA page_size = 1024;" + (CORPUS / "cursor" / "good-global.sql").read_text())
    data, random_ = path.read_bytes(), random.Random(5)
    hurt = [data[:cut] for cut in range(0, len(data), 1024)] + [data[:cut + 500] for cut in range(0, len(data), 4096)]
    for _ in range(60 if not e2e.LONG else 2000):
        changed = bytearray(data)
        for _ in range(random_.randint(1, 30)):
            changed[random_.randrange(len(changed))] = random_.randrange(256)
        hurt.append(bytes(changed))
    broken = folder / "two/globalStorage/state.vscdb"
    broken.parent.mkdir(parents=True)
    store = new_store(folder, "s.db")
    for content in hurt:
        broken.write_bytes(content)
        bpt("file", store, broken, "--source", "cursor", "--restart", status=None)
        e2e.counts["damaged databases read"] += 1
    verify(store)
    ingest(store, path, "--source", "cursor", "--restart", command="file")
    for file in ("nothing", "text"):
        other = folder / file / "state.vscdb"
        other.parent.mkdir()
        other.write_bytes(b"" if file == "nothing" else b"no database\n" * 500)
        equal(ingest(store, other, "--source", "cursor", command="file")["files_failed"], 1, "files that are not databases")


def test_wrong_values_cost_themselves(folder: pathlib.Path) -> None:
    """Each of 23 wrong values is refused with its place; the rows between are read."""
    path = make(folder / "state.vscdb", (CORPUS / "cursor" / "bad-values.sql").read_text())
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO cursorDiskKV VALUES ('bubbleId:c:blob', ?)", (b"\x00" * (8 << 20),))
        db.execute("INSERT INTO cursorDiskKV VALUES ('bubbleId:c:long', ?)",
                   (json.dumps({"type": 1, "bubbleId": "long", "text": "x" * (8 << 20)}),))
    db.close()
    store = new_store(folder, "s.db")
    report = ingest(store, path, command="file")
    equal(report["records_rejected"], 23, "values refused")
    places = json.loads(bpt("inspect", store, "rejects").stdout)["rows"]
    equal(len(places), 23, "places of what was refused")
    equal(number(store, "prompts"), 2, "prompts between values that are refused")


def test_preview(folder: pathlib.Path) -> None:
    """The preview says what happens to each field of a database, and shows nothing of rows that are not read."""
    store, fields = new_store(folder, "s.db"), {}
    for file in corpus(folder / "in"):
        for row in json.loads(bpt("preview", store, file, "json").stdout)["rows"]:
            fields[row["field"]] = row["use"]
    for field, use in {"composerData.composerId": "hashed", "composerData.*": "dropped", "bubbleId.text": "counted",
                       "bubbleId.tokenCount.inputTokens": "kept", "bubbleId.toolFormerData.result": "compared",
                       "generations[].generationUUID": "hashed", "dailyStats.tabAcceptedLines": "kept",
                       "composer_composerData.allComposers[].composerId": "hashed", "scored_commits.commitHash": "hashed",
                       "ai_code_hashes.model": "label"}.items():
        equal(fields.get(field), use, "use of a field in the preview", field)
    check(not any("cursorAuth" in field or "Message" in field for field in fields), "fields beside those read", fields)


# --------------------------------------------------------------------------------------- many sources

def test_hooks_and_databases_count_once(folder: pathlib.Path) -> None:
    """Hooks of a request that is in the database, too, count once; those of a request that is not count; in either
    order."""
    make(folder / "in/globalStorage/state.vscdb", (CORPUS / "cursor" / "good-global.sql").read_text())
    shutil.copyfile(CORPUS / "hooks/good-cursor.cursor_hooks.jsonl", folder / "in/a.cursor_hooks.jsonl")
    kinds = ["in/globalStorage/state.vscdb", "in/a.cursor_hooks.jsonl"]
    alone, stores = new_store(folder, "alone.db"), []
    ingest(alone, folder / kinds[0], command="file")
    for turn in range(2):
        store = new_store(folder, f"{turn}.db")
        for kind in kinds[::-1] if turn else kinds:
            ingest(store, folder / kind, command="file")
        for metric, more in {"sessions": 1, "prompts": 1, "responses": 0, "output_tokens": 0, "generations": 1, "lines_added": 3}.items():
            equal(number(store, metric) - number(alone, metric), more, f"{metric} that only hooks know")
        equal(grouped(store, "tool_calls", "platform"), grouped(alone, "tool_calls", "platform") + Counter({("cursor",): 1}),
              "tool calls that only hooks know")
        verify(store)
        stores.append(dump.lines(store))
    equal(stores[0], stores[1], "facts in either order")


def test_hooks_of_claude_code(folder: pathlib.Path) -> None:
    """Totals of Claude Code's hooks by hand; refused payloads are counted."""
    store = new_store(folder, "s.db")
    files = [CORPUS / "hooks/good-claude.claude_code_hooks.jsonl", CORPUS / "hooks/good-old.claude_code_hooks.json"]
    ingest(store, *files, command="file")
    want = hooks.count_claude_code([str(files[1])])
    equal(want["tools"], {"Read": {"ok": 1, "unknown": 2}}, "calls of the list, by the oracle")
    equal(grouped(store, "tool_calls", "tool", "outcome"),
          Counter({("Edit", "ok"): 1, ("Bash", "error"): 1, ("Bash", "interrupted"): 1, ("Write", "denied"): 1, ("Read", "ok"): 1,
                   ("Read", "unknown"): 2, ("NotebookEdit", "unknown"): 1}), "tool calls of hooks by tool and outcome")
    equal(number(store, "prompts"), 4, "prompts of hooks")
    equal((number(store, "lines_added"), number(store, "lines_removed")), (2, 1), "lines of a hook's edit")
    equal((number(store, "compactions"), number(store, "api_errors"), number(store, "subagents")), (1, 1, 1), "events of hooks")
    bad = new_store(folder, "b.db")
    equal(ingest(bad, CORPUS / "hooks/bad.claude_code_hooks.jsonl", "--source", "claude_code_hooks", command="file")["records_rejected"], 5, "payloads refused")
    verify(store, bad)


# --------------------------------------------------------------------------------------------- canary

def test_no_text_gets_through(folder: pathlib.Path) -> None:
    """The fixtures' marker is in no store, temporary file, log or preview, as text, UTF-16 or hex."""
    files = corpus(folder / "in")
    files.append(make(folder / "in/bad/state.vscdb", (CORPUS / "cursor" / "bad-values.sql").read_text()))
    for file in (CORPUS / "hooks").glob("*hooks*"):
        shutil.copyfile(file, folder / "in" / file.name)
    store, temporary = new_store(folder, "s.db"), folder / "tmp"
    temporary.mkdir()
    said = bpt("ingest", store, folder / "in", "--log", env={**os.environ, "TMPDIR": str(temporary)})
    for file in files:
        said.stdout += bpt("preview", store, file, "json").stdout
    for file in (CORPUS / "hooks").glob("good*"):
        said.stdout += bpt("preview", store, file, "json").stdout
    for text in (b"CANARY", b"CANAR", b"access-token"):
        check(any(text in file.read_bytes() for file in files), "the marker is in what was read", text)
        for form in (text, text.decode().encode("utf-16-le"), text.hex().encode()):
            check(form not in said.stdout + said.stderr, "the marker is in no output", form)
            for place in [*folder.glob("s.db*"), *temporary.iterdir()]:
                check(form not in place.read_bytes(), "the marker is in no store or temporary file", place.name)


if __name__ == "__main__":
    e2e.main()
