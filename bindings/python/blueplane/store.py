"""A store: reading new records into it, querying it, and maintaining it.

Knows the functions that take a store. The library locks the handle, so threads may share one.
"""
from __future__ import annotations

import contextlib
import datetime
import json
import os
import threading
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence, Union

from . import _copies, errors, render
from ._blueplane import ffi, lib
from ._call import Bytes, Path, call, content, made, taken, utf8
from .places import places
from .query import Names, Query, When, is_day, microseconds, names, today
from .result import Result

ACCESSES = {"none": lib.BP_ACCESS_NONE, "owner": lib.BP_ACCESS_OWNER, "lead": lib.BP_ACCESS_LEAD,
            "manager": lib.BP_ACCESS_MANAGER, "devops": lib.BP_ACCESS_DEVOPS, "research": lib.BP_ACCESS_RESEARCH,
            "steward": lib.BP_ACCESS_STEWARD}
PHASES = ("looking", "reading", "storing")
_DAYS = {"time.day": 1, "time.week": 7}  # days that a row spans


@dataclass(frozen=True)
class Progress:
    """How far an ingest is."""
    phase: str
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int


ProgressCall = Callable[[Progress], object]


@dataclass(frozen=True)
class Report:
    """What an ingest did."""
    files_seen: int = 0
    files_changed: int = 0
    files_failed: int = 0
    bytes_read: int = 0
    bytes_pending: int = 0
    records_read: int = 0
    records_stored: int = 0
    records_updated: int = 0
    records_duplicate: int = 0
    records_rejected: int = 0
    records_undated: int = 0
    fields_dropped: int = 0
    records_erased: int = 0

    def __add__(self, other: Report) -> Report:
        return Report(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def __str__(self) -> str:
        return (f"{self.files_changed} of {self.files_seen} files read, {self.records_stored} new facts, "
                f"{self.records_updated} completed, {self.records_rejected} records rejected")

    def _repr_html_(self) -> str:
        return render.card("Ingest", [(field.name.replace("_", " "), f"{getattr(self, field.name):,}")
                                      for field in fields(self) if getattr(self, field.name)])


class _Watch:
    """The state for the callback of a running ingest, and the exception that stopped it."""

    def __init__(self, progress: Optional[ProgressCall]) -> None:
        self.progress = progress
        self.stopped: Optional[BaseException] = None


def _on_progress(user: Any, p: Any) -> int:
    watch: _Watch = ffi.from_handle(user)
    if watch.progress is not None:
        watch.progress(Progress(PHASES[p.phase], p.files_done, p.files_total, p.bytes_done, p.bytes_total))
    return 0


class _Clock:
    """A replacement for the machine's clock, and the exception that stopped it."""

    def __init__(self, now: Callable[[], datetime.datetime]) -> None:
        self.now = now
        self.stopped: Optional[BaseException] = None


def _on_clock(user: Any) -> int:
    clock: _Clock = ffi.from_handle(user)
    return microseconds(clock.now())


def _on_error(kind: type[BaseException], why: BaseException, trace: TracebackType) -> None:
    """Keeps an exception of a callback until the library has returned. An exception from a signal may be raised
    before the callback's first line, where the callback could not catch it: Ctrl-C keeps what was read."""
    ffi.from_handle(trace.tb_frame.f_locals["user"]).stopped = why


ffi.def_extern(name="bpy_progress", error=1, onerror=_on_error)(_on_progress)
ffi.def_extern(name="bpy_clock", onerror=_on_error)(_on_clock)


class Store:
    """An open store, by default the person's own. Use it in a `with` statement, or close it."""

    def __init__(self, path: Optional[Path] = None, *, access: str = "owner", scope: Optional[str] = None,
                 read_only: bool = False, memory: bool = False, key_path: Optional[Path] = None,
                 zone: Optional[str] = None, clock: Optional[Callable[[], datetime.datetime]] = None) -> None:
        if access not in ACCESSES:
            raise errors.InvalidError("there is no such access", {"name": access, "allowed": ", ".join(ACCESSES)})
        if path is None and not memory:
            found = places()
            path, zone = found.store, zone or found.zone
            os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        self.path = None if path is None else os.fspath(path)
        self.access, self.zone = access, zone
        self._lock = threading.RLock()
        self._inside = False  # this thread is in a call: its callback, a signal handler or a finalizer must not start another
        self._closing = threading.Lock()  # cancel() never reaches a handle that is being closed
        self._clock = None if clock is None else _Clock(clock)
        options = ffi.new("bp_open_options *", {"struct_size": ffi.sizeof("bp_open_options")})
        options.flags = (lib.BP_OPEN_READONLY if read_only else 0) | (lib.BP_OPEN_MEMORY if memory else 0)
        options.access = ACCESSES[access]
        keep = [ffi.new("char[]", utf8(value)) for value in (scope, key_path and os.fspath(key_path)) if value]
        if scope:
            options.scope = keep[0]
        if key_path:
            options.key_path = keep[-1]
        if self._clock is not None:
            self._clock_user = ffi.new_handle(self._clock)
            options.clock, options.clock_user = lib.bpy_clock, self._clock_user
        if self.path is not None and not memory:
            _copies.before_open(self.path)
        self._handle: Any = None
        with self._timed():
            self._handle = ffi.gc(made("bp_store", lib.bp_open, utf8(self.path), options), lib.bp_close)
        _copies.opened(self)

    # --------------------------------------------------------------------------------- lifetime

    def close(self) -> None:
        """Closes the store; results made from it stay valid. Waits for a call that is running."""
        with self._lock:
            self._outside()
            with self._closing:
                if self._handle is not None:
                    ffi.release(self._handle)
                    self._handle = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: Optional[type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        return self._handle is None

    def _open(self) -> Any:
        if self._handle is None:
            raise errors.InvalidError("the store is closed")
        return self._handle

    def _outside(self) -> None:
        """Refuses a nested call. The lock does not: it is reentrant."""
        if self._inside:
            raise errors.InvalidError("a call on this store is running", {"hint": "a callback may cancel it, and nothing else"})

    def cancel(self) -> None:
        """Asks the call that is running on this store, in another thread, to stop."""
        with self._closing:
            if self._handle is not None:
                lib.bp_cancel(self._handle)

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        """Runs one call at a time, and raises what the clock raised meanwhile."""
        with self._lock:
            self._outside()
            self._inside = True
            try:
                yield
            finally:
                self._inside = False
                if self._clock is not None and self._clock.stopped is not None:
                    why, self._clock.stopped = self._clock.stopped, None
                    raise why

    def _call(self, function: Callable[..., int], *arguments: Any) -> None:
        with self._timed():
            call(function, self._open(), *arguments)

    def _result(self, function: Callable[..., int], *arguments: Any, query: Optional[Query] = None) -> Result:
        with self._timed():
            return Result(made("bp_result", function, self._open(), *arguments), self, query)

    # ----------------------------------------------------------------------------------- ingest

    def _ingest(self, function: Callable[..., int], arguments: Sequence[Any], threads: int, restart: bool,
                dry_run: bool, progress: Optional[ProgressCall]) -> Report:
        watch = _Watch(progress)
        handle = ffi.new_handle(watch)
        options = ffi.new("bp_ingest_options *", {"struct_size": ffi.sizeof("bp_ingest_options"), "threads": threads})
        options.flags = (lib.BP_INGEST_RESTART if restart else 0) | (lib.BP_INGEST_DRY_RUN if dry_run else 0)
        options.progress, options.progress_user = lib.bpy_progress, handle
        report = ffi.new("bp_ingest_report *", {"struct_size": ffi.sizeof("bp_ingest_report")})
        try:
            self._call(function, *arguments, options, report)
        except errors.Error as why:
            if watch.stopped is None:
                raise
            if isinstance(why, errors.CancelledError):
                raise watch.stopped from None
            raise why from watch.stopped  # complete records could not be kept
        return Report(**{field.name: int(getattr(report, field.name)) for field in fields(Report)})

    def ingest(self, what: Union[Path, Bytes], source: Optional[str] = None, *, origin: Optional[str] = None,
               threads: int = 1, restart: bool = False, dry_run: bool = False,
               progress: Optional[ProgressCall] = None) -> Report:
        """Reads a folder, a file or bytes. `origin` names where bytes come from. An exception that `progress` raises is
        passed on, and what was complete is kept."""
        settings = (threads, restart, dry_run, progress)
        if isinstance(what, (bytes, bytearray, memoryview)):
            data = ffi.from_buffer(what)
            return self._ingest(lib.bp_ingest_bytes, (utf8(source), utf8(origin), data, len(data)), *settings)
        path = os.fspath(what)
        function = lib.bp_ingest_scan if os.path.isdir(path) else lib.bp_ingest_file
        return self._ingest(function, (utf8(source), utf8(path)), *settings)

    def sync(self, *, threads: int = 2, progress: Union[bool, ProgressCall] = True) -> Report:
        """Reads what is new in the places where the assistants of this machine keep their records. Shows a
        progress bar if tqdm is installed."""
        total = Report()
        for place in places().places:
            if place.exists:
                with _Bar(place.source, progress) as shown:
                    total += self.ingest(place.path, place.source, threads=threads, progress=shown)
        return total

    # ------------------------------------------------------------------------------------ query

    def _now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.timezone.utc) if self._clock is None else self._clock.now()

    def run(self, query: Query) -> Result:
        """Runs a question."""
        return self._result(lib.bp_query_run, query._handle, query=query)

    def metric(self, *metrics: str, by: Optional[Names] = None, since: Optional[When] = None,
               until: Optional[When] = None, period: Optional[str] = None,
               where: Union[Mapping[str, str], Iterable[tuple[str, str]], None] = None, compare: Optional[str] = None,
               order: Optional[str] = None, limit: Optional[int] = None, zone: Optional[str] = None,
               week_start: Optional[str] = None) -> Result:
        """Any metrics by any dimensions; the default range is the last 28 days.

        >>> s.metric("cost", "output_tokens", by=["time.week", "model"], since="2026-07-01")
        """
        if period is not None and (since is not None or until is not None):
            raise errors.InvalidError("a range is a period, or since and until")
        query = Query(*metrics).by(*names(by)).set(order=order, limit=limit, week_start=week_start)
        zone = zone or self.zone
        if since is not None or until is not None:
            if until is None and is_day(since):
                until = today(zone, self._now())
            query.between(since, until, zone)
        else:
            query.period(period or "28d", zone)
        for dimension, value in (where.items() if isinstance(where, Mapping) else where or ()):
            query.where(dimension, value.removeprefix("!"), op="!=" if value.startswith("!") else "=")
        if compare is not None:
            query.compare(compare)
        return self.run(query)

    def drill(self, result: Result, row: int, by: Sequence[str]) -> Result:
        """What a row of an answer is made of; see Result.drill."""
        if result.query is None:
            raise errors.UnsupportedError("only the answer of a query can be drilled into")
        asked = json.loads(result.query.to_json())
        asked.pop("limit", None)  # the number and order of the rows do not matter for one of them
        if asked.get("order", "").removeprefix("-") in asked.get("by", ()):
            del asked["order"]
        narrowed = [dict(one) for one in asked.get("where", [])]
        spans: list[tuple[int, str]] = []
        for column in result.columns:
            if column.role != "dimension":
                continue
            value = result.row(row)[column.name]
            if value is None:  # a filter cannot select an unknown name, and without a filter the row would be the whole
                raise errors.UnsupportedError("a row whose name is not known cannot be drilled into",
                                              {"dimension": column.name})
            if column.name in _DAYS:
                spans.append((_DAYS[column.name], str(value)))
            elif column.name.startswith("time."):
                raise errors.UnsupportedError("a row of this grouping cannot be drilled into",
                                              {"dimension": column.name})
            else:
                narrowed.append({"dimension": column.name, "op": "=", "value": str(value)})
        asked["where"], asked["by"] = narrowed, list(by)
        if not spans:
            return self.run(Query.from_json(asked))
        days, first = min(spans)  # a day and its week: the day
        last = datetime.date.fromisoformat(first) + datetime.timedelta(days=days - 1)
        for key in ("from", "until"):
            asked.pop(key, None)
        whole = self.run(Query.from_json({**asked, "period": f"{first}/{last}"}))
        ends = {"from": max(whole.meta["from"], result.meta["from"]), "until": min(whole.meta["until"], result.meta["until"])}
        if all(whole.meta[key] == end for key, end in ends.items()):
            return whole
        asked.pop("period", None)
        return self.run(Query.from_json({**asked, **ends}))  # the range cuts the week: only the part inside

    # ----------------------------------------------------------------------------- looking after

    def inspect(self, topic: str) -> Result:
        """Facts about the store: "health", "files", "rejects", "coverage", "labels", "sessions", ..."""
        return self._result(lib.bp_inspect, utf8(topic))

    def pending(self, root: Path, source: Optional[str] = None) -> Result:
        """What an ingest of a folder would have to read: for each source its files, how many of them are new or changed,
        how many bytes these have, and how old the oldest change is. Opens no file."""
        return self._result(lib.bp_ingest_pending, utf8(source), utf8(os.fspath(root)))

    def configure(self, topic: str, document: Union[str, Mapping[str, Any]]) -> None:
        """Configures the store with a versioned JSON document: "prices", "labels", "retention", "roster", ..."""
        raw = (document if isinstance(document, str) else json.dumps(document)).encode("utf-8")
        self._call(lib.bp_configure, utf8(topic), raw, len(raw))

    def narrow(self, access: str, scope: Optional[str] = None) -> None:
        """Narrows what this handle may do, for good."""
        if access not in ACCESSES:
            raise errors.InvalidError("there is no such access", {"name": access, "allowed": ", ".join(ACCESSES)})
        self._call(lib.bp_narrow, ACCESSES[access], utf8(scope))
        self.access = access

    def preview(self, what: Union[Path, Bytes], source: Optional[str] = None) -> Result:
        """Field by field, what would be kept, hashed, counted or dropped of a file or of bytes, and by which
        rule. Stores nothing."""
        data = ffi.from_buffer(content(what))
        return self._result(lib.bp_privacy_preview, utf8(source), data, len(data))

    # -------------------------------------------------------------------------- consent and sharing

    def consent(self, purpose: str, audience: str = "lead", *, until: datetime.datetime) -> None:
        """Lets an audience see your own numbers of a family of metrics, for at most 180 days. `inspect("consent")` lists
        every such decision."""
        self._call(lib.bp_consent_set, utf8(purpose), utf8(audience), 1, microseconds(until))

    def withdraw(self, purpose: str, audience: str = "lead") -> None:
        """Takes a consent back. It takes effect at the next call of every handle."""
        self._call(lib.bp_consent_set, utf8(purpose), utf8(audience), 0, 0)

    def erase(self, *, session: Optional[str] = None, workspace: Optional[str] = None, source: Optional[str] = None,
              since: Optional[datetime.datetime] = None, until: Optional[datetime.datetime] = None,
              everything: bool = False, expired: bool = False, subject: Optional[str] = None,
              published: Optional[str] = None) -> Result:
        """Erases for good what matches all arguments, or everything, or what is older than the retention
        allows; of a team's store what is kept of a member (`subject`), or what was published of a week
        (`published`). The result is a receipt."""
        wanted: dict[str, Any] = {"session": session, "workspace": workspace, "source": source,
                                  "from_us": since and microseconds(since), "until_us": until and microseconds(until),
                                  "everything": everything or None, "expired": expired or None,
                                  "subject": subject, "published": published}
        selector = {"version": 1, **{key: value for key, value in wanted.items() if value is not None}}
        raw = json.dumps(selector).encode("utf-8")
        return self._result(lib.bp_erase, raw, len(raw))

    def share(self, window: Optional[str], audience: Optional[str] = None) -> bytes:
        """The sealed bundle of a week, "2026-W07", for the team that was joined. `share(None, "lead")` holds what you
        agreed to and nothing else, so that consent can be taken back without waiting for the next week."""
        out, length = ffi.new("void **"), ffi.new("size_t *")
        with self._timed():
            call(lib.bp_share_export, out, length, self._open(), utf8(audience), utf8(window))
            return taken(out, length)  # before an exception of the clock is raised

    def merge(self, what: Union[Path, Bytes]) -> Result:
        """Merges a bundle into a team's store, or a release into an organisation's: a file or bytes."""
        data = ffi.from_buffer(content(what))
        return self._result(lib.bp_share_merge, data, len(data))

    def publish(self, window: str, release: Optional[Path] = None) -> Result:
        """Publishes a closed week of a team's store, once and for ever, and writes the release."""
        return self._result(lib.bp_publish, utf8(window), utf8(release if release is None else os.fspath(release)))

    def publish_lead(self, window: str, team: str, file: Optional[Path] = None) -> Result:
        """Writes the file of a team's lead for a published week: the team's cells, and the members who agreed to be
        seen. It opens with access "lead" only."""
        path = utf8(file if file is None else os.fspath(file))
        return self._result(lib.bp_publish_lead, utf8(window), utf8(team), path)

    def __reduce__(self) -> str:
        raise TypeError("a store is neither copied nor pickled: open it again")

    def __repr__(self) -> str:
        state = "closed" if self.closed else self.access
        return f"<blueplane.Store {self.path or 'in memory'} ({state})>"

    def _repr_html_(self) -> str:
        rows = [("access", self.access), ("zone", self.zone or "UTC")]
        if not self.closed:
            try:
                health = self.inspect("health")
                rows += [(str(row["name"]).replace("_", " "), f"{row['value']:,}") for row in health
                         if isinstance(row.get("value"), int)]
            except errors.Error as why:
                rows.append(("health", why.message))
        return render.card(self.path or "in memory", rows)


class _Bar:
    """A progress bar if tqdm is installed and wanted; else the caller's own function, or nothing."""

    def __init__(self, name: str, wanted: Union[bool, ProgressCall]) -> None:
        self._bar: Any = None
        self._call: Optional[ProgressCall] = None if isinstance(wanted, bool) else wanted
        if wanted is True:
            try:
                from tqdm.auto import tqdm
                self._bar = tqdm(desc=name, unit="B", unit_scale=True, leave=False)
                self._call = self._show
            except ImportError:
                pass

    def _show(self, progress: Progress) -> None:
        self._bar.total = progress.bytes_total
        self._bar.update(progress.bytes_done - self._bar.n)

    def __enter__(self) -> Optional[ProgressCall]:
        return self._call

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def describe(what: Union[Path, Bytes]) -> Result:
    """What a bundle, a release, a signed roster or an invitation says about itself, provided its signature is valid."""
    data = ffi.from_buffer(content(what))
    return Result(made("bp_result", lib.bp_share_describe, data, len(data)))
