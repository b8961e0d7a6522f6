#!/usr/bin/env python3
"""Tasks equal those of tests/oracle/tasks.py, a second implementation of docs/tasks.md that shares no code with the
library, and agree with people: scenarios whose labels a person wrote by reading them.

    every task of the sample, of all fixtures, and of BLUEPLANE_REAL_DATA: ends, active time, type, outcome, prompts,
    lines kept, features, path, model; sums of repeats, recoveries, edits, first tries and rework by session.
"""
from __future__ import annotations

import collections
import json
import os
import pathlib
import sys
from typing import Any, Iterable, Iterator

import e2e
from e2e import Skip, check
from test_order import new_store

sys.path.insert(0, str(e2e.ROOT / "tests" / "oracle"))
import tasks  # noqa: E402

ASK = '{"metrics":["tasks"],"period":"all"}'


def with_features(store: pathlib.Path) -> dict:
    """By feature, the active time and the number of the oracle's resolved tasks that used it."""
    sums: dict = collections.defaultdict(lambda: [0, 0])
    for task in (task for found in tasks.derived(store).values() for task in found):
        for feature in task["uses"]:
            sums[feature][0] += task["active"] * (task["outcome"] == "resolved")
            sums[feature][1] += task["outcome"] == "resolved"
    return {feature: tuple(both) for feature, both in sums.items() if both[1]}


def compare(folder: pathlib.Path, name: str, roots: Iterable) -> None:
    store = new_store(folder, name)
    e2e.ingest(store, *roots)
    e2e.bpt("query", store, ASK)
    e2e.verify(store)
    found = tasks.differences(store)
    e2e.counts["tasks equal to the oracle's"] += sum(map(len, tasks.derived(store).values()))
    check(not found, "tasks", name, f"{len(found)} differ\n" + "\n".join(found[:50]))
    told = json.loads(e2e.bpt("query", store, '{"metrics":["feature_time"],"period":"all"}').stdout)
    times = {row["feature"]: (row["feature_time.time_with_feature"], row["feature_time.resolved_with_feature"])
             for row in told["rows"] if row["feature_time.resolved_with_feature"]}
    check(times == with_features(store), "time with a feature", name, f"{times} for {with_features(store)}")
    e2e.counts["features with a time equal to the oracle's"] += len(times)


def test_sample(folder: pathlib.Path) -> None:
    """Every task of the generated sample."""
    compare(folder, "sample", [e2e.sample()])


def test_corpus(folder: pathlib.Path) -> None:
    """Every task of each fixture."""
    for source in e2e.SOURCES:
        for path in e2e.fixtures(source):
            alone = folder / source / path.name
            alone.mkdir(parents=True)
            (alone / e2e.named(source, path.name)).write_bytes(path.read_bytes())
            compare(folder, f"{source}-{path.stem}", [alone])


def test_real_data(folder: pathlib.Path) -> None:
    """Every task of real transcripts."""
    given = os.environ.get("BLUEPLANE_REAL_DATA")
    if not given or not os.path.isdir(given):
        raise Skip("BLUEPLANE_REAL_DATA is not set to a folder")
    for place in sorted(pathlib.Path(given).iterdir()):
        if place.is_dir() and place.name in ("claude_code", "claude_code_reserialised", "codex"):
            compare(folder, place.name, [place])


# ------------------------------------------------------------------------- labelled by hand

SET = e2e.ROOT / "tests" / "corpus" / "tasks"
LEAST = 0.85
DAY = 86_400_000_000
BEGIN = 20_000 * DAY  # each session is on a day of its own
CALLS = {"read", "search", "web", "agent", "plan", "ask", "skill", "mcp", "other", "edit", "new", "run"}
EVENTS = {"clear": {"event": "session_start", "detail": "clear"}, "interrupt": {"event": "interrupt"},
          "slash": {"event": "slash_command", "command": "custom"}}


def seconds(text: str) -> int:
    total = 0
    for part in text.split(":"):
        total = total * 60 + int(part)
    return total


def scenarios() -> Iterator[tuple]:
    """The sessions, each as its name and a list of (seconds, words)."""
    name, steps = None, []
    for line in (SET / "scenarios.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[0] == "session":
            if name:
                yield name, steps
            name, steps = words[1], []
        elif words:
            steps.append((seconds(words[0]), words[1:]))
    yield name, steps


def call_of(words: list, at: int, base: dict) -> Iterator[dict]:
    """The events of a call and its result."""
    kind, rest = words[0], words[1:]
    use: dict = {"tool": kind, "category": {"new": "edit", "run": "command"}.get(kind, kind)}
    result: dict = {"outcome": "ok"}
    end = at + 1
    while rest:
        word = rest.pop(0)
        if word in ("error", "rejected", "interrupted", "unknown"):
            result["outcome"] = word
        elif word == "until":
            end = seconds(rest.pop(0))
        elif word[0] == "+":
            use["lines_added"] = int(word[1:])
            use.setdefault("lines_removed", 0)
        elif word[0] == "-":
            use["lines_removed"] = int(word[1:])
        elif kind == "run":
            use["program"] = word
        else:
            use["file"] = f"/work/{word}"
    yield {**base, "kind": "tool_use", **use}
    if result["outcome"] != "unknown":
        yield {**base, "kind": "tool_result", "time": base["time"] + (end - at) * 1_000_000, **result}


def native(name: str, number: int, steps: list) -> Iterator[dict]:
    for n, (at, words) in enumerate(steps):
        base: dict = {"blueplane": 1, "platform": "told", "session": name, "id": f"{name}-{n}",
                      "time": BEGIN + number * DAY + at * 1_000_000}
        if words[0] == "sub":
            base["subagent"] = True
            words = words[1:]
        word = words[0]
        if word in CALLS:
            yield from call_of(words, at, base)
        elif word == "prompt":
            yield {**base, "kind": "prompt", "characters": 80, "mode": "plan" if "plan" in words else "default",
                   "features": [w for w in words[1:] if w != "plan"]}
        elif word == "say":
            yield {**base, "kind": "response", "model": "claude-sonnet-4-5", "output_tokens": 100, "stop": "end_turn"}
        elif word in ("accept", "reject"):
            yield {**base, "kind": "decision", "decision": "edit", "accepted": word == "accept"}
        else:
            yield {**base, "kind": "event", **EVENTS[word]}


def labels() -> dict:
    found: dict = {}
    for line in (SET / "labels.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            found[words[0], seconds(words[1])] = tuple(words[2:])
    return found


def matrix(counts: collections.Counter, names: Iterable) -> str:
    used = [n for n in names if any(n in pair for pair in counts)]
    rows = ["labelled / derived".ljust(20) + "".join(n[:11].rjust(13) for n in used)]
    for one in used:
        rows.append(one.ljust(20) + "".join(str(counts[one, other] or ".").rjust(13) for other in used))
    return "\n".join(rows)


def test_together_and_apart(folder: pathlib.Path) -> None:
    """The intervals of a share and of a metric of tasks are the same together and apart, before days are packed and after."""
    lines = []
    for session in range(48):
        for task in range(30):
            hour, minute = divmod(90 * task, 60)
            at = f"2026-03-{session // 4 + 1 + hour // 24:02}T{hour % 24:02}:{minute:02}"
            event = {"blueplane": 1, "platform": "sample", "session": f"s{session}"}
            number = f"{session}-{task}"
            lines.append({**event, "kind": "prompt", "id": f"p{number}", "time": f"{at}:00Z", "characters": 100})
            if (session * task) % 3 == 0:  # tried again
                lines.append({**event, "kind": "event", "event": "interrupt", "id": f"e{number}", "time": f"{at}:20Z"})
                lines.append({**event, "kind": "prompt", "id": f"q{number}", "time": f"{at}:30Z", "characters": 90})
            lines.append({**event, "kind": "tool_call", "tool": "Bash", "id": f"t{number}", "time": f"{at}:50Z", "outcome": "ok" if task % 5 else "error"})
    path, store = folder / "made.blueplane.jsonl", new_store(folder, "made")
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    e2e.ingest(store, path)

    def intervals(*metrics: str) -> dict:
        answer = json.loads(e2e.bpt("query", store, json.dumps({"metrics": metrics, "period": "all"})).stdout)["rows"][0]
        return {k: v for k, v in answer.items() if k.startswith(("prompt_retry_rate", "resolution_rate"))}

    apart = {**intervals("prompt_retry_rate"), **intervals("resolution_rate")}
    check(apart["prompt_retry_rate.low"] < apart["prompt_retry_rate"] < apart["prompt_retry_rate.high"], "control: there is an interval", apart)
    for _ in range(3):  # the first question may pack days
        e2e.equal(intervals("time_to_resolution", "prompt_retry_rate", "tasks", "resolution_rate"), apart, "together as apart")


def test_labelled(folder: pathlib.Path) -> None:
    """Type, outcome and beginning agree with the labels for at least LEAST of the tasks; prints the confusion
    matrix."""
    told, names = folder / "told.blueplane.jsonl", []
    with open(told, "w", encoding="utf-8") as file:
        for number, (name, steps) in enumerate(scenarios()):
            names.append(name)
            for event in native(name, number, steps):
                file.write(json.dumps(event) + "\n")
    store = new_store(folder, "told")
    report = e2e.ingest(store, told)
    check(report["records_rejected"] == 0 and report["fields_dropped"] == 0, "scenarios are good events", report)
    e2e.bpt("query", store, ASK)
    e2e.verify(store)
    check(not tasks.differences(store), "the oracle agrees", tasks.differences(store)[:20])
    derived: dict = {}
    for task in (t for found in tasks.stored(store).values() for t in found):
        number, since = divmod(task["start"] - BEGIN, DAY)
        derived[names[number], since // 1_000_000] = (task["type"], task["outcome"])
    people = labels()
    check(len(people) >= 60, "labels", len(people))
    check({name for name, _ in people} == set(names), "every session is labelled")
    nothing: Any = ("no task", "")
    types = collections.Counter((people.get(k, nothing)[0], derived.get(k, nothing)[0]) for k in people | derived)
    wrong = [f"{k[0]} at {k[1]} s: people say {' '.join(people.get(k, nothing))}, derived is {' '.join(derived.get(k, nothing))}"
             for k in sorted(people | derived) if people.get(k) != derived.get(k)]
    share = 1 - len(wrong) / len(people | derived)
    print(matrix(types, (*tasks.TYPE, "no task")))
    print("\n".join(wrong))
    print(f"{len(people)} labels, {len(wrong)} differ, agreement {share:.1%}")
    check(share >= LEAST, "agreement with people", f"{share:.1%}")


if __name__ == "__main__":
    e2e.main()
