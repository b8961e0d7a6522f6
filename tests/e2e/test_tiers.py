#!/usr/bin/env python3
"""One session seen by several sources counts as the best of them, kind of fact by kind of fact.

The same session as a transcript, in a database of an earlier Blueplane, as hooks, telemetry events and metrics: every subset,
in every order of arrival and in one ingest or several, gives for each metric what the best source alone gives that tells of
it. Which that is, is written down here by hand; so are the totals of the transcript.
"""
from __future__ import annotations

import itertools
import json
import pathlib
import random
from typing import Any

import dump
import earlier
import e2e
from e2e import check, equal
from test_order import new_store

SESSION = "7e15e551-0000-4000-8000-000000000001"
START = 1772442000  # 2026-03-02T09:00:00Z
HOST = {"sessionId": SESSION, "version": "2.1.214", "cwd": "/home/ada/work/engine", "gitBranch": "main", "isSidechain": False}


def stamp(second: float) -> str:
    return f"2026-03-02T09:{int(second) // 60:02d}:{second % 60:06.3f}Z"


# ----------------------------------------------------------------------------------- what happened

PROMPTS = [(0, "p-1", 12), (300, "p-2", 30)]
REQUESTS = [(5, "req_1", 10, 200, 5000, 700), (20, "req_2", 12, 300, 6000, 0), (310, "req_3", 4, 80, 9000, 100)]
CALLS = [(6, 2.5, "toolu_1", "Edit", True), (22, 1.0, "toolu_2", "Bash", False), (312, 0.5, "toolu_3", "Read", True)]


def transcript() -> list:
    lines: list = []
    for second, own, size in PROMPTS:
        lines.append({"type": "user", "uuid": f"u-{own}", "promptId": own, "timestamp": stamp(second), **HOST,
                      "message": {"role": "user", "content": "x" * size}})
    for i, (second, own, new, out, read, written) in enumerate(REQUESTS):
        call = CALLS[i]
        given = {"file_path": "/home/ada/work/engine/a.c", "old_string": "a", "new_string": "b\nc"} if call[3] == "Edit" else {}
        lines.append({"type": "assistant", "uuid": f"a-{own}", "requestId": own, "timestamp": stamp(second), **HOST,
                      "message": {"id": f"msg_{i}", "model": "claude-opus-5", "role": "assistant", "stop_reason": "tool_use",
                                  "content": [{"type": "tool_use", "id": call[2], "name": call[3], "input": given}],
                                  "usage": {"input_tokens": new, "output_tokens": out, "cache_read_input_tokens": read,
                                            "cache_creation_input_tokens": written}}})
        # the transcript's times enclose the wait for permission
        lines.append({"type": "user", "uuid": f"r-{own}", "timestamp": stamp(call[0] + call[1]), **HOST,
                      "message": {"role": "user", "content": [
                          {"type": "tool_result", "tool_use_id": call[2], "content": "Exit code 1" if not call[4] else "ok",
                           "is_error": not call[4]}]}})
    lines.append({"type": "system", "subtype": "compact_boundary", "uuid": "s-1", "timestamp": stamp(400), **HOST,
                  "compactMetadata": {"trigger": "auto", "preTokens": 90000}})
    return lines


def hooks() -> list:
    """Stamped as they come, a little late; they know neither tokens nor models."""
    def payload(second: float, event: str, **values: Any) -> dict:
        return {"received_at": stamp(second), "hook_event_name": event, "session_id": SESSION, "cwd": "/home/ada/work/engine", **values}
    made = [payload(second + 0.1, "UserPromptSubmit", prompt_id=own, prompt="x" * size) for second, own, size in PROMPTS]
    for second, took, own, tool, good in CALLS:
        given = {"file_path": "/home/ada/work/engine/a.c", "old_string": "a", "new_string": "b\nc"} if tool == "Edit" else {}
        call = {"tool_name": tool, "tool_use_id": own, "tool_input": given}
        made.append(payload(second + 0.1, "PreToolUse", **call))
        made.append(payload(second + took + 0.2, "PostToolUse" if good else "PostToolUseFailure", **call))
    return [*made, payload(400.2, "PreCompact", trigger="auto")]


def attributes(values: dict) -> list:
    return [{"key": k, "value": {"stringValue": str(v)}} for k, v in {"session.id": SESSION, **values}.items()]


def events() -> list:
    """The events come a little later and know the running time alone; a background request is told only here."""
    records = []
    for second, own, size in PROMPTS:
        records.append((second + 0.2, "user_prompt", {"prompt.id": own, "prompt_length": size}))
    for second, own, new, out, read, written in [*REQUESTS, (330, "req_4", 50, 9, 0, 0)]:
        records.append((second + 0.3, "api_request", {
            "request_id": own, "model": "claude-opus-5", "input_tokens": new, "output_tokens": out, "cost_usd": 0.01,
            "cache_read_tokens": read, "cache_creation_tokens": written}))
    for second, took, own, tool, good in CALLS:
        records.append((second + took + 0.1, "tool_result", {"tool_use_id": own, "tool_name": tool, "duration_ms": 400,
                                                             "success": str(good).lower()}))
    records.append((400.5, "compaction", {"trigger": "auto", "pre_tokens": 90001}))
    made = [{"timeUnixNano": str(round((START + second) * 1e9)), "body": {"stringValue": f"claude_code.{name}"},
             "attributes": attributes({**values, "event.sequence": i})} for i, (second, name, values) in enumerate(records)]
    return [{"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]} for record in made]


def metrics() -> list:
    def point(value: float, **values: Any) -> dict:
        return {"attributes": attributes(values), "startTimeUnixNano": str(START * 10 ** 9),
                "timeUnixNano": str((START + 420) * 10 ** 9), "asDouble": value}
    told = {"token.usage": [point(n, type=kind, model="claude-opus-5") for kind, n in
                            (("input", 76), ("output", 589), ("cacheRead", 20000), ("cacheCreation", 800))],
            "lines_of_code.count": [point(2, type="added"), point(1, type="removed")],
            "code_edit_tool.decision": [point(1, decision="accept", language="C"), point(1, decision="reject", language="C")],
            "commit.count": [point(1)]}
    return [{"resourceMetrics": [{"scopeMetrics": [{"metrics": [
        {"name": f"claude_code.{name}", "sum": {"aggregationTemporality": 1, "dataPoints": points}}]}]}]}
        for name, points in told.items()]


SIGHTS = ("transcript", "earlier", "hooks", "events", "metrics")


def write(folder: pathlib.Path) -> None:
    """A folder for each sight of the session."""
    for name, file, make in (("transcript", "session.jsonl", transcript), ("hooks", "day.claude_code_hooks.jsonl", hooks),
                             ("events", "events.otlp.jsonl", events), ("metrics", "metrics.otlp.jsonl", metrics)):
        (folder / name).mkdir()
        (folder / name / file).write_text("".join(json.dumps(line) + "\n" for line in make()))
    (folder / "earlier").mkdir()
    earlier.database(folder / "earlier" / "telemetry.db", transcript())


# Which of them tells of a metric, the best first.
OWN, SEEN = ("transcript", "earlier"), ("transcript", "earlier", "hooks")
TOLD = {
    **dict.fromkeys(("prompts", "tasks", "tool_calls", "compactions"), (*SEEN, "events")),
    **dict.fromkeys(("responses", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_5m_tokens"),
                    (*OWN, "events", "metrics")),
    **dict.fromkeys(("lines_added", "lines_removed"), (*SEEN, "metrics")),
    **dict.fromkeys(("active_time", "sessions"), (*SEEN, "events", "metrics")),
    **dict.fromkeys(("decisions", "commits"), ("metrics",)),
}
# Counted from the lists above.
TRANSCRIPT = {"prompts": 2, "tasks": 1, "responses": 3, "input_tokens": 26, "output_tokens": 580, "cache_read_tokens": 20000,
              "cache_write_5m_tokens": 800, "tool_calls": 3, "lines_added": 2, "lines_removed": 1, "compactions": 1, "sessions": 1,
              "decisions": None, "commits": None}


def totals(store: pathlib.Path) -> dict:
    query = json.dumps({"metrics": list(TOLD), "period": "all"})
    row = json.loads(e2e.bpt("query", store, query).stdout)["rows"][0]
    return {name: row[name] or 0 for name in TOLD}


def by_tool(store: pathlib.Path) -> list:
    """Calls by tool and outcome, and what each took: that of the cells, since no metric tells it."""
    db = dump.connect(store)
    counted = "SELECT min(tier) FROM session"
    rows = db.execute(f"""SELECT text, class >> 1 & 15, sum(n), sum(m0) FROM rollup r JOIN label l ON l.id = r.label
                          JOIN session s ON s.id = r.session WHERE r.kind = 2 AND s.tier = ({counted}) GROUP BY 1, 2""").fetchall()
    db.close()
    return sorted(rows)


def orders(size: int) -> list:
    """Subsets of a size in every order; in the short run every subset of two so, and larger ones in a few."""
    if e2e.LONG or size == 2:
        return list(itertools.permutations(SIGHTS, size))
    dice = random.Random(size)
    return [made for subset in itertools.combinations(SIGHTS, size)
            for made in (subset, subset[::-1], tuple(dice.sample(subset, size)))]


def test_every_subset_in_every_order(folder: pathlib.Path) -> None:
    write(folder)
    alone, tools = {}, {}
    for name in SIGHTS:
        store = new_store(folder, f"alone-{name}")
        e2e.ingest(store, folder / name)
        alone[name], tools[name] = totals(store), by_tool(store)
    for metric, n in TRANSCRIPT.items():
        equal(alone["transcript"][metric], n or 0, "totals of the transcript by hand", metric)
    check(alone["events"]["output_tokens"] == 589, "events tell more", alone["events"])
    for size in range(2, len(SIGHTS) + 1):
        for subset in orders(size):
            want = {metric: next((alone[s][metric] for s in told if s in subset), 0) for metric, told in TOLD.items()}
            for together in (False, True):
                store = new_store(folder, "-".join((*subset, str(together))))
                if together:
                    e2e.ingest(store, *(folder / name for name in subset))
                else:
                    for name in subset:
                        e2e.ingest(store, folder / name)
                equal(totals(store), want, "totals of the best source", *subset)
                best = next(name for name in SIGHTS if name in subset)
                equal(by_tool(store), tools[best], "calls of the best source", *subset)
                e2e.verify(store)
    shadowed = json.loads(e2e.bpt("inspect", new := folder / "transcript-events-metrics-True.db", "health").stdout)["rows"]
    # of the events two prompts, four requests, a compaction; of the metrics a minute of tokens and the lines
    equal({r["name"]: r["value"] for r in shadowed}["shadowed"], 9, "facts that do not count", str(new))


def test_order_does_not_matter(folder: pathlib.Path) -> None:
    """All facts and cells are the same, whatever came first."""
    write(folder)
    first = None
    every = list(itertools.permutations(SIGHTS))
    for order in every if e2e.LONG else random.Random(5).sample(every, 12):
        store = new_store(folder, "-".join(order))
        for name in order:
            e2e.ingest(store, folder / name)
        first = first or store
        found = dump.differences(first, store)
        check(not found, "the same facts in any order", *order, "\n".join(found))


def test_read_by_another_source(folder: pathlib.Path) -> None:
    """A file that was taken for something else is read again by whom it belongs to, although it did not change."""
    write(folder)
    store, other = new_store(folder, "mistaken"), new_store(folder, "right")
    path = folder / "events" / "events.otlp.jsonl"
    equal(e2e.ingest(store, path, "--source", "claude_code")["records_stored"], 0, "facts of a mistaken reading")
    first = e2e.ingest(store, path)["records_stored"]
    equal(first, e2e.ingest(other, path)["records_stored"], "facts of the right one")
    check(first > 0, "there are some")
    equal(e2e.ingest(store, path)["files_changed"], 0, "files that did not change")


if __name__ == "__main__":
    e2e.main()
