#!/usr/bin/env python3
"""Checks docs/errors.md and docs/limits.md against the library: promises.py LIBRARY

Triggers each error code through the public interface, unless it needs a failing machine (other tests do those); goes to
each limit that a call can reach, where the call must succeed, and one beyond, where it must return the code in the
table; and has a record refused for each reason. Every row of the tables must be covered here.
"""
from __future__ import annotations

import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from ctypes import CFUNCTYPE, Structure, byref, c_int, c_size_t, c_uint32, c_void_p, cast, sizeof
from typing import Any, Callable

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/privacy"))
import library  # noqa: E402

DAY_US = 86400 * 10**6
READONLY = 1
NOW = 1772453000 * 10**6  # 2026-03-02
LINE = '{"blueplane":1,"kind":"prompt","platform":"x","session":"s%d","id":"p","time":"2026-03-02T09:00:00Z"}\n'

# Codes that need more than a call: the test that triggers them.
ELSEWHERE = {"BP_ERR_NOMEM": "tests/fault/test_alloc.c", "BP_ERR_CONSENT": "tests/privacy/test_merge.c",
             "BP_ERR_INTERNAL": "tests/unit/test_table.c"}
# Limits that no call reaches quickly: the test or the code that has them.
LIMITS_ELSEWHERE = {
    "text of one column of a result; a result written as text": "libblueplane/result/table.c",
    "a file, a line, a value that is skipped": "tests/e2e/test_bad_input.py",
    "a value in a database of another program": "libblueplane/store/foreign.h",
    "sources": "libblueplane/sources/source.c",
    "the file": "libblueplane/store/facts.h",
    "a refused record that is remembered": "libblueplane/store/migrations/0001_facts.sql",
    "memory of an ingest": "libblueplane/store/batch.h",
    "time it waits for another writer": "tests/fault/test_threading.c",
    "path": "tests/e2e/test_bad_input.py",
}


class IngestOptions(Structure):
    _fields_ = [("struct_size", c_uint32), ("flags", c_uint32), ("threads", c_uint32), ("reserved", c_uint32), ("progress", c_void_p),
                ("progress_user", c_void_p)]


class Report(Structure):
    _fields_ = [("struct_size", c_uint32), ("flags", c_uint32)] + [(name, library.ctypes.c_uint64) for name in (
        "files_seen", "files_changed", "files_failed", "bytes_read", "bytes_pending", "records_read", "records_stored", "records_updated",
        "records_duplicate", "records_rejected", "records_undated", "fields_dropped", "records_erased")]


PROGRESS = CFUNCTYPE(c_int, c_void_p, c_void_p)


def code_of(call: Callable, *arguments: Any) -> int:
    try:
        call(*arguments)
    except library.Refused as refused:
        return refused.code
    return 0


class World:
    def __init__(self, path: str, folder: pathlib.Path) -> None:
        self.library, self.folder = library.Library(path), folder
        self.library.now = NOW
        self.mine = self.library.open(None, "owner")
        self.events = 0

    def store(self, name: str, access: str = "owner", flags: int = 0) -> library.Store:
        """A store in a file, with the flags of bp_open."""
        store = library.Store.__new__(library.Store)
        store.library, store.store = self.library, library.P()
        options = library.Options(sizeof(library.Options), flags, library.CODE[access])
        options.clock = cast(self.library.clock, library.P)
        self.library.call("bp_open", byref(store.store), str(self.folder / name).encode(), byref(options))
        return store

    def ingest(self, lines: str, threads: int = 0, progress: Any = None, store: Any = None, source: bytes = b"native") -> Report:
        options = IngestOptions(sizeof(IngestOptions), 0, threads, 0, cast(progress, c_void_p) if progress else None)
        report, data = Report(sizeof(Report)), lines.encode()
        self.library.call("bp_ingest_bytes", (store or self.mine).store, source, b"here", data, c_size_t(len(data)), byref(options),
                          byref(report))
        return report

    def format(self, how: str) -> None:
        result = library.P()
        self.library.call("bp_catalog", byref(result), b"errors")
        text, length = library.P(), c_size_t()
        try:
            self.library.call("bp_result_format", byref(text), byref(length), result, how.encode())
        finally:
            self.library.bp.bp_result_free(result)
            self.library.bp.bp_free(text)

    def query(self, **asked: Any) -> list:
        return self.mine.query(**{"metrics": ["prompts"], "period": "all", **asked})

    def query_text(self, size: int) -> None:
        text = '{"metrics":["prompts"],"period":"all"}'.ljust(size).encode()
        made = library.P()
        self.library.call("bp_query_from_json", byref(made), text, c_size_t(len(text)))
        self.library.bp.bp_query_free(made)


# ------------------------------------------------------------------------------------------- codes

def busy(w: World) -> None:
    store = w.store("busy.db")
    holder = subprocess.Popen([sys.executable, "-c", "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                               "c.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\nsys.stdin.read()", w.folder / "busy.db"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        w.ingest(LINE % 1, store=store)
    finally:
        holder.stdin.close()
        holder.wait()
        store.close()


def full_disk(w: World) -> None:
    """A file that may not grow: the system reports it like a full disk."""
    store = w.store("full.db")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        w.ingest("".join(LINE % i for i in range(2000)), store=store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        store.close()


def damaged(w: World) -> None:
    w.store("damaged.db").close()
    with open(w.folder / "damaged.db", "r+b") as file:
        file.write(b"This is no database, whatever it was before. " * 100)
    w.store("damaged.db")


def newer(w: World) -> None:
    w.store("newer.db").close()
    for name in ("newer.db", "newer.db.key"):
        shutil.copy(w.folder / name, w.folder / ("copy-" + name))
    subprocess.run([sys.executable, "-c", "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('PRAGMA user_version = 99')\n"
                    "c.commit()", w.folder / "copy-newer.db"], check=True)
    w.store("copy-newer.db")


def too_short(w: World) -> None:
    options = library.Options(3)
    w.library.call("bp_open", byref(library.P()), b"x", byref(options))


def read_only(w: World) -> None:
    w.store("read.db").close()
    store = w.store("read.db", flags=READONLY)
    try:
        w.ingest(LINE % 1, store=store)
    finally:
        store.close()


CODES = {
    "BP_ERR_INVALID": lambda w: w.mine.share("2026-W99"),
    "BP_ERR_IO": full_disk,
    "BP_ERR_BUSY": busy,
    "BP_ERR_NOTFOUND": lambda w: w.query(metrics=["never_heard_of"]),
    "BP_ERR_FORMAT": lambda w: w.mine.configure("prices", "{"),
    "BP_ERR_UNSUPPORTED": lambda w: w.query(by=["language"]),
    "BP_ERR_DENIED": lambda w: w.library.open(None, "owner").publish("2026-W07", str(w.folder / "release")),
    "BP_ERR_READONLY": read_only,
    "BP_ERR_CORRUPT": damaged,
    "BP_ERR_SCHEMA": newer,
    "BP_ERR_ABI": too_short,
    "BP_ERR_CANCELLED": lambda w: w.ingest("".join(LINE % i for i in range(2000)), progress=PROGRESS(lambda user, at: 1)),
    "BP_ERR_LIMIT": lambda w: w.query(metrics=["prompts"] * 17),
}

# ------------------------------------------------------------------------------------------ limits


def many(w: World, member: str, count: int) -> None:
    """A query with so many metrics, dimensions or filters, each with another name where needed."""
    ids = [row["metric"] for row in w.library.catalog("metrics") if row["family"] in ("activity", "output", "tokens")]
    by = ["platform", "time.day", "time.hour", "session", "workspace"]
    named = {"metrics": ids, "by": by, "where": [{"dimension": "platform", "op": "!=", "value": "y"}] * 17}
    w.query(**{member: named[member][:count]})


def labels(w: World, size: int, depth: int = 0) -> None:
    inner = "[" * depth + "]" * depth
    text = '{"version":1,"keep":true' + (f',"more":{inner}' if depth else "") + "}"
    w.mine.configure("labels", text + " " * (size - len(text)))


def model_of(w: World, length: int) -> None:
    rates = {"input": "1", "output": "1"}
    w.mine.configure("prices", {"version": 1, "as_of": "2026-01-01", "source": "a test", "models": [
        {"name": "m" * length, "provider": "house", "entries": [rates]}]})


def read(w: World, **members: Any) -> tuple:
    """What happened to an event: stored, refused, partly dropped, undated."""
    w.events += 1
    event = {"blueplane": 1, "kind": "response", "platform": "x", "session": "s", "id": f"r{w.events}", "model": "m",
             "time": "2026-03-02T09:00:00Z", **members}
    report = w.ingest(json.dumps(event) + "\n")
    return report.records_stored, report.records_rejected, report.fields_dropped, report.records_undated


def transcribed(w: World, request: str = "q", time: str = "2026-03-02T09:00:00Z", session: str = "s", tools: int = 0) -> tuple:
    """The same for a line of Claude Code."""
    w.events += 1
    content = [{"type": "tool_use", "id": f"t{w.events}.{i}", "name": "Read", "input": {}} for i in range(tools)]
    line = {"type": "assistant", "uuid": f"u{w.events}", "sessionId": session, "timestamp": time, "requestId": request,
            "message": {"id": f"m{w.events}", "model": "m", "content": content, "usage": {"input_tokens": 1, "output_tokens": 1}}}
    report = w.ingest(json.dumps(line) + "\n", source=b"claude_code")
    return report.records_stored, report.records_rejected, report.fields_dropped, report.records_undated


def rostered(w: World, **changed: Any) -> None:
    """A team's usual roster with some members of its document changed."""
    steward = w.library.open(None, "steward")
    try:
        steward.configure("roster", {"blueplane.roster": 1, "organisation": "o", "teams": ["t"], "projects": [], "seats": [],
                                     "members": [{"id": "m", "team": "t"}], **changed})
    finally:
        steward.close()


def several(what: str, count: int, **more: Any) -> list:
    return [{what: f"x{i:05}", **more} for i in range(count)]


def seats(platforms: int, of_one: int) -> list:
    return several("platform", platforms, seats=of_one)


def keys(count: int) -> list:
    return [f"{i:064x}" for i in range(count)]


def trusted(w: World, count: int) -> None:
    organisation = w.library.open(None, "steward", scope="organisation")
    try:
        organisation.configure("trust", {"version": 1, "stores": keys(count)})
    finally:
        organisation.close()


def merged(w: World, size: int) -> Any:
    """Why a team's store refuses so many bytes."""
    steward = w.library.open(None, "steward")
    try:
        steward.merge(b"blueplane.bundle".ljust(size))
    except library.Refused as refused:
        return refused.reason
    finally:
        steward.close()


def released(w: World, size: int) -> None:
    """Opens a file that begins like a release."""
    path = w.folder / "large.release"
    if not path.exists():
        shutil.copy(release(w), path)
    os.truncate(path, size)
    w.library.open(str(path), "manager").close()


def release(w: World) -> pathlib.Path:
    """The release of a week that nobody shared."""
    path = w.folder / "empty.release"
    if not path.exists():
        steward = w.store("team.db", "steward")
        steward.configure("roster", {"blueplane.roster": 1, "organisation": "o", "teams": ["t"], "members": [{"id": "m", "team": "t"}]})
        steward.publish("2026-W07", str(path))
        steward.close()
    return path


def scoped(w: World, length: int) -> None:
    w.library.open(str(release(w)), "lead", scope="t" * length).close()


def pinned(w: World, size: int) -> None:
    """Opens a release with its store's invitation, filled up with blanks."""
    published, path = release(w), w.folder / "signer.invitation"
    steward = w.store("team.db", "steward")
    try:
        path.write_text(steward.inspect("invitation")[0]["document"].ljust(size), "utf-8")
    finally:
        steward.close()
    w.library.open(str(published), "manager", key=str(path)).close()


def nested(w: World, levels: int) -> tuple:
    w.events += 1
    report = w.ingest(f'{{"blueplane":1,"kind":"prompt","platform":"x","session":"s","id":"p{w.events}","time":"2026-03-02T09:00:00Z",'
                      f'"more":{"[" * (levels - 1)}{"]" * (levels - 1)}}}\n')
    return report.records_stored, report.records_rejected


def without_verdict(w: World, values: int) -> int:
    """Tools of which one half always fails and the other never, on twelve days: all that are tested differ."""
    store = w.library.open(None, "owner")
    w.ingest("".join(json.dumps({"blueplane": 1, "kind": "tool_call", "platform": "x", "session": f"s{day}", "id": f"t{day}-{tool}-{call}",
                                 "time": f"2026-02-{day + 1:02}T09:00:00Z", "tool": f"tool{tool}", "category": "command",
                                 "outcome": "error" if tool % 2 else "ok"}) + "\n"
                     for day in range(12) for tool in range(values) for call in range(3)), store=store)
    rows = store.query(metrics=["comparison", "tool_error_rate"], by=["tool"], period="2026-02-01/2026-02-12")
    store.close()
    return sum(row["verdict"] == "no difference shown" for row in rows) + values - len(rows)


def deep(w: World, levels: int) -> str:
    """Which check refuses: both return FORMAT, one for JSON that is too deep, one with the topic's name for a valid
    document."""
    try:
        labels(w, 0, levels - 1)
    except library.Refused as refused:
        return "labels" if "labels" in str(refused) else "JSON"
    return "taken"


LIMIT, INVALID, FORMAT = -15, -1, -6
TEAMS = "teams, projects of a roster; folders of a project; versions"
NAMES = "a name in a roster; a folder of a project"
KEPT, LEFT_OUT, REFUSED, UNDATED = (1, 0, 0, 0), (1, 0, 1, 0), (0, 1, 0, 0), (1, 0, 0, 1)
# A row of the table; the result of a call at the limit, and one beyond it: a code, or what happened to the event.
LIMITS = [
    ("metrics, dimensions, filters of a query", lambda w, more: code_of(many, w, "metrics", 16 + more), 0, LIMIT),
    ("metrics, dimensions, filters of a query", lambda w, more: code_of(many, w, "by", 4 + more), 0, LIMIT),
    ("metrics, dimensions, filters of a query", lambda w, more: code_of(many, w, "where", 16 + more), 0, LIMIT),
    ("rows that are asked for (`limit`)", lambda w, more: code_of(lambda: w.query(limit=1000000 + more)), 0, FORMAT),
    ("rows by a dimension of time", lambda w, more: code_of(lambda: w.query(period=f"1970-01-01/2084-01-{28 + more}", by=["time.hour"])), 0, LIMIT),
    ("tests of one report", lambda w, more: without_verdict(w, 512 + more), 0, 1),
    ("a query as JSON", lambda w, more: code_of(lambda: w.query_text((1 << 20) + more)), 0, LIMIT),
    ("other documents (prices, roster, labels, a selector)", lambda w, more: code_of(labels, w, (4 << 20) + more), 0, LIMIT),
    ("other documents (prices, roster, labels, a selector)", lambda w, more: deep(w, 32 + more), "labels", "JSON"),
    ("periods `Nd`", lambda w, more: code_of(lambda: w.query(period=f"{9999 + more}d")), 0, FORMAT),
    ("scanning threads", lambda w, more: code_of(w.ingest, LINE % 7, 64 + more), 0, LIMIT),
    ("width of a table", lambda w, more: code_of(w.format, f"table:width={10000 + more}"), 0, INVALID),
    ("name of a model in a price table; references of a benchmark", lambda w, more: code_of(model_of, w, 200 + more), 0, FORMAT),
    ("consent", lambda w, more: code_of(w.mine.consent, "quality", True, w.library.now + 180 * DAY_US + more), 0, INVALID),
    ("an invitation in a file (`key_path`)", lambda w, more: code_of(pinned, w, 4096 + more), 0, LIMIT),
    ("scope of a handle", lambda w, more: code_of(scoped, w, 64 + more), 0, LIMIT),
    ("members of a roster", lambda w, more: code_of(lambda: rostered(w, members=several("id", 10000 + more, team="t"))), 0, FORMAT),
    (TEAMS, lambda w, more: code_of(lambda: rostered(w, teams=["t"] + [f"t{i}" for i in range(999 + more)])), 0, FORMAT),
    (TEAMS, lambda w, more: code_of(lambda: rostered(w, projects=several("id", 1000 + more))), 0, FORMAT),
    (TEAMS, lambda w, more: code_of(lambda: rostered(w, projects=[{"id": "p", "folders": [f"f{i}" for i in range(100 + more)]}])), 0, FORMAT),
    (NAMES, lambda w, more: code_of(lambda: rostered(w, organisation="o" * (64 + more))), 0, FORMAT),
    (NAMES, lambda w, more: code_of(lambda: rostered(w, projects=[{"id": "p", "folders": ["f" * (96 + more)]}])), 0, FORMAT),
    ("devices of a member", lambda w, more: code_of(lambda: rostered(w, members=[{"id": "m", "team": "t", "devices": keys(8 + more)}])), 0, FORMAT),
    ("platforms with seats; seats of one", lambda w, more: code_of(lambda: rostered(w, seats=seats(100 + more, 1))), 0, FORMAT),
    ("platforms with seats; seats of one", lambda w, more: code_of(lambda: rostered(w, seats=seats(1, 50000 + more))), 0, FORMAT),
    ("a bundle", lambda w, more: merged(w, (256 << 10) + more), "malformed", "too_large"),
    ("a release", lambda w, more: code_of(released, w, (64 << 20) + more), FORMAT, LIMIT),
    ("stores that an organisation trusts", lambda w, more: code_of(trusted, w, 1000 + more), 0, FORMAT),
    ("retention", lambda w, more: code_of(w.mine.configure, "retention", {"version": 1, "events_days": 36500 + more}), 0, FORMAT),
    ("an instant in a document, in microseconds", lambda w, more: code_of(w.mine.erase, {"version": 1, "from_us": 2**53 - 1, "until_us": 2**53 + more}), 0, FORMAT),
    ("nesting of JSON", lambda w, more: nested(w, 64 + more), (1, 0), (0, 1)),
    ("an identifier", lambda w, more: transcribed(w, request="q" * (128 + more)), KEPT, LEFT_OUT),
    ("an identifier", lambda w, more: transcribed(w, session="q" * (128 + more)), KEPT, LEFT_OUT),
    ("an identifier", lambda w, more: read(w, request="q" * (128 + more)), KEPT, REFUSED),
    ("a name or path", lambda w, more: read(w, kind="tool_use", tool="edit", file="/" + "f" * (1023 + more)), KEPT, LEFT_OUT),
    ("a count (tokens, lines, characters)", lambda w, more: read(w, input_tokens=2**40 + more), KEPT, LEFT_OUT),
    ("a count (tokens, lines, characters)", lambda w, more: read(w, input_tokens=2**53 + more), LEFT_OUT, REFUSED),
    ("a duration, a cost", lambda w, more: read(w, cost_nano_usd=2**50 + more), KEPT, LEFT_OUT),
    ("tool uses, and tool results, of one line of Claude Code", lambda w, more: transcribed(w, tools=4096 + more), (4097, 0, 0, 0), (4097, 0, 1, 0)),
    ("times", lambda w, more: transcribed(w, time=("9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z")[more]), KEPT, UNDATED),
    ("times", lambda w, more: read(w, time=("1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z")[more]), KEPT, REFUSED),
]


# ---------------------------------------------------------------------------------------- reasons

EVENT = '{"blueplane":1,"kind":"prompt","platform":"x","session":"s","id":"r","time":"2026-03-02T09:00:00Z"%s}'
# An event that is refused for this reason.
REASONS = {
    "syntax": EVENT % ',"prompt":tru',
    "utf8": EVENT % ',"more":"\udcff"',
    "depth": EVENT % (',"more":' + "[" * 64 + "]" * 64),
    "shape": "[1,2]",
    "duplicate": EVENT % ',"id":"again"',
    "number": EVENT % ',"characters":-1',
    "field": EVENT.replace(',"id":"r"', "") % "",
    "version": EVENT.replace('"blueplane":1', '"blueplane":2') % "",
}
REASONS_ELSEWHERE = {"unreadable": "tests/e2e/test_bad_input.py", "compressed": "tests/e2e/test_bad_input.py"}


def refused_for(w: World, event: str) -> list:
    """The reasons in a store that reads only this event; it must continue after it."""
    store = w.library.open(None, "owner")
    try:
        data = (event + "\n" + LINE % 1).encode(errors="surrogateescape")
        w.library.call("bp_ingest_bytes", store.store, b"native", b"here", data, c_size_t(len(data)), None, None)
        read_on = store.query(metrics=["prompts"], period="all")[0]["prompts"]
        return [row["reason"] for row in store.inspect("rejects")] + ([] if read_on == 1 else ["the next is lost"])
    finally:
        store.close()


def first_cells(document: str, heading: str) -> list:
    """The first column of every table that begins with a heading."""
    cells, inside = [], False
    for line in (ROOT / "docs" / document).read_text("utf-8").splitlines():
        inside = line.startswith("|") and (inside or line.startswith(f"| {heading} |"))
        if inside and not line.startswith((f"| {heading} |", "| ---")):
            cells.append(line.split(" | ")[0].lstrip("| ").strip())
    return cells


def topics_of_header(w: World) -> list:
    """The topics in the header's comments are the existing ones."""
    header = (ROOT / "include/blueplane/blueplane.h").read_text("utf-8")
    odd = []
    for call, pattern in (("bp_catalog", r'"(\w+)"'), ("bp_inspect", r'"(\w+)"'), ("bp_configure", r'(?m)^ \*   "(\w+)"')):
        comment = header[:header.index(f"BP_API int {call}(")].rsplit("/*", 1)[1].split("Errors:")[0].split('. bp_catalog "topics"')[0]
        there = {row["topic"] for row in w.library.catalog("topics") if row["call"] == call}
        odd += [f"{call}: the header and the catalogue of topics differ by {name}" for name in sorted(there ^ set(re.findall(pattern, comment)))]
    return odd


def keys_of_header() -> list:
    """The keys of details of errors and results: those that the code sets, the header documents and the bindings
    use."""
    header = (ROOT / "include/blueplane/blueplane.h").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in sorted((ROOT / "libblueplane").glob("*/*.c")))
    odd = []
    for call, given, lists in (
            ("bp_error_detail", "bpi_fail_detail(?:_int)?",
             {"python/blueplane/_call.py": r"DETAILS = \((.*?)\)", "go/errors.go": r"detailKeys = \[\]string\{(.*?)\}"}),
            ("bp_result_meta", "(?:bpi_table_meta|put_meta|put_instant)", {"python/blueplane/result.py": r"META_KEYS = \((.*?)\)"})):
        there = set(re.findall(given + r'\([\w.&>-]+,\s*"(\w+)"', code))
        named = {"the header": header[:header.index(f"BP_API const char *{call}(")].rsplit("/*", 1)[1]}
        for file, pattern in lists.items():
            named[file] = re.findall(pattern, (ROOT / "bindings" / file).read_text("utf-8"), re.S)[0]
        odd += [f"{call}: {who} and the code differ by the key {key}" for who, text in named.items()
                for key in sorted(there ^ set(re.findall(r'"(\w+)"', text)))]
    return odd


def main() -> int:
    failed = keys_of_header()
    codes = [cell.strip("`") for cell in first_cells("errors.md", "code")]
    limits = first_cells("limits.md", "what")
    failed += [f"errors.md has {code}, and nothing here makes it happen" for code in codes if code not in {**CODES, **ELSEWHERE}]
    failed += [f"limits.md has \"{row}\", and nothing here goes to it" for row in limits
               if row not in LIMITS_ELSEWHERE and row not in [limit[0] for limit in LIMITS]]
    failed += [f"limits.md has no row \"{row}\"" for row in [limit[0] for limit in LIMITS] + sorted(LIMITS_ELSEWHERE) if row not in limits]
    failed += [f"{name} is not there" for name in {**LIMITS_ELSEWHERE, **REASONS_ELSEWHERE}.values() if not (ROOT / name).is_file()]
    failed += [f"errors.md has the reason {reason}, and no event here is refused for it" for cell in first_cells("errors.md", "reason")
               for reason in [cell.strip("`")] if reason not in {**REASONS, **REASONS_ELSEWHERE}]
    told = "".join(path.read_text("utf-8") for folder in ("privacy", "e2e") for path in sorted((ROOT / "tests" / folder).glob("test_*.*")))
    reasons = [word for cell in first_cells("errors.md", "refused as") for word in re.findall(r"`(\w+)`", cell)]
    failed += [f"errors.md has the refusal {word}, and no test of stores that share names it" for word in reasons if f'"{word}"' not in told]
    failed += [f"{test} does not name {code}" for code, test in ELSEWHERE.items() if code not in (ROOT / test).read_text("utf-8")]
    with tempfile.TemporaryDirectory() as folder:
        w = World(sys.argv[1], pathlib.Path(folder))
        failed += topics_of_header(w)
        values = dict(re.findall(r"^\| `(BP_ERR_\w+)` \| (-\d+) ", (ROOT / "docs/errors.md").read_text("utf-8"), re.M))
        for name, call in CODES.items():
            said = code_of(call, w)
            if said != int(values.get(name, 0)):
                failed.append(f"{name}: the call says {said}")
        for row, call, at, beyond in LIMITS:
            said = call(w, 0), call(w, 1)
            if said != (at, beyond):
                failed.append(f"{row}: {said[0]} at the limit and {said[1]} beyond it, not {at} and {beyond}")
        for reason, event in REASONS.items():
            said = refused_for(w, event)
            if said != [reason]:
                failed.append(f"{reason}: the event is refused for {said}")
        w.mine.close()
    for problem in failed:
        print(problem)
    print(f"promises: {len(CODES)} codes, {len(LIMITS)} limits, {len(REASONS)} reasons, {len(failed)} not as documented")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
