#!/usr/bin/env python3
"""A session that several sources report counts as in the best source, separately for each kind of fact.

A session of Claude Code as a transcript, in a database of an earlier Blueplane, as hooks, telemetry events and metrics;
a session of Cursor in its databases, in those of an earlier Blueplane, and as hooks. Every subset, in every order of
arrival, in one ingest or several, must give for each metric the number that the best source with this metric gives
alone. Which source that is (TOLD, CURSOR_TOLD) and the totals of the best source are written here by hand. Both
sessions together give the sum of both.
"""
from __future__ import annotations

import itertools
import json
import pathlib
import random
import sqlite3
from typing import Any, Iterable

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
        # in the transcript, the times of a call include the wait for permission
        lines.append({"type": "user", "uuid": f"r-{own}", "timestamp": stamp(call[0] + call[1]), **HOST,
                      "message": {"role": "user", "content": [
                          {"type": "tool_result", "tool_use_id": call[2], "content": "Exit code 1" if not call[4] else "ok",
                           "is_error": not call[4]}]}})
    lines.append({"type": "system", "subtype": "compact_boundary", "uuid": "s-1", "timestamp": stamp(400), **HOST,
                  "compactMetadata": {"trigger": "auto", "preTokens": 90000}})
    return lines


def hooks() -> list:
    """Hooks are stamped on arrival, a little late; they have no tokens and no models."""
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
    """Events arrive a little later and have only the running time; a background request is reported only here."""
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
    """A folder for each source's report of the session."""
    for name, file, make in (("transcript", "session.jsonl", transcript), ("hooks", "day.claude_code_hooks.jsonl", hooks),
                             ("events", "events.otlp.jsonl", events), ("metrics", "metrics.otlp.jsonl", metrics)):
        (folder / name).mkdir()
        (folder / name / file).write_text("".join(json.dumps(line) + "\n" for line in make()))
    (folder / "earlier").mkdir()
    earlier.database(folder / "earlier" / "telemetry.db", transcript())


# Which of them have a metric, the best first.
OWN, SEEN = ("transcript", "earlier"), ("transcript", "earlier", "hooks")
TOLD = {
    **dict.fromkeys(("prompts", "tasks", "tool_calls", "compactions"), (*SEEN, "events")),
    **dict.fromkeys(("responses", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_5m_tokens"),
                    (*OWN, "events", "metrics")),
    **dict.fromkeys(("lines_added", "lines_removed"), (*SEEN, "metrics")),
    **dict.fromkeys(("active_time", "sessions"), (*SEEN, "events", "metrics")),
    **dict.fromkeys(("decisions", "commits"), ("metrics",)),
}
# Counted by hand from the lists above.
TRANSCRIPT = {"prompts": 2, "tasks": 1, "responses": 3, "input_tokens": 26, "output_tokens": 580, "cache_read_tokens": 20000,
              "cache_write_5m_tokens": 800, "tool_calls": 3, "lines_added": 2, "lines_removed": 1, "compactions": 1, "sessions": 1,
              "decisions": None, "commits": None}


# --------------------------------------------------------------------------------- the same of Cursor

COMPOSER = "c0ffee00-0000-4000-8000-000000000002"


def cursor_values(second: tuple) -> list:
    """Two requests; `second` has the recorded tokens of the second one, zeros if none were recorded."""
    bubbles = [
        {"type": 1, "bubbleId": "b1", "requestId": "gen-1", "createdAt": stamp(600), "text": "x" * 20},
        {"type": 2, "bubbleId": "b2", "usageUuid": "gen-1", "createdAt": stamp(605), "text": "y", "modelInfo": {"modelName": "gpt-5"},
         "tokenCount": {"inputTokens": 100, "outputTokens": 40}},
        {"type": 2, "bubbleId": "b3", "usageUuid": "gen-1", "createdAt": stamp(607), "capabilityType": 15, "toolFormerData": {
            "tool": 7, "name": "edit_file", "toolCallId": "call_1", "status": "completed", "params": '{"relativeWorkspacePath":"a.c"}',
            "result": json.dumps({"diff": {"chunks": [{"linesAdded": 2, "linesRemoved": 1}]}, "isApplied": True})}},
        {"type": 1, "bubbleId": "b4", "requestId": "gen-2", "createdAt": stamp(700), "text": "z" * 30},
        {"type": 2, "bubbleId": "b5", "usageUuid": "gen-2", "createdAt": stamp(710), "text": "y", "modelInfo": {"modelName": "gpt-5"},
         "tokenCount": dict(zip(("inputTokens", "outputTokens"), second))}]
    composer = {"_v": 10, "composerId": COMPOSER, "createdAt": (START + 600) * 1000, "lastUpdatedAt": (START + 710) * 1000,
                "unifiedMode": "agent", "fullConversationHeadersOnly": [{"bubbleId": b["bubbleId"], "type": b["type"]} for b in bubbles]}
    return [(f"composerData:{COMPOSER}", composer), *((f"bubbleId:{COMPOSER}:{b['bubbleId']}", b) for b in bubbles)]


def cursor_database(path: pathlib.Path, second: tuple) -> pathlib.Path:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
    db.executemany("INSERT INTO cursorDiskKV VALUES (?, ?)", ((key, json.dumps(value)) for key, value in cursor_values(second)))
    db.commit()
    db.close()
    return path


def cursor_hooks() -> list:
    """Hooks also have the tokens read from the cache; the database takes precedence over them."""
    def payload(second: float, event: str, generation: str, **values: Any) -> dict:
        return {"received_at": stamp(second), "hook_event_name": event, "conversation_id": COMPOSER, "session_id": COMPOSER,
                "generation_id": generation, "workspace_roots": ["/home/ada/work/engine"], "model": "gpt-5", **values}
    call = {"tool_name": "Write", "tool_use_id": "call_1", "tool_input": {"file_path": "/home/ada/work/engine/a.c"}}
    return [payload(600.1, "beforeSubmitPrompt", "gen-1", prompt="x" * 20, attachments=[]),
            payload(606.1, "preToolUse", "gen-1", **call), payload(607.1, "postToolUse", "gen-1", **call),
            payload(608.1, "afterAgentResponse", "gen-1", text="y", input_tokens=100, output_tokens=40, cache_read_tokens=500),
            payload(608.2, "stop", "gen-1", status="completed", input_tokens=100, output_tokens=40, cache_read_tokens=500),
            payload(700.1, "beforeSubmitPrompt", "gen-2", prompt="z" * 30, attachments=[]),
            payload(711.1, "afterAgentResponse", "gen-2", text="y", input_tokens=60, output_tokens=20, cache_read_tokens=700)]


CURSOR_SIGHTS = ("database", "earlier", "cursor-hooks")


def write_cursor(folder: pathlib.Path, second: tuple = (60, 20)) -> None:
    for name in CURSOR_SIGHTS:
        (folder / name).mkdir(exist_ok=True)
    database = cursor_database(folder / "database" / "state.vscdb", second)
    earlier.add_cursor(folder / "earlier" / "telemetry.db", earlier.kept_of(database))
    (folder / "cursor-hooks" / "day.cursor_hooks.jsonl").write_text("".join(json.dumps(line) + "\n" for line in cursor_hooks()))


CURSOR_TOLD = dict.fromkeys(("prompts", "tasks", "tool_calls", "responses", "input_tokens", "output_tokens", "cache_read_tokens",
                             "lines_added", "lines_removed", "active_time", "sessions", "generations"), CURSOR_SIGHTS)
# Counted by hand from the list above; 110 seconds from the first moment to the last.
CURSOR_DATABASE = {"prompts": 2, "tasks": 1, "tool_calls": 1, "responses": 2, "input_tokens": 160, "output_tokens": 60,
                   "cache_read_tokens": 0, "lines_added": 2, "lines_removed": 1, "active_time": 110_000_000, "sessions": 1,
                   "generations": 2}
HOOKS_KNOW = {"output_tokens": 60, "cache_read_tokens": 1200, "lines_added": 0}


def totals(store: pathlib.Path, metrics: Iterable = TOLD) -> dict:
    query = json.dumps({"metrics": list(metrics), "period": "all"})
    rows = json.loads(e2e.bpt("query", store, query).stdout)["rows"]
    return {name: rows[0][name] or 0 if rows else 0 for name in metrics}


def by_tool(store: pathlib.Path) -> list:
    """Calls by tool and outcome with their durations, read from the cells because no metric has them."""
    db = dump.connect(store)
    counted = "SELECT min(tier) FROM session"
    rows = db.execute(f"""SELECT text, class >> 1 & 15, sum(n), sum(m0) FROM cell r JOIN label l ON l.id = r.label
                          JOIN session s ON s.id = r.session WHERE r.kind = 2 AND s.tier = ({counted}) GROUP BY 1, 2""").fetchall()
    db.close()
    return sorted(rows)


def orders(sights: tuple, size: int) -> list:
    """Orders of subsets of a size: every one in the long run and for pairs, else a few of the larger ones."""
    if e2e.LONG or size == 2:
        return list(itertools.permutations(sights, size))
    dice = random.Random(size)
    return [made for subset in itertools.combinations(sights, size)
            for made in (subset, subset[::-1], tuple(dice.sample(subset, size)))]


def every_subset(folder: pathlib.Path, sights: tuple, told: dict) -> dict:
    """Compares the totals of every subset with those of its sources alone, which are returned."""
    alone, tools = {}, {}
    for name in sights:
        store = new_store(folder, f"alone-{name}")
        e2e.ingest(store, folder / name)
        alone[name], tools[name] = totals(store, told), by_tool(store)
    for size in range(2, len(sights) + 1):
        for subset in orders(sights, size):
            want = {metric: next((alone[s][metric] for s in by if s in subset), 0) for metric, by in told.items()}
            for together in (False, True):
                store = new_store(folder, "-".join((*subset, str(together))))
                if together:
                    e2e.ingest(store, *(folder / name for name in subset))
                else:
                    for name in subset:
                        e2e.ingest(store, folder / name)
                equal(totals(store, told), want, "totals of the best source", *subset)
                best = next(name for name in sights if name in subset)
                equal(by_tool(store), tools[best], "calls of the best source", *subset)
                e2e.verify(store)
    return alone


def test_every_subset_in_every_order(folder: pathlib.Path) -> None:
    """Claude Code: subsets of the five sources."""
    write(folder)
    alone = every_subset(folder, SIGHTS, TOLD)
    for metric, n in TRANSCRIPT.items():
        equal(alone["transcript"][metric], n or 0, "totals of the transcript by hand", metric)
    check(alone["events"]["output_tokens"] == 589, "events have more tokens", alone["events"])
    shadowed = json.loads(e2e.bpt("inspect", new := folder / "transcript-events-metrics-True.db", "health").stdout)["rows"]
    # of the events two prompts, four requests and a compaction; of the metrics a minute of tokens and the lines
    equal({r["name"]: r["value"] for r in shadowed}["shadowed"], 9, "facts that do not count", str(new))


def test_cursor_every_subset_in_every_order(folder: pathlib.Path) -> None:
    """Cursor: subsets of the three sources."""
    write_cursor(folder)
    alone = every_subset(folder, CURSOR_SIGHTS, CURSOR_TOLD)
    equal(alone["database"], CURSOR_DATABASE, "totals of the database by hand")
    equal(alone["earlier"], CURSOR_DATABASE, "totals of what the earlier Blueplane stored")
    equal({metric: alone["cursor-hooks"][metric] for metric in HOOKS_KNOW}, HOOKS_KNOW, "hooks have cache reads, too")


def test_tokens_that_were_not_recorded(folder: pathlib.Path) -> None:
    """Zeros in the database mean not recorded: for that request, and only for it, the hooks count, in any order."""
    write_cursor(folder, (0, 0))
    for order in itertools.permutations(CURSOR_SIGHTS):
        store = new_store(folder, "-".join(order))
        for i, name in enumerate(order):
            e2e.ingest(store, folder / name)
            told = "cursor-hooks" in order[:i + 1]
            want = {"responses": 2, "input_tokens": 160 if told else 100, "output_tokens": 60 if told else 40}
            equal(totals(store, want), want, "tokens, request by request", *order[:i + 1])
        e2e.verify(store)


def test_both_assistants_together(folder: pathlib.Path) -> None:
    """Everything of both sessions, the earlier Blueplane in one database: the sum of the best of each."""
    write(folder)
    write_cursor(folder)
    metrics = (*TOLD, "generations")
    best = {"prompts": 4, "tasks": 2, "tool_calls": 4, "responses": 5, "input_tokens": 186, "output_tokens": 640, "lines_added": 4,
            "lines_removed": 2, "sessions": 2, "cache_read_tokens": 20000, "generations": 2, "decisions": 2, "commits": 1}
    every = sorted({*SIGHTS, *CURSOR_SIGHTS})
    first = None
    for seed in range(60 if e2e.LONG else 8):
        order = random.Random(seed).sample(every, len(every))
        store = new_store(folder, f"both-{seed}")
        for part in (order[:seed % 7], order[seed % 7:]):
            if part:
                e2e.ingest(store, *(folder / name for name in part))
        got = totals(store, metrics)
        equal({metric: got[metric] for metric in best}, best, "totals of both", *order)
        first = first or store
        found = dump.differences(first, store)
        check(not found, "the same facts in any order", *order, "\n".join(found))
        e2e.verify(store)


def test_order_does_not_matter(folder: pathlib.Path) -> None:
    """All facts and cells are the same in whatever order the sources arrive."""
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
    """A file read as another source's is read again for the source it belongs to, although it did not change."""
    write(folder)
    store, other = new_store(folder, "mistaken"), new_store(folder, "right")
    path = folder / "events" / "events.otlp.jsonl"
    equal(e2e.ingest(store, path, "--source", "claude_code")["records_stored"], 0, "facts read by the wrong source")
    first = e2e.ingest(store, path)["records_stored"]
    equal(first, e2e.ingest(other, path)["records_stored"], "facts read by the right source")
    check(first > 0, "there are some")
    equal(e2e.ingest(store, path)["files_changed"], 0, "files that did not change")


if __name__ == "__main__":
    e2e.main()
