#!/usr/bin/env python3
"""Oracle for the chats of Gemini CLI: an independent second implementation of the counting rules.

usage: gemini.py ROOT...     canonical JSON on stdout, as claude_code.py
"""
from __future__ import annotations

import os
import sys
from typing import Any, Optional

from claude_code import (DECODER, FOREVER, Obj, Rejected, count, items, main, names, read_file, refuse_duplicates, replaced,
                         split_lines, stamp_or_forever, string, table)
from sessions import Facts

_message = names("id timestamp type content model", tokens=names("input output cached thoughts tool"),
                 toolCalls=names("id name status timestamp", args=names("file_path old_string new_string content command"),
                                 resultDisplay=names("fileDiff")))
READ_KEYS = {**_message, **names("sessionId kind", messages=_message),
             "$set": names("sessionId kind", messages=_message)}
OUTCOMES = {"success": "ok", "error": "error", "cancelled": "cancelled"}
EDITS = {"replace", "write_file", "edit"}


def asked(content: Any) -> bool:
    if isinstance(content, str):
        return True
    parts = content if isinstance(content, list) else [content]
    return any(isinstance(p, str) or isinstance(table(p).get("text"), str) or "inlineData" in table(p) or
               "fileData" in table(p) for p in parts)


class Oracle(Facts):
    def __init__(self, key: Optional[bytes] = None) -> None:
        super().__init__()

    def read(self, path: str) -> None:
        self.session = os.path.basename(path).split(".")[0]
        folder = os.path.dirname(path)
        self.parent = os.path.basename(folder) if os.path.basename(os.path.dirname(folder)) == "chats" else None
        self.subagent = self.parent is not None
        if path.endswith(".json"):
            self.document(path)
        else:
            read_file(path, self.line, self.rejected)

    def document(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            value, _ = DECODER.raw_decode(text)
        except ValueError:
            self.rejected["syntax"] += 1
            self.beginning(text)
            return
        try:
            self.line(value)
        except Rejected as rejected:
            self.rejected[str(rejected)] += 1

    def beginning(self, text: str) -> None:
        """Reads a broken document: the messages before the error count."""
        head, mark, rest = text.partition('"messages":[')
        self.line(DECODER.decode(head + mark + "]}"))
        try:
            while True:
                message, end = DECODER.raw_decode(rest.lstrip())
                self.message(message)
                rest = rest.lstrip()[end:].lstrip().removeprefix(",")
        except ValueError:
            pass

    def line(self, line: Obj) -> None:
        refuse_duplicates(line, READ_KEYS)
        patch = table(line.get("$set"))
        for part in (line, patch):
            self.session = string(part.get("sessionId")) or self.session
            if "kind" in part:
                self.subagent = part["kind"] == "subagent"
            for message in items(part.get("messages")):
                self.message(message)
        self.message(line)

    def message(self, message: dict) -> None:
        own, kind, time, session = string(message.get("id")), message.get("type"), stamp_or_forever(message.get("timestamp")), self.session
        for call in items(message.get("toolCalls")):
            self.call(call)
        if kind not in ("user", "gemini"):
            return
        if not own:
            raise Rejected("field")
        if kind == "user" and not self.subagent and asked(message.get("content")):
            self.earliest(self.prompts, (session, own), time, session)
        tokens = message.get("tokens")
        if kind == "gemini" and isinstance(tokens, dict):
            n = {name: count(tokens.get(name)) for name in ("input", "output", "cached", "thoughts", "tool")}
            read = min(n["cached"], n["input"])
            self.response((session, own), self.parent or session, time, string(message.get("model")), True,
                          input=n["input"] - read + n["tool"], output=n["output"] + n["thoughts"], cache_read=read,
                          reasoning=n["thoughts"])

    def call(self, call: dict) -> None:
        own, tool, given = string(call.get("id")), string(call.get("name")) or "", table(call.get("args"))
        if not own:
            raise Rejected("field")
        time, lines = stamp_or_forever(call.get("timestamp")), None
        if tool in EDITS and isinstance(given.get("content"), str):
            lines = len(split_lines(given["content"])), 0
        elif tool in EDITS and "old_string" in given:
            lines = replaced(given["old_string"], given.get("new_string"))
        self.earliest(self.calls, (self.session, own), time, tool, lines)
        outcome = OUTCOMES.get(str(call.get("status")))
        diff = table(call.get("resultDisplay")).get("fileDiff")
        told = None
        if isinstance(diff, str):
            hunks = diff.split("\n@@", 1)[-1].split("\n") if "\n@@" in diff else []
            told = sum(h.startswith("+") for h in hunks), sum(h.startswith("-") for h in hunks)
        if outcome:
            self.earliest(self.results, (self.session, own), FOREVER, outcome, told)


if __name__ == "__main__":
    sys.exit(main(Oracle))
