"""What can be queried: metrics, dimensions, sources, formats, read from the library.

Searches the catalogue; its content comes from the library.
"""
from __future__ import annotations

from typing import Any, Iterator

from . import errors, render
from ._blueplane import lib
from ._call import made, utf8
from .result import Result, Value


def catalog(topic: str) -> Result:
    """A topic of the catalogue as a result: "metrics", "dimensions", "sources", "formats", "errors", ..."""
    return Result(made("bp_result", lib.bp_catalog, utf8(topic)))


def feature(name: str) -> bool:
    """Whether the linked library has a feature: "source:codex", "format:csv", "threads", "access:owner"."""
    return bool(lib.bp_feature(utf8(name)))


class Entry(dict[str, Value]):
    """One entry; its members are also attributes."""

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(name)

    def _repr_html_(self) -> str:
        return render.card(str(next(iter(self.values()), "")), [(key, str(value)) for key, value in self.items()
                                                               if value not in (None, "")])


class Catalog:
    """A topic whose entries are found by name, number or words of their description."""

    def __init__(self, topic: str) -> None:
        self.topic = topic

    @property
    def result(self) -> Result:
        """The whole topic as a table."""
        return catalog(self.topic)

    def __iter__(self) -> Iterator[Entry]:
        return (Entry(row) for row in self.result)

    def __len__(self) -> int:
        return len(self.result)

    def __getitem__(self, name: str) -> Entry:
        for entry in self:
            if name in list(entry.values())[:1] or name in str(entry.get("aliases") or "").split(", "):
                return entry
        near = [str(next(iter(entry.values()))) for entry in self.search(name)]
        raise errors.NotFoundError(f"{self.topic}: there is no {name}", {"allowed": ", ".join(near)} if near else {})

    def __contains__(self, name: object) -> bool:
        try:
            return isinstance(name, str) and bool(self[name])
        except errors.NotFoundError:
            return False

    def search(self, words: str) -> list[Entry]:
        """Entries that contain all the words; those with the words in their name come first."""
        wanted = words.lower().split()
        found = [entry for entry in self
                 if all(any(word in str(value).lower() for value in entry.values()) for word in wanted)]
        return sorted(found, key=lambda entry: not all(word in str(next(iter(entry.values()))) for word in wanted))

    def __repr__(self) -> str:
        return f"<{len(self)} {self.topic}; .search(words), [name]>"

    def _repr_html_(self) -> str:
        return self.result._repr_html_()


metrics = Catalog("metrics")
dimensions = Catalog("dimensions")
sources = Catalog("sources")
