#!/usr/bin/env python3
"""Oracle for exports of opencode: an independent second implementation of the counting rules.

usage: opencode.py ROOT...     canonical JSON on stdout, as claude_code.py
"""
from __future__ import annotations

import json
import os
import sys
from typing import Any, Optional

from claude_code import DECODER, FOREVER, Obj, Rejected, count, main, names, refuse_duplicates, replaced, split_lines, string, table
from sessions import Facts

_part = names("type text synthetic mime callID tool", state=names(
    "status error", input=names("filePath oldString newString content command"), metadata=names("diff"),
    time=names("start end created")))
_info = names("id role modelID cost finish", time=names("created start end"), error=names("name"),
              tokens=names("input output reasoning total", cache=names("read write")))
EDITS = {"edit", "write", "apply_patch", "patch", "multiedit"}
ENDINGS = (("The user rejected permission", "rejected"), ("Tool execution aborted", "interrupted"))


def ms(value: Any) -> int:
    return value * 1000 if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else FOREVER


class Oracle(Facts):
    def __init__(self, key: Optional[bytes] = None) -> None:
        super().__init__()

    def read(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            document = DECODER.decode(text)
        except ValueError:
            self.rejected["syntax"] += 1
            head, mark, rest = text.partition('"messages":[')
            first, _ = DECODER.raw_decode(rest)
            document = DECODER.decode(head + mark + "]}")
            document["messages"] = [first]
        self.document(document)

    def document(self, document: dict) -> None:
        info = document.get("info") if list(document)[0] == "info" else {}
        self.own, parent = string(table(info).get("id")), string(table(info).get("parentID"))
        self.session, self.child = parent or self.own, bool(parent)
        self.born = ms(table(info.get("time")).get("created"))
        self.born = 0 if self.born == FOREVER else self.born  # older messages are copies: this session is a fork
        if self.child:
            self.earliest(self.events, ("subagent", self.own), 0, "subagent")
        for number, message in enumerate(document["messages"], 1):
            try:
                if not isinstance(message, dict):
                    raise Rejected("shape")
                self.message(message, number)
            except Rejected as rejected:
                self.rejected[str(rejected)] += 1

    def read_storage(self, root: str) -> None:
        """The folder of older clients: joins its files by their identifiers and reads the result as an export."""
        sessions, messages, parts = {}, {}, {}
        for folder, _, names_ in sorted(os.walk(root)):
            for name in sorted(names_):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    value = json.load(file)
                if name.startswith("prt_"):
                    parts.setdefault(value["messageID"], []).append(value)
                elif name.startswith("msg_"):
                    messages.setdefault(value["sessionID"], []).append(value)
                elif name.startswith("ses_"):
                    sessions[value["id"]] = value
        for own, info in sessions.items():
            top = info.get("parentID")
            while top in sessions and sessions[top].get("parentID"):
                top = sessions[top]["parentID"]
            self.document({"info": {**info, "parentID": top},
                           "messages": [{"info": m, "parts": parts.get(m["id"], [])} for m in messages.get(own, [])]})

    def key(self, own: str, *place: int) -> tuple:
        return (self.own, own, *(place if own == "REDACTED" else ()))

    def message(self, message: dict, number: int) -> None:
        info, asked = table(message.get("info")), False
        refuse = None
        for place, part in enumerate(message.get("parts") or [], 1):
            refuse_duplicates(part, _part)
            if part.get("type") == "tool":
                try:
                    self.call(part, number, place)
                except Rejected as rejected:
                    self.rejected[str(rejected)] += 1
            asked |= part.get("type") == "file" or part.get("type") == "text" and not part.get("synthetic")
        refuse_duplicates(info, _info)
        role, own, time = info.get("role"), string(info.get("id")), ms(table(info.get("time")).get("created"))
        if role not in ("user", "assistant"):
            return
        if not own or not self.own:
            raise Rejected("field")
        if time < self.born:
            return
        if role == "user":
            if asked and not self.child:
                self.earliest(self.prompts, self.key(own, number), time, self.session)
            return
        tokens = info.get("tokens")
        if isinstance(tokens, dict):
            cache = table(tokens.get("cache"))
            output, reasoning = count(tokens.get("output")), count(tokens.get("reasoning"))
            sent = sum(count(n) or 0 for n in (tokens.get("input"), cache.get("read"), cache.get("write")))
            if output is not None and reasoning and sent + output + reasoning <= (count(tokens.get("total")) or 0):
                output += reasoning  # reported separately from the output
            self.response(self.key(own, number), self.session, time, string(info.get("modelID")),
                          info.get("finish") is not None, input=count(tokens.get("input")), output=output,
                          reasoning=reasoning, cache_read=count(cache.get("read")),
                          cache_write_5m=count(cache.get("write")))
        if isinstance(info.get("error"), dict):
            kind = "interrupt" if info["error"].get("name") == "MessageAbortedError" else "api_error_message"
            self.earliest(self.events, self.key(own, number), time, kind)

    def call(self, part: dict, *place: int) -> None:
        own, tool, state = string(part.get("callID")), string(part.get("tool")) or "", table(part.get("state"))
        if not own:
            raise Rejected("field")
        if ms(table(state.get("time")).get("start")) < self.born:
            return
        given, lines, told = table(state.get("input")), None, None
        if tool in EDITS and isinstance(given.get("content"), str):
            lines = len(split_lines(given["content"])), 0
        elif tool in EDITS and "oldString" in given:
            lines = replaced(given["oldString"], given.get("newString"))
        key, times = self.key(own, *place), table(state.get("time"))
        self.earliest(self.calls, key, ms(times.get("start")), tool, lines)
        if state.get("status") == "completed":
            diff = table(state.get("metadata")).get("diff")
            if isinstance(diff, str):
                hunks = diff.split("\n@@", 1)[-1].split("\n")
                told = sum(h.startswith("+") for h in hunks), sum(h.startswith("-") for h in hunks)
            self.earliest(self.results, key, ms(times.get("end")), "ok", told)
        elif state.get("status") == "error":
            text = str(state.get("error"))
            outcome = next((o for start, o in ENDINGS if text.startswith(start)), "error")
            self.earliest(self.results, key, ms(times.get("end")), outcome, None)


if __name__ == "__main__":
    sys.exit(main(Oracle))
