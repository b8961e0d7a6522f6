#!/usr/bin/env python3
"""Oracle for Codex rollouts: an independent second implementation of the counting rules.

usage: codex.py [--key HEXFILE] ROOT...     canonical JSON on stdout, as claude_code.py

Numbers that the source does not have are null: cache writes of older clients, web searches per response, commits and
pull requests.
"""
from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter, defaultdict
from typing import Any, NamedTuple, Optional

from claude_code import (FOREVER, Obj, Rejected, count, day_of, main, is_number, names, read_file, refuse_duplicates,
                         split_lines, stamp_or_forever, string, table)

_vector = names("input_tokens cached_input_tokens output_tokens reasoning_output_tokens total_tokens "
                "cache_write_input_tokens")
FIELDS = tuple(_vector)
SAME = 5  # so many leading counters identify a vector: a copy made by another client may lack cache writes
READ_KEYS = names("timestamp type", payload=names(
    "id type forked_from_id model call_id name namespace status success exit_code output message reason changes kind",
    item=names("type id content status exit_code changes server tool"), invocation=names("server tool"),
    source=names("", subagent=names("", thread_spawn=names("parent_thread_id"))),
    info=names("", total_token_usage=_vector, last_token_usage=_vector),
    result=names("Err", Ok=names("isError"))))

ENVELOPES = ("session_meta", "turn_context", "response_item", "event_msg", "compacted")
CALLS = ("function_call", "custom_tool_call", "local_shell_call", "tool_search_call")
OUTPUTS = ("function_call_output", "custom_tool_call_output", "tool_search_output")
EXIT_CODE = re.compile(r"(?:[Ee]xited with code|[Ee]xit code:?) (-?\d+)", re.A)
FAILURE_STARTS = ("error:", "execution error", "failed in sandbox", "apply_patch verification failed", "write_stdin failed",
                  "unsupported call", "failed to parse", "exec_command failed", "Script failed", "command timed out", "tool call error")
REJECTION_STARTS = ("exec command rejected by user", "patch rejected by user", "rejected by user", "user rejected", "user cancelled")
OUTCOMES = ("rejected", "interrupted", "error", "ok")  # by precedence: of several signs for one call, the first in this list is used
ERRORS = {"error": "api_error_message", "stream_error": "api_retry"}


class File:
    """One rollout, in the order of its lines, which matters here because the counters are cumulative."""

    def __init__(self, path: str, rejected: Counter) -> None:
        self.session = os.path.basename(path)[:-len(".jsonl")]
        self.named = False
        self.subagent = self.started = False
        self.parents: set = set()
        self.vectors: list = []   # each change of the counters: (vector, index of its line)
        self.responses: list = [] # for each vector: (time, model, tokens)
        self.facts: list = []     # (index of the line, kind, key, value)
        self.model: Optional[str] = None
        self.last: Optional[tuple] = None  # the last counters
        self.open: dict = {}      # calls without a result yet, in case the turn is aborted
        self.index = 0
        read_file(path, self.line, rejected)

    def fact(self, kind: str, key: Any, time: int, value: Any = None) -> None:
        self.facts.append((self.index, kind, key, time, value))

    def line(self, line: Obj) -> None:
        refuse_duplicates(line, READ_KEYS)
        self.index += 1
        if not isinstance(line.get("payload"), dict):
            return self.bare(line)
        payload = line["payload"]
        time = stamp_or_forever(line.get("timestamp"))
        kind, part = line.get("type"), payload.get("type")
        if kind == "session_meta":
            self.meta(payload)
        elif kind == "turn_context":
            self.model = string(payload.get("model")) or self.model
        elif kind == "response_item":
            self.item(payload, part, time)
        elif kind == "event_msg":
            self.message(payload, part, time)
        elif kind == "compacted":
            self.fact("compacted", time, time)

    def bare(self, line: Obj) -> None:
        """Clients before 0.32 wrote the session and its items without an envelope, times or counters."""
        kind = line.get("type")
        if "payload" in line or kind in ENVELOPES or ("type" in line and "timestamp" in line):
            raise Rejected("shape")
        if "type" not in line:
            if "record_type" in line:
                return
            if "id" not in line or "timestamp" not in line:
                raise Rejected("shape")
            return self.meta(line)
        if kind != "message":
            return self.item(line, kind, FOREVER)
        texts = [block.get("text") or "" for block in line.get("content") or () if isinstance(block, dict)]
        if line.get("role") == "user" and not "".join(texts).startswith(("<user_instructions>", "<environment_context>")):
            self.fact("prompt", (self.index, "".join(texts)), FOREVER)

    def meta(self, payload: dict) -> None:
        found = string(payload.get("id"))
        if found and not self.named:
            self.session, self.named = found, True
        source = table(table(payload.get("source")).get("subagent"))
        self.subagent |= bool(table(payload.get("source")).get("subagent")) and found == self.session
        spawn = table(source.get("thread_spawn"))
        asked_for = bool(spawn) or table(payload.get("source")).get("subagent") in ("review", "subagent")
        self.started |= asked_for and found == self.session  # other sessions are background work of the client
        self.parents |= {found, string(payload.get("forked_from_id")), string(spawn.get("parent_thread_id"))}
        self.parents -= {None, self.session}

    def item(self, payload: dict, part: Any, time: int) -> None:
        call = string(payload.get("call_id"))
        if not call:
            return
        if part in CALLS:
            name = {"local_shell_call": "local_shell", "tool_search_call": "tool_search"}.get(part) or string(payload.get("name")) or ""
            space = (string(payload.get("namespace")) or "").rstrip("_")
            if space.startswith("mcp__"):
                name = f"{space}__{name}"
            elif "__" in name and not name.startswith("mcp__"):
                name = f"mcp__{name}"
            self.fact("call", call, time, name)
            script = part == "custom_tool_call" and name == "exec"  # the calls of a script are reported separately
            asked = None if script else asked_lines(payload)
            if asked:
                self.fact("asked", call, time, asked)
            self.open[call] = True
        elif part in OUTPUTS:
            self.open.pop(call, None)
            self.fact("result", call, time, output_outcome(payload))

    def message(self, payload: dict, part: Any, time: int) -> None:
        call = string(payload.get("call_id"))
        if part == "token_count":
            self.tokens(table(payload.get("info")), time)
        elif part == "user_message":
            if payload.get("kind", "plain") == "plain" and not self.subagent:  # other kinds are written by the client or by a model
                self.fact("prompt", (time, str(payload.get("message"))), time)
        elif part == "turn_aborted":
            if payload.get("reason") != "review_ended":
                self.fact("interrupt" if payload.get("reason") == "interrupted" else "turn_aborted", time, time)
            for waiting in self.open:
                self.fact("aborted", waiting, time, "interrupted")
            self.open = {}
        elif part == "context_compacted":
            self.fact("compaction", time, time)
        elif part in ERRORS:
            self.fact(ERRORS[part], time, time)
        elif part == "web_search_end" and call:
            self.fact("call", call, time, "web_search")
            self.fact("result", call, time, "ok")
        elif part == "item_completed":
            self.completed(table(payload.get("item")), time)
        elif part == "exec_command_end" and call:
            self.of_script(call, time, "exec_command")
            self.fact("result", call, time, "rejected" if payload.get("status") == "declined" else
                      "error" if payload.get("exit_code") not in (0, None) else "ok")
        elif part == "mcp_tool_call_end" and call:
            self.of_script(call, time, server_tool(table(payload.get("invocation"))))
            result = table(payload.get("result"))
            bad = "Err" in result or table(result.get("Ok")).get("isError") is True
            refused = ending(result["Err"]) if isinstance(result.get("Err"), str) else None
            self.fact("result", call, time, refused or ("error" if bad else "ok"))
        elif part == "patch_apply_end" and call:
            self.of_script(call, time, "apply_patch")
            good = payload.get("success") is not False
            self.fact("result", call, time, "ok" if good else "error")
            if good:
                self.fact("lines", call, time, changed_lines(table(payload.get("changes"))))

    def of_script(self, call: str, time: int, name: str) -> None:
        """A call made by the model's script: only its end is reported."""
        if call.startswith("exec-"):
            self.fact("call", call, time, name)

    def completed(self, item: dict, time: int) -> None:
        """Clients from 0.145 report prompts and the ends of calls as completed items."""
        kind, call = item.get("type"), string(item.get("id"))
        if kind == "UserMessage" and not self.subagent:
            texts = [table(part).get("text") or "" for part in item.get("content") or ()]
            self.fact("prompt", (time, "".join(texts)), time)
        if kind not in ("CommandExecution", "FileChange", "McpToolCall") or not call:
            return
        self.of_script(call, time, {"CommandExecution": "exec_command", "FileChange": "apply_patch"}.get(kind) or
                       server_tool(item))
        outcome = ("rejected" if item.get("status") == "declined" else
                   "error" if item.get("status") == "failed" or item.get("exit_code") not in (0, None) else "ok")
        self.fact("result", call, time, outcome)
        if outcome == "ok" and kind == "FileChange":
            self.fact("lines", call, time, changed_lines(table(item.get("changes"))))

    def tokens(self, info: dict, time: int) -> None:
        if not isinstance(info.get("total_token_usage"), dict):
            return
        for vector in (info["total_token_usage"], table(info.get("last_token_usage"))):
            if any(not is_number(vector.get(f)) and vector.get(f) is not None for f in FIELDS):
                raise Rejected("field")
        total = tuple(count(info["total_token_usage"].get(f)) for f in FIELDS)
        last = tuple(count(table(info.get("last_token_usage")).get(f)) for f in FIELDS)
        if not isinstance(info.get("last_token_usage"), dict):
            last = total
        before, self.last = self.last, total
        if before is not None and total[:SAME] == before[:SAME]:
            return
        grown = before is not None and all(a >= b for a, b in zip(total[:SAME], before))
        self.vectors.append((total[:SAME], self.index))
        self.responses.append((time, self.model, tuple(a - b if a >= b else of for a, b, of in zip(total, before or (), last))
                               if grown else last))


def server_tool(told: dict) -> str:
    return f"mcp__{told.get('server')}__{told.get('tool')}"


def ending(text: str) -> Optional[str]:
    """What ended a call from outside, recognised by the beginning of its text."""
    return "interrupted" if text.startswith("aborted") else "rejected" if text.startswith(REJECTION_STARTS) else None


def output_outcome(payload: dict) -> str:
    output = payload.get("output")
    if isinstance(output, dict) and isinstance(output.get("content"), str) and ending(output["content"]):
        return str(ending(output["content"]))
    if payload.get("success") is False or payload.get("status") == "failed":
        return "error"
    if isinstance(output, str) and output.startswith("{"):
        try:
            output = json.loads(output)
        except (ValueError, RecursionError):
            pass
    if isinstance(output, dict):
        code = table(output.get("metadata")).get("exit_code")
        return "error" if output.get("success") is False or code not in (0, None) else "ok"
    if isinstance(output, list):
        output = next((table(o).get("text") for o in output if isinstance(table(o).get("text"), str)), "")
    text = output[:256] if isinstance(output, str) else ""
    if ending(text):
        return str(ending(text))
    code = EXIT_CODE.search(text)
    if code:
        return "ok" if int(code[1]) == 0 and not text.startswith(FAILURE_STARTS) else "error"
    return "error" if text.startswith(FAILURE_STARTS) else "ok"


def asked_lines(payload: dict) -> Optional[tuple]:
    """Lines of the patch that a call was given as text, in a command or as its input; None without a patch."""
    given = payload.get("input") or table(payload.get("action")).get("command") or payload.get("arguments") or ""
    if isinstance(given, str) and given.startswith("{"):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return None
    if isinstance(given, dict):
        given = next((given[k] for k in ("command", "cmd", "input", "patch") if k in given), "")
    text = "\n".join(str(part) for part in given) if isinstance(given, list) else str(given)
    inside = edits = False
    added = removed = 0
    for line in text.split("\n"):
        inside = (inside or line.strip() == "*** Begin Patch") and line.strip() != "*** End Patch"
        edits |= inside and line.startswith(("*** Add File: ", "*** Update File: "))
        added += inside and line.startswith("+")
        removed += inside and line.startswith("-")
    return (added, removed) if edits else None


def changed_lines(changes: dict) -> tuple:
    added = removed = 0
    for change in changes.values():
        change = table(change)
        if change.get("type") == "add":
            added += len(split_lines(change.get("content")))
        elif change.get("type") == "delete":
            removed += len(split_lines(change.get("content")))
        elif isinstance(change.get("unified_diff"), str):
            diff = change["unified_diff"].split("\n")
            start = next((i for i, text in enumerate(diff) if text.startswith("@@")), 0)  # skips a file header
            added += sum(text.startswith("+") for text in diff[start:])
            removed += sum(text.startswith("-") for text in diff[start:])
    return added, removed


class Response(NamedTuple):
    time: int
    model: str
    tokens: tuple


class Oracle:
    def __init__(self, key: Optional[bytes] = None) -> None:
        self.rejected: Counter = Counter()
        self.files: list = []

    def read(self, path: str) -> None:
        self.files.append(File(path, self.rejected))

    def replayed(self, file: File, by_session: dict) -> int:
        """How many vectors at the start of a file only repeat those of a session it was copied from."""
        best = 0
        for parent in file.parents:
            for other in by_session.get(parent, ()):
                same = 0
                for mine, theirs in zip(file.vectors, other.vectors):
                    if mine[0] != theirs[0]:
                        break
                    same += 1
                best = max(best, same)
        return best

    def report(self) -> dict:
        by_session: dict = defaultdict(list)
        for file in self.files:
            by_session[file.session].append(file)
        calls_of = {s: {f[2] for file in files for f in file.facts if f[1] == "call"} for s, files in by_session.items()}

        responses: dict = {}
        facts: dict = defaultdict(dict)  # kind -> (session, key) -> [(time, value)]
        for file in self.files:
            skip = self.replayed(file, by_session)
            after = file.vectors[skip - 1][1] if skip else 0
            known = set().union(*(calls_of.get(p, set()) for p in file.parents)) if skip else set()
            seen: Counter = Counter()
            for (vector, _), (time, model, tokens) in zip(file.vectors, file.responses):
                seen[vector] += 1
                if sum(seen.values()) > skip and any(tokens[:4]):
                    key = (file.session, vector, seen[vector])
                    new = Response(time, model or "", tokens)
                    responses[key] = min(new, responses.get(key, new))
            for index, kind, key, time, value in file.facts:
                if index > after and key not in known:
                    facts[kind].setdefault((file.session, key), []).append((time, value))

        cells: dict = defaultdict(Counter)
        sessions, undated, output = set(), 0, 0
        for (session, _, _), (time, model, tokens) in responses.items():
            read = min(tokens[1], tokens[0])
            written = min(tokens[5], tokens[0] - read)
            cells[day_of(time), model or None].update(responses=1, input=tokens[0] - read - written, cache_read=read,
                                                      cache_write_5m=written, output=tokens[2], reasoning=tokens[3])
            sessions.add(session)
            undated += time == FOREVER
            output += tokens[2]

        prompt_days: Counter = Counter()
        for (session, _), seen_at in facts["prompt"].items():
            time = min(seen_at)[0]
            prompt_days[str(day_of(time) or "null")] += 1
            sessions.add(session)
            undated += time == FOREVER

        compacted = {session for session, _ in facts["compaction"]}
        for (session, key), seen_at in facts.pop("compacted", {}).items():
            if session not in compacted:
                facts["compaction"][session, key] = seen_at
        events: Counter = Counter()
        for kind in ("interrupt", "turn_aborted", "compaction", *ERRORS.values()):
            if facts[kind]:
                events[kind] = len(facts[kind])
                undated += sum(min(s)[0] == FOREVER for s in facts[kind].values())

        calls: dict = defaultdict(Counter)
        lines: dict = defaultdict(lambda: [0, 0])
        for key, seen_at in facts["call"].items():
            time, name = min(seen_at)
            results = {value for _, value in facts["result"].get(key, [])} or {v for _, v in facts["aborted"].get(key, [])}
            outcome = min(results, key=OUTCOMES.index, default="unknown")
            calls[name][outcome] += 1
            if outcome == "ok" and key in facts["asked"] and key not in facts["lines"]:
                facts["lines"][key] = facts["asked"][key]
            undated += time == FOREVER
        for key, seen_at in facts["lines"].items():
            name = min(facts["call"].get(key, [(0, "apply_patch")]))[1]
            added, removed = min(seen_at)[1]
            lines[name][0] += added
            lines[name][1] += removed

        unknown = {"cache_write_1h": None, "web_searches": None}
        return {
            "responses": [{"day": day, "model": model, **unknown, **cells[day, model]}
                          for day, model in sorted(cells, key=lambda c: (c[0] or "", c[1] or ""))],
            "tool_calls": calls,
            "prompts": {"total": len(facts["prompt"]), "by_day": prompt_days},
            "events": events,
            "lines": {"added": sum(v[0] for v in lines.values()), "removed": sum(v[1] for v in lines.values()),
                      "by_tool": {tool: {"added": v[0], "removed": v[1]} for tool, v in lines.items()}},
            "sessions": len(sessions),
            "output_quality": {"final": {"responses": len(responses), "output": output},
                               "partial": {"responses": 0, "output": 0}, "placeholder": {"responses": 0, "output": 0}},
            "rejected": self.rejected,
            "undated": undated,
            "commits": None,
            "pull_requests": None,
            "subagents": len({f.session for f in self.files if f.started}),
        }


if __name__ == "__main__":
    sys.exit(main(Oracle))
