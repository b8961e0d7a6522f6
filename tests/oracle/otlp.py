#!/usr/bin/env python3
"""Oracle for telemetry of Claude Code as lines of OTLP/JSON: an independent second implementation of the counting
rules.

usage: otlp.py ROOT...     canonical JSON on stdout, as claude_code.py
"""
from __future__ import annotations

import sys
from typing import Any, Iterator, Optional

from claude_code import FOREVER, Obj, Rejected, main, names, read_file, refuse_duplicates, stamp, string
from sessions import Facts

EVENTS = ("user_prompt", "api_request", "api_error", "tool_result", "tool_decision", "compaction")
DECLINED = {"hook": "blocked", "config": "denied", "user_abort": "interrupted"}
TOKENS = {"input": "input", "output": "output", "cacheRead": "cache_read", "cacheCreation": "cache_write_5m"}


def either(of: Any, camel: str) -> Any:
    """A member by its JSON name or by its name in the protocol."""
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in camel)
    return of.get(camel, of.get(snake)) if isinstance(of, dict) else None


def plain(value: Any) -> Any:
    return next((v for v in (either(value, k) for k in ("stringValue", "intValue", "doubleValue", "boolValue")) if v is not None), None)


def number(value: Any) -> Optional[float]:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value) if float(value) >= 0 else None
    except ValueError:
        return None


def whole(value: Any) -> int:
    return int(number(value) or 0)


def moment(value: Any) -> int:
    return int(float(value)) // 1000 if isinstance(value, (int, float)) else int(value) // 1000 if value else FOREVER


class Oracle(Facts):
    def __init__(self, key: Optional[bytes] = None) -> None:
        super().__init__()
        self.changes: dict = {}
        self.spans: dict = {}

    def read(self, path: str) -> None:
        read_file(path, self.line, self.rejected)

    def each(self, of: Any, *path: str) -> Iterator[Any]:
        for item in either(of, path[0]) or []:
            if not isinstance(item, dict):
                self.rejected["shape"] += 1
            elif path[1:]:
                yield from self.each(item, *path[1:])
            else:
                yield item

    def line(self, line: Obj) -> None:
        for record in self.each(line, "resourceLogs", "scopeLogs", "logRecords"):
            if isinstance(record, Obj) and record.twice & {"body", "attributes", "eventName"}:
                self.rejected["duplicate"] += 1
            else:
                self.event(record)
        for metric in self.each(line, "resourceMetrics", "scopeMetrics", "metrics"):
            self.metric(metric)

    def event(self, record: dict) -> None:
        a = {pair["key"]: plain(pair.get("value")) for pair in record.get("attributes") or []}
        told = [str(n or "").removeprefix("claude_code.") for n in
                (either(record, "eventName"), plain(record.get("body")), a.get("event.name"))]
        name = next((n for n in told if n in EVENTS), None)
        session = a.get("session.id")
        time = stamp(a.get("event.timestamp"))
        if time is None:
            time = moment(either(record, "timeUnixNano") or either(record, "observedTimeUnixNano"))
        sequence = a.get("event.sequence")
        own = (session, name, str(sequence), time)  # each process of a session counts from zero
        if name == "user_prompt" and a.get("command_name"):
            self.earliest(self.events, own, time, "slash_command")
        elif name == "user_prompt":
            self.earliest(self.prompts, a.get("prompt.id") or own, time, session)
        elif name == "api_request":
            self.response(a.get("request_id") or own, session, time, a.get("model"), True, input=whole(a.get("input_tokens")),
                          output=whole(a.get("output_tokens")), cache_read=whole(a.get("cache_read_tokens")),
                          cache_write_5m=whole(a.get("cache_creation_tokens")))
        elif name == "api_error":
            self.earliest(self.events, own, time, "api_error_message")
        elif name == "compaction":
            self.earliest(self.events, own, time, "compaction")
        elif name == "tool_result":
            good = str(a.get("success")).lower() == "true"
            self.call(a, own, time - whole(a.get("duration_ms")) * 1000, "ok" if good else "error")
        elif name == "tool_decision" and a.get("decision") == "reject":
            self.call(a, own, time, DECLINED.get(str(a.get("source")), "rejected"))

    def call(self, a: dict, own: tuple, time: int, outcome: str) -> None:
        key = a.get("tool_use_id") or own
        self.earliest(self.calls, key, time, a.get("tool_name") or "", None)
        self.earliest(self.results, key, time, outcome, None)

    def metric(self, metric: dict) -> None:
        name, sums = metric.get("name"), metric.get("sum") or {}
        cumulative = either(sums, "aggregationTemporality") == 2
        gathered: dict = {}
        if str(name) not in ("claude_code.token.usage", "claude_code.commit.count", "claude_code.pull_request.count",
                             "claude_code.lines_of_code.count"):
            return
        for point in self.each(sums, "dataPoints"):
            a = {pair["key"]: plain(pair.get("value")) for pair in point.get("attributes") or []}
            amount = number(either(point, "asInt") if either(point, "asInt") is not None else either(point, "asDouble"))
            if amount is None:
                self.rejected["number"] += 1
                continue
            time, start = moment(either(point, "timeUnixNano")), moment(either(point, "startTimeUnixNano"))
            series = tuple(sorted((k, str(v)) for k, v in a.items() if k not in ("type", "user.email")))
            key = (name, series, start, None if cumulative else time)
            if str(name) == "claude_code.token.usage":
                row = gathered.setdefault((key, time), {"model": a.get("model"), "session": a.get("session.id")})
                row[TOKENS[a["type"]]] = row.get(TOKENS[a["type"]], 0) + int(amount)
                continue
            if str(name) == "claude_code.lines_of_code.count":
                self.spans[(key, a["type"])] = int(amount)
                continue
            for nth in range(int(amount)):
                self.changes[(*key, nth)] = name
        for (key, time), row in gathered.items():
            self.response(key, row.pop("session"), time, row.pop("model"), True, **row)

    def report(self) -> dict:
        kinds = list(self.changes.values())
        sums = {way: sum(n for (_, of), n in self.spans.items() if of == way) for way in ("added", "removed")}
        lines = {**sums, "by_tool": {"": sums} if self.spans else {}}  # events carry no lines
        return {**super().report(), "lines": lines, "commits": kinds.count("claude_code.commit.count"),
                "pull_requests": kinds.count("claude_code.pull_request.count")}


if __name__ == "__main__":
    sys.exit(main(Oracle))
