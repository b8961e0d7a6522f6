#!/usr/bin/env python3
"""Oracle for Claude Code transcripts: an independent second implementation of the counting rules.

usage: claude_code.py [--key HEXFILE] ROOT...     canonical JSON on stdout

Reads every *.jsonl below the roots, keeps one small row per record, and merges the rows by key at the end, so that no
number depends on the order of files or lines. It is slow and keeps everything in memory, and shares no code with the
library on purpose. README.md has its decisions where the rules leave room.
"""
from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Iterable, Iterator, NamedTuple, Optional

import siphash

MAX_COUNT = 2 ** 53
MAX_DEPTH = 64
FOREVER = 1 << 62  # sorts a missing time behind every real one
DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


# ---------------------------------------------------------------- reading files

class Rejected(Exception):
    """A record that breaks a rule; the argument is the reason."""


class Obj(dict):
    """A JSON object that remembers which of its keys occurred twice."""
    twice: frozenset = frozenset()


def _object(pairs: list) -> Obj:
    obj = Obj(pairs)
    if len(obj) != len(pairs):
        obj.twice = frozenset(k for k, n in Counter(k for k, _ in pairs).items() if n > 1)
    return obj


def _constant(text: str) -> None:
    raise ValueError(text)  # NaN and Infinity are not JSON


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=float,
                           parse_int=lambda s: int(s) if len(s) < 20 else float(s))
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[][{}]', re.S)
BAD_BYTE = re.compile("[\udc80-\udcff]")  # a byte that is not UTF-8, as surrogateescape decodes it


def too_deep(text: str, start: int, end: int) -> bool:
    if text.count("{", start, end) + text.count("[", start, end) <= MAX_DEPTH:
        return False
    depth = 0
    for token in TOKEN.finditer(text, start, end):
        if token[0] in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif token[0] in "]}":
            depth -= 1
    return False


def read_line(text: str, torn: bool, take: Callable[[Obj], None]) -> Optional[str]:
    """Calls take for every value of a line; the first bad value ends the line, and its reason is returned.

    torn: no newline has come yet, so a value that does not parse is not bad, only incomplete.
    """
    bad = BAD_BYTE.search(text)
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\r":
            at += 1
        if at == len(text):
            return None
        try:
            value, end = DECODER.raw_decode(text, at)
        except RecursionError:
            return None if torn else "depth"
        except ValueError as error:
            if torn:
                return None
            stop = getattr(error, "pos", at)
            if "Unterminated" in str(error):
                stop = len(text)
            if too_deep(text, at, stop):
                return "depth"
            return "utf8" if bad and bad.start() <= stop else "syntax"
        if bad and bad.start() < end:
            return None if torn else "utf8"
        if too_deep(text, at, end):
            return "depth"
        if not isinstance(value, Obj):
            growing = torn and end == len(text) and not isinstance(value, (list, str))
            return None if growing else "shape"
        try:
            take(value)
        except Rejected as rejected:
            return str(rejected)
        at = end


def read_file(path: str, take: Callable[[Obj], None], rejected: Counter) -> None:
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    for number, line in enumerate(lines, 1):
        reason = read_line(line.decode("utf-8", "surrogateescape"), number == len(lines), take)
        if reason:
            rejected[reason] += 1


def transcripts(roots: Iterable[str]) -> Iterator[str]:
    for root in roots:
        if os.path.isfile(root):
            yield root
        for folder, _, names in os.walk(root, followlinks=False):
            for name in names:
                path = os.path.join(folder, name)
                if name.endswith(".jsonl") and os.path.isfile(path) and not os.path.islink(path):
                    yield path


# ------------------------------------------------------------------ small values

STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))", re.A)


def stamp(value: Any) -> Optional[int]:
    """UTC microseconds of an ISO-8601 time with a zone, else None."""
    match = STAMP.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    leap = second == 60  # a leap second is the instant after it
    try:
        time = datetime(year, month, day, hour, minute, second - leap, tzinfo=timezone.utc) - EPOCH
    except ValueError:
        return None
    micros = (time.days * 86400 + time.seconds + leap) * 1_000_000 + int((match[7] or "0")[:6].ljust(6, "0"))
    if match[8]:
        shift = (int(match[9]) * 60 + int(match[10])) * 60_000_000
        micros += shift if match[8] == "-" else -shift
    return micros if micros >= 0 else None


def day_of(time: int) -> Optional[str]:
    return None if time == FOREVER else (EPOCH + timedelta(days=time // DAY)).strftime("%Y-%m-%d")


def string(value: Any) -> Optional[str]:
    return value if isinstance(value, str) and value else None


def table(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def count(value: Any) -> int:
    """A token count; a value that is not a number is treated as absent: 0."""
    if not is_number(value):
        return 0
    if not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise Rejected("number")
    return value


def measures(line: dict) -> list:
    """The counts in a line that an event carries as details."""
    return [line.get("durationMs"), line.get("retryAttempt"), line.get("apiErrorStatus"), table(line.get("error")).get("status"),
            *(table(line.get(name)).get("preTokens") for name in ("compactMetadata", "microcompactMetadata"))]


def refuse_duplicates(value: Any, keys: dict) -> None:
    """keys: the names that the rules read in this object, each with the names read in the object below it."""
    if isinstance(value, list):
        for element in value:
            refuse_duplicates(element, keys)
    elif isinstance(value, Obj):
        if value.twice and not value.twice.isdisjoint(keys):
            raise Rejected("duplicate")
        for key, below in keys.items():
            if below and key in value:
                refuse_duplicates(value[key], below)


def names(text: str, **below: dict) -> dict:
    return {**{name: {} for name in text.split()}, **below}


# ------------------------------------------------------------------- Claude Code

_counts = names("input_tokens output_tokens cache_creation_input_tokens cache_read_input_tokens",
                cache_creation=names("ephemeral_5m_input_tokens ephemeral_1h_input_tokens"),
                server_tool_use=names("web_search_requests"),
                output_tokens_details=names("thinking_tokens"))
_usage = {**_counts, "iterations": {**_counts, **names("type model")}}
_input = names("old_string new_string content new_source edit_mode", edits=names("old_string new_string"))
_block = names("type text id name tool_use_id is_error", content=names("type text"), input=_input)
_message = names("id model stop_reason", usage=_usage, content=_block)
_result = names("type content interrupted", structuredPatch=names("lines"), gitOperation=names("", commit=names("sha")))
_line = names("type subtype uuid sessionId session_id timestamp version isSidechain isMeta isCompactSummary"
              " isVisibleInTranscriptOnly isApiErrorMessage requestId agentId content prUrl",
              origin=names("kind"), message=_message, toolUseResult=_result)
READ_KEYS = {**_line,
             "data": names("type agentId", message={**_line, **_message}),
             "attachment": names("type commandMode", origin=names("kind"))}

REJECTIONS = ("The user doesn't want to proceed with this tool use",
              "The user doesn't want to take this action right now")
REJECTION_RESULT = "User rejected tool use"
INTERRUPTION = "[Request interrupted by user"
SIBLING = "Sibling tool call errored"
WARMUP = "Warmup"
HOOK_TEXTS = ("PreToolUse:", "PostToolUse:", "hook error", "hook blocking error", "blocked by hook")
DENIAL_TEXTS = ("permission", "requires approval", "denied")
FAILURE_STARTS = ("Exit code", "Error: Exit code", "<tool_use_error>")
# by precedence: of several results of one call, the first kind in this list is kept
OUTCOMES = ("rejected", "interrupted", "cancelled", "ignored", "blocked", "denied", "error", "ok")

OUTPUT_STARTS = ("<local-command-stdout>", "<local-command-stderr>", "<bash-stdout>", "<bash-stderr>")
INJECTED_STARTS = ("<task-notification>", "<teammate-message", "<system-reminder>", "<user-memory-input>",
                   "Caveat: The messages below", "<local-command-caveat>")
COMMAND_STARTS = ("<command-name>", "<command-message>")
IDE_BLOCK = re.compile(r"(?:<(ide_opened_file|ide_selection)>.*?</\1>\s*)+", re.S)


class Where(NamedTuple):
    """What a row says about its origin."""
    time: int
    session: Optional[str]
    side: bool  # written by a subagent or for it
    agent: Optional[str]
    uuid: Optional[str]
    request: Optional[str]
    version: tuple


class Row(NamedTuple):
    """A response as one line reports it."""
    where: Where
    model: Optional[str]
    stop: bool
    input: int
    output: int
    read: int
    write_5m: int
    write_1h: int
    reasoning: int  # -1: not reported
    searches: int

    @property
    def placeholder(self) -> bool:
        return (2, 1, 11) <= self.where.version <= (2, 1, 29)

    def rank(self) -> tuple:
        total = self.input + self.output + self.read + self.write_5m + self.write_1h
        return (-self.output, not self.stop, -total, self.model is None, self.input, self.read, self.write_5m,
                self.write_1h, self.reasoning, self.placeholder, self.model or "")


class Use(NamedTuple):
    where: Where
    name: str
    lines: tuple  # according to the input


class Result(NamedTuple):
    where: Where
    outcome: str
    patch: Optional[tuple]
    created: Optional[tuple]


def version(value: Any) -> tuple:
    match = re.match(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", value, re.A) if isinstance(value, str) else None
    return tuple(map(int, match.groups())) if match else ()


def split_lines(text: Any) -> list:
    if not isinstance(text, str) or not text:
        return []
    return (text[:-1] if text.endswith("\n") else text).split("\n")


def replaced(old: Any, new: Any) -> tuple:
    """Lines added and removed when the old text is replaced by the new one."""
    a, b = split_lines(old), split_lines(new)
    while a and b and a[-1] == b[-1]:
        a.pop(), b.pop()
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    return len(b) - same, len(a) - same


def input_lines(tool: str, given: dict) -> tuple:
    if tool == "Edit":
        return replaced(given.get("old_string"), given.get("new_string"))
    if tool == "MultiEdit":
        edits = [replaced(e.get("old_string"), e.get("new_string")) for e in items(given.get("edits"))]
        return sum(e[0] for e in edits), sum(e[1] for e in edits)
    if tool == "Write":
        return len(split_lines(given.get("content"))), 0
    if tool == "NotebookEdit" and given.get("edit_mode") != "delete":
        return len(split_lines(given.get("new_source"))), 0
    return 0, 0


def patch_lines(result: dict) -> Optional[tuple]:
    patch = result.get("structuredPatch")
    if not isinstance(patch, list) or (not patch and result.get("type") == "create"):
        return None
    signs: Counter = Counter()
    for hunk in items(patch):
        lines = hunk.get("lines")
        if isinstance(lines, list):
            signs.update(line[:1] for line in lines if isinstance(line, str))
    return signs["+"], signs["-"]


def first_text(content: Any) -> str:
    if isinstance(content, str):
        return content
    for block in items(content):
        if block.get("type") == "text" and isinstance(block.get("text"), str):
            return block["text"]
    return ""


def outcome_of(is_error: Any, text: str, result: Any) -> str:
    head = text[:256]
    told = result if isinstance(result, str) else ""
    failed = is_error is True
    if failed or told.startswith("Error") or told == REJECTION_RESULT:
        if any(t in head for t in REJECTIONS) or told == REJECTION_RESULT:
            return "rejected"
        if INTERRUPTION in head:
            return "interrupted"
    if not failed:
        return "interrupted" if table(result).get("interrupted") is True else "ok"
    if SIBLING in head:
        return "cancelled"
    if head == WARMUP or head.startswith("Error: " + WARMUP) or told.startswith("Error: " + WARMUP):
        return "ignored"
    if not head.startswith(FAILURE_STARTS):
        if any(t in head for t in HOOK_TEXTS):
            return "blocked"
        if any(t in head for t in DENIAL_TEXTS):
            return "denied"
    return "error"


class Oracle:
    def __init__(self, key: Optional[bytes] = None) -> None:
        self.key = key
        self.rejected: Counter = Counter()
        self.rows: dict = defaultdict(list)     # response key -> rows
        self.prompts: dict = defaultdict(list)  # line key -> where
        self.events: dict = defaultdict(list)   # (kind, line key) -> where
        self.uses: dict = defaultdict(list)     # tool use id -> uses
        self.results: dict = defaultdict(list)  # tool use id -> results
        self.agents: dict = defaultdict(set)    # agent -> for each of its prompts, whether it is the warm-up
        self.commits: dict = defaultdict(list)
        self.pulls: set = set()

    # reading

    def read(self, path: str) -> None:
        name = os.path.basename(path)
        agent = name[len("agent-"):-len(".jsonl")] if name.startswith("agent-") else None
        read_file(path, lambda line: self.line(line, agent), self.rejected)

    def line(self, line: Obj, agent: Optional[str]) -> None:
        refuse_duplicates(line, READ_KEYS)
        at = Where(stamp_or_forever(line.get("timestamp")), string(line.get("sessionId")) or string(line.get("session_id")),
                   line.get("isSidechain") is True or agent is not None, agent or string(line.get("agentId")),
                   string(line.get("uuid")), string(line.get("requestId")), version(line.get("version")))
        message = table(line.get("message"))
        rows = self.responses(message, at)
        nested, outer = table(table(line.get("data")).get("message")), at
        if nested:
            whole = isinstance(nested.get("message"), dict)
            at = at._replace(side=True, agent=string(line["data"].get("agentId")) or at.agent)
            if whole:
                at = at._replace(uuid=string(nested.get("uuid")) or at.uuid,
                                 request=string(nested.get("requestId")) or at.request)
                if nested.get("timestamp") is not None:
                    at = at._replace(time=stamp_or_forever(nested["timestamp"]))
            inner = nested["message"] if whole else nested
            rows += self.responses(inner, at)
            self.message(nested if whole else Obj(), inner, at)
        for key, row in rows:
            self.rows[key].append(row)
        self.message(line, message, outer)
        if line.get("type") == "user" and isinstance(line.get("message"), dict):
            self.user(line, message.get("content"), outer)
        self.other(line, outer)

    def refuses(self, *measures: Any) -> bool:
        """Whether one of the counts is bad; that rejects only the record that would have used it."""
        try:
            for measure in measures:
                count(measure)
        except Rejected as rejected:
            self.rejected[str(rejected)] += 1
            return True
        return False

    def responses(self, message: dict, at: Where) -> list:
        model = string(message.get("model"))
        if model == "<synthetic>":
            return []
        usage = table(message.get("usage"))
        stop = string(message.get("stop_reason")) is not None
        entries = usage.get("iterations") if isinstance(usage.get("iterations"), list) else []
        last = [entry for entry in map(table, entries) if entry.get("type") == "fallback_message"][-1:]
        served = string(last[0].get("model")) or model if last else model
        found = [("", self.row(usage, at, served, stop))]
        for i, entry in enumerate(map(table, entries)):
            kind = entry.get("type")
            if kind not in ("advisor_message", "compaction") and not (last and kind == "message"):
                continue
            default = served if kind == "compaction" else None
            part = self.row(entry, at, string(entry.get("model")) or default, stop)
            if part and (kind != "message" or part.output > 0):
                found.append((f"#part{i}", part))
        key: tuple = ("id", string(message.get("id")))
        if key[1] is None:
            key = ("uuid", at.uuid)
        if key[1] is None:
            key = ("hash", at.session, at.time, model, json.dumps(usage, sort_keys=True))
        return [((key, suffix), row) for suffix, row in found if row]

    def row(self, usage: dict, at: Where, model: Optional[str], stop: bool) -> Optional[Row]:
        split = table(usage.get("cache_creation"))
        thinking = table(usage.get("output_tokens_details")).get("thinking_tokens")
        searches = table(usage.get("server_tool_use")).get("web_search_requests")
        told = [usage.get(name) for name in ("input_tokens", "output_tokens", "cache_creation_input_tokens",
                                             "cache_read_input_tokens")]
        told += [split.get(name) for name in ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")]
        if self.refuses(*told, thinking, searches):
            return None
        if not all(map(is_number, told[:2])):
            return None
        write_5m = count(split.get("ephemeral_5m_input_tokens"))
        write_1h = count(split.get("ephemeral_1h_input_tokens"))
        write_5m += max(0, count(usage.get("cache_creation_input_tokens")) - write_5m - write_1h)
        return Row(at, model, stop, count(usage.get("input_tokens")), count(usage.get("output_tokens")),
                   count(usage.get("cache_read_input_tokens")), write_5m, write_1h,
                   count(thinking) if is_number(thinking) else -1, count(searches))

    def message(self, line: dict, message: dict, at: Where) -> None:
        """Agents, tools and API errors of a line, nested or not."""
        if at.side and at.agent:
            self.agents[at.agent]  # inserts the agent into the defaultdict: it was seen
        if message.get("model") == "<synthetic>" and line.get("isApiErrorMessage") is True:
            if not self.refuses(*measures(line)):
                self.event("api_error_message", at)
        blocks = items(message.get("content"))
        told = [b for b in blocks if b.get("type") == "tool_result"]
        result = line.get("toolUseResult") if len(told) == 1 else None
        for block in blocks:
            if block.get("type") == "tool_use" and string(block.get("id")):
                name = string(block.get("name")) or ""
                self.uses[block["id"]].append(Use(at, name, input_lines(name, table(block.get("input")))))
        for block in told:
            if string(block.get("tool_use_id")):
                made = table(result)
                content = made.get("content") if made.get("type") == "create" else None
                self.results[block["tool_use_id"]].append(Result(
                    at, outcome_of(block.get("is_error"), first_text(block.get("content")), result), patch_lines(made),
                    (len(split_lines(content)), 0) if isinstance(content, str) else None))
        sha = string(table(table(table(line.get("toolUseResult")).get("gitOperation")).get("commit")).get("sha"))
        if sha:
            self.commits[sha].append(at)
        if at.side and at.agent and not told and line.get("type") == "user" and line.get("isMeta") is not True:
            text = first_text(message.get("content"))
            if not text.startswith((INTERRUPTION, *OUTPUT_STARTS, *INJECTED_STARTS)):
                self.agents[at.agent].add(text == WARMUP)

    def event(self, kind: str, at: Where) -> None:
        self.events[kind, at.uuid or (at.session, at.time)].append(at)

    def user(self, line: dict, content: Any, at: Where) -> None:
        """A user line: a prompt, a command, an interruption, or nothing that is counted."""
        if line.get("toolUseResult") is not None or any(b.get("type") == "tool_result" for b in items(content)):
            return
        if line.get("isMeta") is True:
            return
        if line.get("isCompactSummary") is True or line.get("isVisibleInTranscriptOnly") is True:
            return self.event("compaction_summary", at)
        texts = [content] if isinstance(content, str) else [
            b["text"] for b in items(content) if b.get("type") == "text" and isinstance(b.get("text"), str)]
        texts = [t for t in (IDE_BLOCK.sub("", t, count=1) if IDE_BLOCK.match(t) else t for t in texts) if t]
        text = texts[0] if texts else ""
        if text.startswith("This session is being continued"):
            return self.event("compaction_summary", at)
        if at.side:
            return
        if string(table(line.get("origin")).get("kind")) not in (None, "human"):
            return
        if text.startswith(INTERRUPTION):
            self.event("interrupt", at)
        elif text.startswith(OUTPUT_STARTS) or text.startswith(INJECTED_STARTS):
            pass
        elif text.startswith(COMMAND_STARTS):
            self.event("slash_command", at)
        elif text.startswith("<bash-input>"):
            self.event("bash_command", at)
        elif text or any(b.get("type") in ("image", "document") for b in items(content)):
            self.prompt(at)

    def prompt(self, at: Where) -> None:
        self.prompts[at.uuid or (at.session, at.time)].append(at)

    def other(self, line: dict, at: Where) -> None:
        kind, subtype = line.get("type"), line.get("subtype")
        if kind == "system":
            if self.refuses(*measures(line)):
                pass
            elif subtype == "api_error":
                self.event("api_retry", at)
            elif subtype == "compact_boundary":
                self.event("compaction", at)
            elif subtype == "microcompact_boundary":
                self.event("microcompaction", at)
            elif subtype == "local_command" and str(line.get("content")).startswith(COMMAND_STARTS):
                self.event("slash_command", at)
        elif kind == "attachment":
            queued = table(line.get("attachment"))
            origin = table(queued.get("origin")) or table(line.get("origin"))
            if (queued.get("type") == "queued_command" and queued.get("commandMode") == "prompt"
                    and origin.get("kind") == "human" and not at.side and line.get("isMeta") is not True):
                self.prompt(at)
        elif kind == "pr-link" and string(line.get("prUrl")):
            self.pulls.add(line["prUrl"])

    # merging

    def noise(self, at: Where) -> bool:
        """Whether a helper that the client starts by itself wrote the row: its tokens count, its actions do not."""
        return at.agent is not None and (at.agent.startswith(("acompact-", "aprompt_suggestion-"))
                                         or self.agents.get(at.agent) == {True})

    def owner(self, places: Iterable[Where]) -> Optional[str]:
        places = [p for p in places if p.session is not None]
        places = [p for p in places if not p.side] or places
        if not places:
            return None
        return min(places, key=lambda p: (p.time, self.tie(p.session or ""))).session

    def tie(self, session: str) -> Any:
        if self.key is None:
            return session
        return siphash.ident(self.key, "session", session.encode("utf-8", "surrogatepass"))

    def merged_rows(self) -> Iterator[list]:
        """The rows of each response, after separating responses of a gateway that repeats one constant id."""
        apart = set()
        for (key, suffix), rows in self.rows.items():
            if key[0] != "id" or suffix:
                continue
            groups: dict = defaultdict(list)
            for row in rows:
                groups[row.where.request].append(row)
            seen = [(min(r.where.time for r in g), min(g, key=Row.rank).input) for g in groups.values()]
            seen = [s for s in seen if s[0] != FOREVER]
            if any(abs(a[0] - b[0]) > DAY and a[1] != b[1] for a in seen for b in seen):
                apart.add(key)
        self.constant_ids = len(apart)
        for (key, _), rows in self.rows.items():
            if key not in apart:
                yield rows
                continue
            groups = defaultdict(list)
            for row in rows:
                groups[row.where.request].append(row)
            yield from groups.values()

    def report(self) -> dict:
        sessions = set()
        undated = 0

        cells: dict = defaultdict(Counter)
        quality: dict = {q: Counter(responses=0, output=0) for q in ("final", "partial", "placeholder")}
        for rows in self.merged_rows():
            row = min(rows, key=Row.rank)
            time = min(r.where.time for r in rows)
            undated += time == FOREVER
            sessions.add(self.owner(r.where for r in rows))
            cells[day_of(time), row.model].update(
                responses=1, input=row.input, output=row.output, cache_read=row.read, cache_write_5m=row.write_5m,
                cache_write_1h=row.write_1h, reasoning=max(row.reasoning, 0), web_searches=max(r.searches for r in rows))
            known = ("final" if any(r.stop for r in rows) else
                     "placeholder" if row.placeholder else "partial")
            quality[known].update(responses=1, output=row.output)

        prompt_days: Counter = Counter()
        for places in self.prompts.values():
            time = min(p.time for p in places)
            undated += time == FOREVER
            prompt_days[str(day_of(time) or "null")] += 1
            sessions.add(self.owner(places))

        events: Counter = Counter()
        for (kind, _), places in self.events.items():
            places = [p for p in places if not self.noise(p)]
            if places:
                events[kind] += 1
                undated += min(p.time for p in places) == FOREVER

        calls: dict = defaultdict(Counter)
        lines: dict = defaultdict(lambda: [0, 0])
        for key, uses in self.uses.items():
            uses = [u for u in uses if not self.noise(u.where)]
            results = [r for r in self.results.get(key, ()) if not self.noise(r.where)]
            if not uses:
                continue
            use = min(uses, key=lambda u: (u.where.time, u.name, u.lines))
            outcome = min((r.outcome for r in results), key=OUTCOMES.index, default="unknown")
            if outcome == "ignored":
                continue
            calls[use.name][outcome] += 1
            undated += use.where.time == FOREVER
            if outcome == "ok":
                told = [(r.where.time, r.patch or r.created) for r in results
                        if r.patch is not None or (use.name == "Write" and r.created is not None)]
                added, removed = min(told)[1] if told else use.lines
                if added or removed:
                    lines[use.name][0] += added
                    lines[use.name][1] += removed

        here = Where(FOREVER, None, True, None, None, None, ())
        return {
            "responses": [{"day": day, "model": model, **cells[day, model]}
                          for day, model in sorted(cells, key=lambda c: (c[0] or "", c[1] or ""))],
            "tool_calls": calls,
            "prompts": {"total": len(self.prompts), "by_day": prompt_days},
            "events": events,
            "lines": {"added": sum(v[0] for v in lines.values()), "removed": sum(v[1] for v in lines.values()),
                      "by_tool": {tool: {"added": v[0], "removed": v[1]} for tool, v in lines.items()}},
            "sessions": len(sessions - {None}),
            "output_quality": quality,
            "rejected": self.rejected,
            "undated": undated,
            "commits": sum(any(not self.noise(p) for p in places) for places in self.commits.values()),
            "pull_requests": len(self.pulls),
            "subagents": sum(not self.noise(here._replace(agent=a)) for a in self.agents),
            "constant_ids": self.constant_ids,
        }


def stamp_or_forever(value: Any) -> int:
    time = stamp(value)
    return FOREVER if time is None else time


def main(make: Callable[[Optional[bytes]], Any]) -> int:
    parser = argparse.ArgumentParser(description=(sys.modules["__main__"].__doc__ or "").split("\n")[0])
    parser.add_argument("--key", metavar="HEXFILE", help="key that breaks ties between sessions")
    parser.add_argument("roots", nargs="+", metavar="ROOT")
    options = parser.parse_args()
    key = None
    if options.key:
        with open(options.key, encoding="ascii") as file:
            key = bytes.fromhex(file.read().strip())
    oracle = make(key)
    for path in transcripts(options.roots):
        oracle.read(path)
    json.dump(oracle.report(), sys.stdout, sort_keys=True, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(Oracle))
