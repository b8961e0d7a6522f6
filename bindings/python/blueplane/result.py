"""Results: tables in which every missing cell says why.

Knows columns, cells and conversions (rows, data frames, Arrow, charts); computes nothing.
"""
from __future__ import annotations

import ctypes
import datetime
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterator, Mapping, NamedTuple, Optional, Sequence, Union

from . import errors, render
from ._blueplane import ffi, lib
from ._call import call, taken, text, utf8

if TYPE_CHECKING:
    import pandas as _pandas
    import polars as _polars
    import pyarrow as _pyarrow

    from .query import Query
    from .store import Store

Value = Union[None, bool, int, float, str, datetime.datetime]
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
META_KEYS = ("schema", "topic", "from", "until", "zone", "period", "baseline", "baseline_from", "baseline_until",
             "coverage", "lower_bound", "prices", "prices_date", "prices_source", "assumptions", "notes", "status")


class State(enum.Enum):
    """Whether a cell has a value, and if not, why."""
    VALUE = "value"
    LOWER_BOUND = "lower_bound"  # there is a value; the true number is at least this
    EMPTY = "empty"              # nothing to count: a ratio with a denominator of zero, or an unknown name
    WITHHELD = "withheld"        # kept back for privacy
    UNCOVERED = "uncovered"      # no source that saw this activity records it


_STATES = {lib.BP_CELL_VALUE: State.VALUE, lib.BP_CELL_EMPTY: State.EMPTY, lib.BP_CELL_WITHHELD: State.WITHHELD,
           lib.BP_CELL_UNCOVERED: State.UNCOVERED}
_TYPES = {lib.BP_TYPE_BOOL: "bool", lib.BP_TYPE_INT: "int", lib.BP_TYPE_REAL: "real", lib.BP_TYPE_TEXT: "text",
          lib.BP_TYPE_TIME: "time"}


class Cell(NamedTuple):
    """A value, or None if there is none, and its state."""
    value: Value
    state: State


@dataclass(frozen=True)
class Column:
    """What is known about a column."""
    index: int
    name: str
    type: str
    title: Optional[str]
    role: Optional[str]
    of: Optional[str]
    unit: Optional[str]
    definition: Optional[str]
    estimate: bool


class Result:
    """An immutable table. It owns its memory, and outlives the store that it came from.

    ``len(result)`` counts rows, iterating yields them as dicts, ``result["cost"]`` is a column's values,
    ``result.cell(row, "cost")`` says why a value is missing.
    """

    def __init__(self, handle: Any, store: Optional[Store] = None, query: Optional[Query] = None) -> None:
        self._handle = ffi.gc(handle, lib.bp_result_free)
        self._store = store
        self.query = query
        self.columns: tuple[Column, ...] = tuple(self._column(i) for i in range(lib.bp_result_columns(handle)))
        self._by_name = {column.name: column for column in self.columns}

    def _column(self, index: int) -> Column:
        def about(key: str) -> Optional[str]:
            return text(lib.bp_result_column(self._handle, index, key.encode()))
        kind = _TYPES[lib.bp_result_type(self._handle, index)]
        return Column(index, about("name") or "", kind, about("title"), about("role"), about("of"), about("unit"),
                      about("definition"), about("estimate") == "true")

    # ------------------------------------------------------------------------------------ cells

    @property
    def meta(self) -> dict[str, str]:
        """Properties of the whole result: the range, the zone, the coverage, the price table, notes."""
        found = {key: text(lib.bp_result_meta(self._handle, key.encode())) for key in META_KEYS}
        return {key: value for key, value in found.items() if value is not None}

    def column(self, name: Union[str, int]) -> Column:
        """A column by name or position."""
        if isinstance(name, int):
            return self.columns[name]
        if name not in self._by_name:
            raise errors.NotFoundError("there is no such column", {"name": name, "allowed": ", ".join(self._by_name)})
        return self._by_name[name]

    def _value(self, row: int, column: Column) -> Value:
        code = lib.bp_result_cell(self._handle, row, column.index)
        if code & lib.BP_CELL_STATE != lib.BP_CELL_VALUE:
            return None
        if column.type == "real":
            return float(lib.bp_result_real(self._handle, row, column.index))
        if column.type == "text":
            length = ffi.new("size_t *")
            start = lib.bp_result_text(self._handle, row, column.index, length)
            return bytes(ffi.buffer(start, length[0])).decode("utf-8", "replace")
        number = int(lib.bp_result_int(self._handle, row, column.index))
        if column.type == "bool":
            return bool(number)
        return _EPOCH + datetime.timedelta(microseconds=number) if column.type == "time" else number

    def state(self, row: int, column: Union[str, int]) -> State:
        """The state of a cell."""
        code = lib.bp_result_cell(self._handle, self._row(row), self.column(column).index)
        state = _STATES[code & lib.BP_CELL_STATE]
        return State.LOWER_BOUND if state is State.VALUE and code & lib.BP_CELL_LOWER_BOUND else state

    def states(self, name: Union[str, int]) -> list[State]:
        """The states of a column, one for each row: a data frame does not say why a value is missing or that it is a lower bound."""
        return [self.state(row, name) for row in range(len(self))]

    def cell(self, row: int, column: Union[str, int]) -> Cell:
        """Value and state of a cell."""
        return Cell(self._value(self._row(row), self.column(column)), self.state(row, column))

    def _row(self, row: int) -> int:
        count = len(self)
        if not -count <= row < count:
            raise IndexError(row)
        return row % count

    def __len__(self) -> int:
        return int(lib.bp_result_rows(self._handle))

    def __bool__(self) -> bool:
        return True

    def row(self, index: int) -> dict[str, Value]:
        """A row as a dict."""
        place = self._row(index)
        return {column.name: self._value(place, column) for column in self.columns}

    def tuples(self) -> Iterator[tuple[Value, ...]]:
        """The rows as tuples, in the order of the columns."""
        return zip(*(self[column.index] for column in self.columns))

    def __iter__(self) -> Iterator[dict[str, Value]]:
        names = [column.name for column in self.columns]
        return (dict(zip(names, values)) for values in self.tuples())

    def __getitem__(self, name: Union[str, int]) -> list[Value]:
        column = self.column(name)
        batch = self._batch()
        array = batch.children[column.index]
        return _filled(array, column.type) if array.length else []

    def _batch(self) -> Any:
        """The struct ArrowArray of the result, which gives whole columns instead of one call for each cell."""
        stream, batch = self._stream(), ffi.new("struct ArrowArray *")
        failed = stream.get_next(stream, batch)
        lib.bpy_stream_release(stream)
        if failed:
            raise MemoryError
        return ffi.gc(batch, lambda array: array.release(array))

    def to_dict(self) -> dict[str, list[Value]]:
        """Columns by name, as lists."""
        return {column.name: self[column.index] for column in self.columns}

    @property
    def value(self) -> Value:
        """The first metric of a result of one row."""
        metrics = [column for column in self.columns if column.role == "metric"] or list(self.columns)
        if len(self) != 1 or not metrics:
            raise errors.InvalidError("only a result of one row has one value")
        return self._value(0, metrics[0])

    # --------------------------------------------------------------------------------- ways out

    def format(self, name: str) -> str:
        """As text: "json", "ndjson", "csv", "markdown", "html", "table", with options as in "table:width=100"."""
        out, length = ffi.new("char **"), ffi.new("size_t *")
        call(lib.bp_result_format, out, length, self._handle, utf8(name))
        return taken(out, length).decode("utf-8")

    def to_json(self) -> str:
        """The exact form: everything the result holds."""
        return self.format("json")

    def _stream(self) -> Any:
        stream = lib.bpy_stream_new()
        if stream == ffi.NULL:
            raise MemoryError
        try:
            call(lib.bp_result_arrow, stream, self._handle)
        except BaseException:
            lib.bpy_stream_release(stream)
            raise
        return stream

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule protocol; each call gives a stream of its own. It shares the result's memory."""
        return _capsule(self._stream(), b"arrow_array_stream", lib.bpy_drop_stream)

    def __arrow_c_schema__(self) -> object:
        """The schema alone, in a capsule."""
        stream, schema = self._stream(), lib.bpy_schema_new()
        failed = schema == ffi.NULL or lib.bpy_stream_schema(stream, schema) != 0
        lib.bpy_stream_release(stream)
        if failed:
            lib.bpy_schema_free(schema)
            raise MemoryError
        return _capsule(schema, b"arrow_schema", lib.bpy_drop_schema)

    def arrow(self) -> _pyarrow.Table:
        """As a pyarrow table."""
        table: _pyarrow.Table = _needed("pyarrow", "arrow").table(self)
        return table

    def df(self) -> _pandas.DataFrame:
        """As a pandas data frame. Without pyarrow it is made cell by cell."""
        module = _needed("pandas", "pandas")
        frame: _pandas.DataFrame
        try:
            frame = self.arrow().to_pandas()
        except ImportError:
            frame = module.DataFrame(self.to_dict(), columns=[column.name for column in self.columns])
        return frame

    def pl(self) -> _polars.DataFrame:
        """As a polars data frame."""
        frame: _polars.DataFrame = _needed("polars", "polars").DataFrame(self)
        return frame

    def plot(self, y: Union[str, Sequence[str], None] = None, *, ax: Any = None) -> Any:
        """A chart with matplotlib: lines over time, bars over anything else. Missing cells are gaps."""
        return render.plot(self, y, ax, _needed("matplotlib.pyplot", "plot"))

    # ----------------------------------------------------------------------------- explanations

    def explain(self) -> render.Explanation:
        """What the numbers mean, what they are based on, and why cells are missing."""
        return render.Explanation(self)

    def drill(self, row: int, by: Union[str, Sequence[str]]) -> Result:
        """What a row is made of: the same question for that row alone, grouped by something finer. With a comparison, a day or
        week is compared with what came before it, and not with its counterpart in the baseline of the whole range."""
        if self._store is None or self.query is None:
            raise errors.UnsupportedError("only the answer of a query can be drilled into")
        return self._store.drill(self, self._row(row), [by] if isinstance(by, str) else list(by))

    def __reduce__(self) -> str:
        raise TypeError("a result is neither copied nor pickled: keep its df(), or its format(\"json\")")

    def __repr__(self) -> str:
        return self.format("table:width=120,titles")

    def _repr_html_(self) -> str:
        return render.html(self)


def _bits(buffer: Any, count: int) -> list[bool]:
    raw = ffi.buffer(ffi.cast("unsigned char *", buffer), (count + 7) // 8)[:]
    return [bool(byte >> bit & 1) for byte in raw for bit in range(8)][:count]


def _texts(ends: list[int], data: bytes) -> list[str]:
    if data.isascii():
        whole = data.decode("ascii")
        return [whole[start:end] for start, end in zip(ends, ends[1:])]
    return [data[start:end].decode("utf-8", "replace") for start, end in zip(ends, ends[1:])]


def _stored(array: Any, kind: str) -> list[Any]:
    """The values in the buffers of a non-empty Arrow array, including those marked as null."""
    count, buffers = array.length, array.buffers
    if kind == "text":
        ends = ffi.unpack(ffi.cast("int32_t *", buffers[1]), count + 1)
        return _texts(ends, ffi.buffer(ffi.cast("char *", buffers[2]), ends[-1])[:])
    if kind == "bool":
        return _bits(buffers[1], count)
    numbers: list[Any] = ffi.unpack(ffi.cast("double *" if kind == "real" else "int64_t *", buffers[1]), count)
    return [_EPOCH + datetime.timedelta(microseconds=number) for number in numbers] if kind == "time" else numbers


def _filled(array: Any, kind: str) -> list[Value]:
    """The values of a non-empty Arrow array, None for nulls."""
    values = _stored(array, kind)
    if array.null_count:
        return [value if there else None for value, there in zip(values, _bits(array.buffers[0], array.length))]
    return values


def _needed(module: str, extra: str) -> Any:
    import importlib
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.split(".")[0]
        raise ImportError(f"this needs {name}: pip install 'blueplane[{extra}]'") from None


# A prototype of our own, as those of ctypes.pythonapi are shared by the whole process.
_new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(
    ("PyCapsule_New", ctypes.pythonapi))
_NAMES = {name: ctypes.create_string_buffer(name) for name in (b"arrow_array_stream", b"arrow_schema")}


def _capsule(memory: Any, name: bytes, drop: Any) -> object:
    """A capsule that owns the memory. The name must live as long as the capsule."""
    return _new_capsule(int(ffi.cast("uintptr_t", memory)), ctypes.addressof(_NAMES[name]), int(ffi.cast("uintptr_t", drop)))


