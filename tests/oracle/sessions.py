"""What the oracles of Copilot CLI, Gemini CLI, opencode and OTLP share: facts stored under keys, and their sums in the
form that claude_code.py reports. Each oracle decides itself which facts there are.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Optional

from claude_code import FOREVER, day_of

MEASURES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "reasoning", "web_searches")


class Facts:
    """Facts by key. Of two rows with the same key the greater one is kept: by `rank` for a response, by time for
    others."""

    def __init__(self) -> None:
        self.rejected: Counter = Counter()
        self.responses: dict = {}   # key -> {session, time, model, final, measures}
        self.prompts: dict = {}     # key -> (time, session)
        self.calls: dict = {}       # key -> (time, tool, lines asked)
        self.results: dict = {}     # key -> (time, outcome, lines)
        self.events: dict = {}      # key -> (time, kind)

    def response(self, key: Any, session: Any, time: int, model: Optional[str], final: bool, **measures: Any) -> None:
        row = {"session": session, "time": time, "model": model, "final": final, **measures}
        old = self.responses.get(key)
        if old is None or self.rank(row) > self.rank(old):
            row["time"] = min(time, old["time"]) if old else time
            self.responses[key] = row

    @staticmethod
    def rank(row: dict) -> tuple:
        known = [row.get(name) or 0 for name in MEASURES[:5]]
        return row.get("output") or 0, row["final"], sum(known)

    def earliest(self, kind: dict, key: Any, *value: Any) -> None:
        if key not in kind or value < kind[key]:
            kind[key] = value

    def report(self) -> dict:
        cells: dict = defaultdict(Counter)
        quality: dict = {"placeholder": Counter(), "partial": Counter(), "final": Counter(), "unknown": Counter()}
        undated, sessions = 0, set()
        for row in self.responses.values():
            sums = {name: row.get(name) or 0 for name in MEASURES}
            cells[day_of(row["time"]), row["model"]].update(responses=1, **sums)
            told = row.get("input") is not None or row.get("output") is not None
            quality["unknown" if not told else "final" if row["final"] else "partial"].update(responses=1, output=sums["output"])
            undated += row["time"] == FOREVER
            sessions.add(row["session"])
        days: Counter = Counter()
        for time, session in self.prompts.values():
            days[str(day_of(time) or "null")] += 1
            undated += time == FOREVER
            sessions.add(session)
        calls: dict = defaultdict(Counter)
        lines: dict = defaultdict(lambda: [0, 0])
        for key, (time, tool, asked) in self.calls.items():
            _, outcome, told = self.results.get(key, (FOREVER, "unknown", None))
            calls[tool][outcome] += 1
            undated += time == FOREVER
            change = told or asked
            if outcome == "ok" and change:
                lines[tool][0] += change[0]
                lines[tool][1] += change[1]
        events = Counter(kind for _, kind in self.events.values())
        undated += sum(time == FOREVER for time, kind in self.events.values() if kind != "subagent")
        return {
            "responses": [{"day": day, "model": model, **sums} for (day, model), sums in cells.items()],
            "tool_calls": calls,
            "prompts": {"total": len(self.prompts), "by_day": days},
            "events": Counter({kind: n for kind, n in events.items() if kind != "subagent"}),
            "lines": {"added": sum(v[0] for v in lines.values()), "removed": sum(v[1] for v in lines.values()),
                      "by_tool": {tool: {"added": v[0], "removed": v[1]} for tool, v in lines.items()}},
            "sessions": len(sessions), "output_quality": quality, "rejected": self.rejected, "undated": undated,
            "commits": 0, "pull_requests": 0, "subagents": events["subagent"], "constant_ids": 0,
        }
