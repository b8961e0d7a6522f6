"""Queries: which metrics, over which range, grouped by what, compared with what.

Knows the builder functions and the JSON form, but no store and no result.
"""
from __future__ import annotations

import datetime
import json
from typing import Any, Callable, Iterable, Mapping, Optional, Union

from . import errors
from ._blueplane import ffi, lib
from ._call import call, checked, made, taken, utf8

When = Union[str, datetime.date, datetime.datetime]
Names = Union[str, Iterable[str]]
OPEN_FROM, OPEN_UNTIL = -(1 << 63), (1 << 63) - 1
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def names(given: Optional[Names]) -> list[str]:
    return [] if given is None else [given] if isinstance(given, str) else list(given)


def microseconds(instant: datetime.datetime) -> int:
    if not isinstance(instant, datetime.datetime):
        raise TypeError(f"expected a date, a datetime or a text, not {type(instant).__name__}")
    if instant.tzinfo is None:
        raise errors.InvalidError("a datetime needs a time zone", {"hint": "give a date for a whole day"})
    return (instant - _EPOCH) // datetime.timedelta(microseconds=1)


def today(zone: Optional[str], now: datetime.datetime) -> datetime.date:
    """The current date in a zone."""
    offset = ffi.new("int32_t *")
    call(lib.bp_zone_offset, offset, ffi.NULL, ffi.NULL, utf8(zone or "UTC"), microseconds(now))
    return (_EPOCH + datetime.timedelta(seconds=offset[0], microseconds=microseconds(now))).date()


def is_day(when: Optional[When]) -> bool:
    return isinstance(when, str) or (isinstance(when, datetime.date) and not isinstance(when, datetime.datetime))


class Query:
    """A query, built step by step; each step returns the query itself.

    >>> Query("cost", "lines_added").by("time.week").period("90d", zone="Europe/Berlin")
    """

    def __init__(self, *metrics: str) -> None:
        self._handle = ffi.gc(made("bp_query", lib.bp_query_new), lib.bp_query_free)
        self.metric(*metrics)

    @classmethod
    def from_json(cls, document: Union[str, bytes, Mapping[str, Any]]) -> Query:
        """Makes a query from the JSON form of docs/formats/query.md."""
        if isinstance(document, Mapping):
            document = json.dumps(document)
        raw = document.encode("utf-8") if isinstance(document, str) else document
        query = cls.__new__(cls)
        query._handle = ffi.gc(made("bp_query", lib.bp_query_from_json, raw, len(raw)), lib.bp_query_free)
        return query

    def _step(self, code: int) -> None:
        """Raises the error of a failed step: a step returns only a code, and to_json() reports the error that the
        query stored."""
        if code != 0:
            self.to_json()
            checked(code)

    def metric(self, *metrics: str) -> Query:
        """Adds metrics, by id or number."""
        for metric in metrics:
            self._step(lib.bp_query_metric(self._handle, utf8(metric)))
        return self

    def by(self, *dimensions: str) -> Query:
        """Groups by dimensions."""
        for dimension in dimensions:
            self._step(lib.bp_query_by(self._handle, utf8(dimension)))
        return self

    def where(self, dimension: str, value: str, *, op: str = "=") -> Query:
        """Adds a filter; op is "=" or "!="."""
        self._step(lib.bp_query_where(self._handle, utf8(dimension), utf8(op), utf8(value)))
        return self

    def period(self, period: str, zone: Optional[str] = None) -> Query:
        """Sets the range by name: "today", "28d", "2026-07-01/2026-07-31", "all", ..."""
        self._step(lib.bp_query_period(self._handle, utf8(period), utf8(zone)))
        return self

    def between(self, since: Optional[When], until: Optional[When], zone: Optional[str] = None) -> Query:
        """Sets the range from `since` on. Days (dates, or texts YYYY-MM-DD) are whole, the last one included; an instant
        `until` is the first moment that is not."""
        if since is not None and is_day(since) and until is not None and is_day(until):
            return self.period(f"{since}/{until}", zone)
        if since is not None and is_day(since) and until is None:
            return self.period(f"{since}/{today(zone, datetime.datetime.now(datetime.timezone.utc))}", zone)
        if is_day(since) or is_day(until):
            raise errors.InvalidError("since and until are both days or both instants")
        first = OPEN_FROM if since is None else microseconds(since)  # type: ignore[arg-type]
        last = OPEN_UNTIL if until is None else microseconds(until)  # type: ignore[arg-type]
        self._step(lib.bp_query_range(self._handle, first, last, utf8(zone)))
        return self

    def compare(self, baseline: Optional[str]) -> Query:
        """Adds baseline, difference and relative difference: "previous", "year", "average", ..."""
        self._step(lib.bp_query_compare(self._handle, utf8(baseline)))
        return self

    def set(self, **options: object) -> Query:
        """Sets options by name: week_start, order, limit."""
        for key, value in options.items():
            if value is not None:
                self._step(lib.bp_query_set(self._handle, utf8(key), utf8(str(value))))
        return self

    def to_json(self) -> str:
        """The canonical JSON form: the same question always gives the same text."""
        out, length = ffi.new("char **"), ffi.new("size_t *")
        call(lib.bp_query_to_json, out, length, self._handle)
        return taken(out, length).decode("utf-8")

    def __reduce__(self) -> tuple[Callable[[str], Query], tuple[str]]:
        return Query.from_json, (self.to_json(),)

    def __repr__(self) -> str:
        return f"Query.from_json({self.to_json()!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Query) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]
