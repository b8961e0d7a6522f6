#!/usr/bin/env python3
"""Oracle for the events of Copilot CLI: an independent second implementation of the counting rules.

usage: copilot.py ROOT...     canonical JSON on stdout, as claude_code.py
"""
from __future__ import annotations

import os
import sys
from typing import Any, Optional

from claude_code import (FOREVER, Obj, Rejected, count, input_lines, main, names, read_file, refuse_duplicates, replaced,
                         split_lines, stamp_or_forever, string, table)
from sessions import Facts

READ_KEYS = names("type id timestamp", data=names(
    "sessionId copilotVersion startTime selectedModel newModel content messageId model outputTokens toolCallId toolName "
    "success", context=names("cwd branch"), arguments=names("path command old_str new_str file_text"), error=names("code"),
    toolTelemetry=names("", metrics=names("linesAdded linesRemoved"))))
NEED = {"session.start", "session.resume", "session.model_change", "session.shutdown", "user.message", "assistant.message",
        "tool.execution_start", "tool.execution_complete", "abort"}
CODES = {"rejected": "rejected", "denied": "denied", "timeout": "error"}
USED = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens")
EDITS = {"create", "edit", "str_replace_editor"}


def shares(total: int, n: int) -> list:
    """The total split into n whole numbers that differ by at most 1."""
    return [(total + n - 1 - i) // n for i in range(n)]


class Oracle(Facts):
    def __init__(self, key: Optional[bytes] = None) -> None:
        super().__init__()

    def read(self, path: str) -> None:
        self.session = os.path.basename(os.path.dirname(path))
        self.model: Optional[str] = None
        self.since: list = []  # keys of the responses since the session was last entered
        self.goes_on = False   # whether the counters continue when a session is entered again
        self.before: dict = {}  # model -> what the last shutdown reported for it
        read_file(path, self.line, self.rejected)

    def line(self, line: Obj) -> None:
        refuse_duplicates(line, READ_KEYS)
        kind, data, own = line.get("type"), line.get("data"), string(line.get("id"))
        self.goes_on = self.goes_on or kind == "session.usage_checkpoint"
        if kind not in NEED:
            return
        if not isinstance(data, dict) or not own:
            raise Rejected("field")
        time, session = stamp_or_forever(line.get("timestamp")), self.session
        model = string(data.get("model")) or string(data.get("newModel")) or string(data.get("selectedModel"))
        call = string(data.get("toolCallId"))
        if kind in ("session.start", "session.resume"):
            self.session = string(data.get("sessionId")) or self.session
            self.since = self.since if self.goes_on else []
        if kind in ("session.start", "session.model_change"):
            self.model = model
        elif kind == "session.shutdown":
            self.shutdown(table(data.get("modelMetrics")), own, time)
        elif kind == "user.message":
            if isinstance(data.get("content"), str) or data.get("attachments"):
                self.earliest(self.prompts, (session, own), time, session)
        elif kind == "abort":
            self.earliest(self.events, (session, own), time, "interrupt")
        elif kind == "assistant.message":
            if not string(data.get("messageId")):
                raise Rejected("field")
            key = session, data["messageId"]
            output = count(data.get("outputTokens")) or None  # 0 means that it was not counted
            self.response(key, session, time, model or self.model, False, output=output)
            self.since.append((key, model or self.model, time, output))
        elif not call:
            raise Rejected("field")
        elif kind == "tool.execution_start":
            given = table(data.get("arguments"))
            tool = string(data.get("toolName")) or ""
            asked = None
            if tool in EDITS and isinstance(given.get("file_text"), str):
                asked = len(split_lines(given["file_text"])), 0
            elif tool in EDITS and ("old_str" in given or "new_str" in given):
                asked = replaced(given.get("old_str"), given.get("new_str"))
            self.earliest(self.calls, (session, call), time, tool, asked)
        else:
            good = data.get("success") is True
            told = table(table(data.get("toolTelemetry")).get("metrics"))
            lines = (count(told.get("linesAdded")), count(told.get("linesRemoved"))) if "linesAdded" in told else None
            code = table(data.get("error")).get("code")
            outcome = "ok" if good else CODES.get(code, "error") if isinstance(code, str) else "error"
            self.earliest(self.results, (session, call), time, outcome, lines if good else None)

    def shutdown(self, models: dict, own: str, time: int) -> None:
        used = {}
        for model, use in models.items():
            usage, requests = table(table(use).get("usage")), table(table(use).get("requests"))
            told = {name: count(usage.get(name)) for name in USED if usage.get(name, 0) is not None}
            if any(told.values()):
                used[model] = told, count(requests.get("count"))
        if any(told.get(name, FOREVER) < least for model, (told, _) in used.items()
               for name, least in self.before.get(model, ({}, 0))[0].items()):
            self.before = {}
        for model, (told, calls) in used.items():
            before, calls_before = self.before.get(model, ({}, 0))
            sums = {name: told[name] - before.get(name, 0) if name in told else 0 for name in USED}
            if self.goes_on:
                self.before[model] = {**before, **told}, calls
            calls -= calls_before
            if not any(sums.values()):
                continue
            answers = [a for a in self.since if a[1] == model]
            if not answers:
                n = max(1, calls)
                answers = [((self.session, own, model, i), model, time, 0) for i in range(n)]
            n = len(answers)
            fresh = max(0, sums["inputTokens"] - sums["cacheReadTokens"] - sums["cacheWriteTokens"])
            more = max(0, sums["outputTokens"] - sum(a[3] or 0 for a in answers))
            parts = zip(answers, shares(fresh, n), shares(more, n), shares(sums["cacheReadTokens"], n),
                        shares(sums["cacheWriteTokens"], n), shares(sums["reasoningTokens"], n))
            for (key, _, at, output), fresh_part, more_part, read, written, reasoning in parts:
                self.response(key, self.session, at, model, True, input=fresh_part, output=(output or 0) + more_part,
                              cache_read=read, cache_write_5m=written, reasoning=reasoning)
        self.since = []


if __name__ == "__main__":
    sys.exit(main(Oracle))
