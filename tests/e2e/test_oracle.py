#!/usr/bin/env python3
"""The library's totals equal those of the oracles of tests/oracle, which share no code with it.

Compared for each source separately: responses, input, output, cache reads, cache writes of both kinds, reasoning and
web searches by UTC day and model; tool calls by tool and outcome; prompts by day; events by kind; lines by tool;
sessions; output quality; rejected and undated records; subagents, commits, pull requests, constant ids. They are read
from the rollup, and most of them once more by queries.

    over the sample generator and the fixtures of tests/corpus, always;
    over folders of real transcripts: BLUEPLANE_REAL_DATA=DIR with claude_code*/, codex/ and copilot_cli/;
    over a generator with its own ground truth: BLUEPLANE_GEN=PROGRAM.
"""
from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
from collections import Counter, defaultdict
from typing import Any, Iterable, Optional

import dump
import e2e
from e2e import Skip, check, equal

sys.path.insert(0, str(e2e.ROOT / "tests" / "oracle"))
import claude_code  # noqa: E402
import codex  # noqa: E402
import copilot  # noqa: E402
import gemini  # noqa: E402
import gen_truth  # noqa: E402
import opencode  # noqa: E402
import otlp  # noqa: E402

# The layout of rollup cells (store/facts.h), written down independently.
RESPONSE, TOOL, EDIT, PROMPT, EVENT, ACTIVE, DECISION, SPAN, CHANGE = range(1, 10)
MEASURES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "reasoning", "web_searches")
OUTCOMES = ("unknown", "ok", "error", "rejected", "interrupted", "cancelled", "blocked", "denied", "ignored")
QUALITIES = ("placeholder", "partial", "final", "unknown")
EVENTS = {3: "compaction", 4: "microcompaction", 5: "compaction_summary", 6: "api_error_message", 7: "api_retry",
          8: "interrupt", 9: "slash_command", 10: "bash_command"}
SUBAGENT, ANOMALY = 15, 13
COMMIT, PULL_REQUEST = 0, 1
NAME = re.compile(r"[A-Za-z0-9._:/@+-]{1,96}", re.A)


def day_of(quarter: int) -> Optional[str]:
    return None if quarter < 0 else claude_code.day_of(quarter * 900 * 1_000_000)


def library(store: Any) -> dict:
    """The totals of a store from its rollup, in the form of the oracles."""
    db = dump.connect(store)
    text = dict(db.execute("SELECT id, text FROM label"))
    cells: dict = defaultdict(Counter)
    calls: dict = defaultdict(Counter)
    lines: dict = defaultdict(lambda: [0, 0])
    quality: dict = {q: Counter(responses=0, output=0) for q in QUALITIES}
    prompts: Counter = Counter()
    events: Counter = Counter()
    sessions: set = set()
    undated = subagents = anomalies = 0
    changes: Counter = Counter()
    for kind, quarter, session, label, cls, n, *m in db.execute("SELECT * FROM cell WHERE n > 0"):
        day = day_of(quarter)
        counted = kind in (RESPONSE, TOOL, PROMPT) or (kind == EVENT and cls & 31 in EVENTS)
        undated += n * (day is None and counted)
        if kind in (RESPONSE, PROMPT) and session:
            sessions.add(session)
        if kind == RESPONSE:
            cells[day, text.get(label)].update(dict(zip(MEASURES, m)), responses=n)
            quality[QUALITIES[cls >> 1 & 3]].update(responses=n, output=m[1])
        elif kind == TOOL:
            name = text.get(label) or ""
            calls[name][OUTCOMES[cls >> 1 & 15]] += n
            if m[2] or m[3]:
                lines[name][0] += m[2]
                lines[name][1] += m[3]
        elif kind == PROMPT:
            prompts[str(day or "null")] += n
        elif kind == EVENT and cls & 31 in EVENTS:
            events[EVENTS[cls & 31]] += n
        elif kind == EVENT:
            subagents += n * (cls & 31 == SUBAGENT)
            anomalies += n * (cls & 31 == ANOMALY)
        elif kind == SPAN:  # spans have no tool
            lines[""][0] += m[0]
            lines[""][1] += m[1]
        elif kind == CHANGE:
            changes[cls & 3] += n
    reasons = {1: "syntax", 2: "utf8", 3: "depth", 4: "shape", 5: "duplicate", 6: "number", 7: "unreadable", 8: "field",
               9: "version"}
    rejected = Counter(reasons[r] for r, in db.execute("SELECT reason FROM reject"))
    db.close()
    return {"responses": [{"day": d, "model": m, **c} for (d, m), c in cells.items()], "tool_calls": calls,
            "prompts": {"total": sum(prompts.values()), "by_day": prompts}, "events": events,
            "lines": {"added": sum(v[0] for v in lines.values()), "removed": sum(v[1] for v in lines.values()),
                      "by_tool": {t: {"added": v[0], "removed": v[1]} for t, v in lines.items()}},
            "sessions": len(sessions), "output_quality": quality, "rejected": rejected, "undated": undated,
            "commits": changes[COMMIT], "pull_requests": changes[PULL_REQUEST], "subagents": subagents,
            "constant_ids": anomalies}


def flat(report: dict) -> dict:
    """Every number of a report under its path; zero and unknown numbers are absent."""
    numbers: Counter = Counter()
    for row in report["responses"]:
        for name in ("responses", *MEASURES):
            numbers["responses", row["day"], row["model"], name] += row.get(name) or 0
    for tool, outcomes in report["tool_calls"].items():
        tool = tool if NAME.fullmatch(tool) or not tool else "other"  # a malformed name is stored as "other"
        for outcome, n in outcomes.items():
            numbers["tool_calls", tool, outcome] += n
    for tool, change in report["lines"]["by_tool"].items():
        tool = tool if NAME.fullmatch(tool) or not tool else "other"
        for name, n in change.items():
            numbers["lines", tool, name] += n
    for name in ("by_day",):
        for day, n in report["prompts"][name].items():
            numbers["prompts", day] += n
    for name in ("events", "rejected"):
        for kind, n in report[name].items():
            kind = "interrupt" if kind == "turn_aborted" else kind
            numbers[name, kind] += n
    for q, sums in report["output_quality"].items():
        for name, n in sums.items():
            numbers["output_quality", q, name] += n
    for name in ("sessions", "undated", "commits", "pull_requests", "subagents", "constant_ids"):
        numbers[name] += report.get(name) or 0
    return {path: n for path, n in numbers.items() if n}


def ask_oracle(module: Any, files: Iterable[pathlib.Path]) -> dict:
    oracle = module.Oracle(e2e.KEY.read_bytes())
    for path in files:
        oracle.read(str(path))
    return oracle.report()


# The oracles skip records without a required field silently; the library counts them.
ONLY_OURS = {("rejected", "field")}


# A rollout that begins with a copy of a session whose file is absent: the library knows which session the copied lines
# belong to, the oracle gives them to the file they are in.
KNOWN = {"good-fork.jsonl": {"sessions"}}


def differences(got: dict, want: dict, about: str = "") -> list:
    a, b = flat(got), flat(want)
    return [f"{' '.join(map(str, path)) if isinstance(path, tuple) else path}: library {a.get(path, 0)}, "
            f"oracle {b.get(path, 0)}"
            for path in sorted(a.keys() | b.keys(), key=str)
            if a.get(path, 0) != b.get(path, 0) and path not in ONLY_OURS | KNOWN.get(about, set())]


def compare(folder: pathlib.Path, module: Any, source: str, root: pathlib.Path, about: str) -> None:
    files = [p for p in e2e.transcripts(root) if belongs(source, p)]
    store = folder / f"{about}-{source}.db"
    e2e.ingest(store, root, "--source", source, "--key", e2e.KEY)
    e2e.counts[f"{source} files"] += len(files)
    want, got = ask_oracle(module, files), library(store)
    e2e.counts["numbers equal to the oracle's"] += len(flat(want).keys() | flat(got).keys())
    found = differences(got, want, about)
    check(not found, "totals", about, source, f"{len(found)} differ\n" + "\n".join(found[:100]))
    copy_key(store)
    e2e.verify(store)
    check_answers(store, want, about)


ASKED = {"responses": "responses", "input": "input_tokens", "output": "output_tokens", "cache_read": "cache_read_tokens",
         "cache_write_5m": "cache_write_5m_tokens", "cache_write_1h": "cache_write_1h_tokens", "reasoning": "reasoning_tokens"}


def answer(store: pathlib.Path, metrics: Iterable, *by: str) -> list:
    query = json.dumps({"metrics": list(metrics), "period": "all", "by": by})
    return json.loads(e2e.bpt("query", store, query).stdout)["rows"]


def check_answers(store: pathlib.Path, want: dict, about: str) -> None:
    """The same totals by queries; records without a time are in none of them."""
    numbers = flat(want)
    dated = {(row["day"], row["model"]): row for row in want["responses"] if row["day"]}
    got = {(row["time.day"], row["model"]): row for row in answer(store, ASKED.values(), "time.day", "model")}
    for place in dated.keys() | got.keys():
        for name, metric in ASKED.items():
            equal(got.get(place, {}).get(metric) or 0, dated.get(place, {}).get(name) or 0, "answers equal to the oracle's",
                  about, place, metric)
    days = {row["time.day"]: row["prompts"] for row in answer(store, ["prompts"], "time.day") if row["prompts"]}
    equal(days, {path[1]: n for path, n in numbers.items() if path[0] == "prompts" and path[1] != "null"},
          "answers equal to the oracle's", about, "prompts")
    if want["undated"]:
        return  # the other totals are not available without undated records
    calls = {("tool_calls", row["tool"] or "", row["outcome"]): row["tool_calls"]
             for row in answer(store, ["tool_calls"], "tool", "outcome") if row["tool_calls"]}
    equal(calls, {path: n for path, n in numbers.items() if path[0] == "tool_calls"}, "answers equal to the oracle's", about)
    lines = {("lines", row["tool"] or "", name): row[f"lines_{name}"]
             for row in answer(store, ["lines_added", "lines_removed"], "tool") for name in ("added", "removed")
             if row[f"lines_{name}"]}
    equal(lines, {path: n for path, n in numbers.items() if path[0] == "lines"}, "answers equal to the oracle's", about)
    if "sessions" not in KNOWN.get(about, ()):
        equal(sum(row["sessions"] or 0 for row in answer(store, ["sessions"])), want["sessions"],
              "answers equal to the oracle's", about)


def copy_key(store: pathlib.Path) -> None:
    """Puts the key beside the store, for tools that take no --key."""
    beside = pathlib.Path(f"{store}.key")
    if not beside.exists():
        beside.write_bytes(e2e.KEY.read_bytes())
        beside.chmod(0o600)


def rename(place: pathlib.Path, to: pathlib.Path) -> pathlib.Path:
    """A copy with file names that a scan recognises: the data set names each file after its session."""
    for path in e2e.transcripts(place):
        (to / path.stem).mkdir(parents=True)
        (to / path.stem / "events.jsonl").write_bytes(path.read_bytes())
    return to


def belongs(source: str, path: pathlib.Path) -> bool:
    rollout = path.name.startswith("rollout-")
    if source not in ("claude_code", "codex"):
        return True  # each source's fixtures have a folder of their own
    return rollout if source == "codex" else not rollout and path.name != "history.jsonl"


ORACLES = {"claude_code": claude_code, "codex": codex, "copilot": copilot, "gemini": gemini, "opencode": opencode, "otlp": otlp}
BY_HAND = {"native", "forge"}  # their lines say what is counted, and unit tests state the rest row by row


# ------------------------------------------------------------------------------------------- tests

def test_every_source_has_an_oracle(folder: pathlib.Path) -> None:
    """No source is left out of the comparison unnoticed."""
    del folder
    for source in e2e.SOURCES:
        check((source in ORACLES) != (source in BY_HAND), "sources with an oracle or without one on purpose", source)


def test_sample(folder: pathlib.Path) -> None:
    """The generated sample of both assistants."""
    home = e2e.sample()
    compare(folder, claude_code, "claude_code", home / ".claude", "sample")
    compare(folder, codex, "codex", home / ".codex", "sample")


def test_corpus(folder: pathlib.Path) -> None:
    """Fixture by fixture, so that all that differ are reported."""
    wrong = []
    for source, module in ORACLES.items():
        for path in e2e.fixtures(source):
            alone = folder / source / path.name
            alone.mkdir(parents=True)
            (alone / e2e.named(source, path.name)).write_bytes(path.read_bytes())
            try:
                compare(folder, module, source, alone, path.name)
            except AssertionError as error:
                wrong.append(str(error))
    if wrong:
        raise AssertionError("\n".join(wrong))


def test_real_data(folder: pathlib.Path) -> None:
    """Folders of real transcripts."""
    given = os.environ.get("BLUEPLANE_REAL_DATA")
    if not given or not os.path.isdir(given):
        raise Skip("BLUEPLANE_REAL_DATA is not set to a folder")
    for place in sorted(pathlib.Path(given).iterdir()):
        if place.name.startswith("claude_code") and not place.name.endswith("hooks") and place.is_dir():
            compare(folder, claude_code, "claude_code", place, place.name)
        elif place.name == "codex" and place.is_dir():
            compare(folder, codex, "codex", place, place.name)
        elif place.name == "copilot_cli" and place.is_dir():
            compare(folder, copilot, "copilot", rename(place, folder / "copilot_cli"), place.name)


def test_generator(folder: pathlib.Path) -> None:
    """Totals equal a truth that was counted while writing, without a parser; numbers it only bounds are checked as
    bounds."""
    program = os.environ.get("BLUEPLANE_GEN")
    if not program or not os.access(program, os.X_OK):
        raise Skip("BLUEPLANE_GEN is not set to a generator")
    subprocess.run([program, "-o", folder / "gen", "-t", folder / "truth.json", "-b", "64M"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    store = folder / "gen.db"
    e2e.ingest(store, folder / "gen", "--key", e2e.KEY)
    truth = json.loads((folder / "truth.json").read_text())
    got = library(store)
    got["tool_calls"] = {t: {k: n for k, n in c.items() if n} for t, c in got["tool_calls"].items()}
    found = gen_truth.differences(truth, got)
    e2e.counts["numbers held against the generator's truth"] += len(flat(got))
    check(not found, "ground truth", "\n".join(found))
    copy_key(store)
    e2e.verify(store)
    if e2e.LONG:
        compare(folder, claude_code, "claude_code", folder / "gen", "generator")


if __name__ == "__main__":
    e2e.main()
