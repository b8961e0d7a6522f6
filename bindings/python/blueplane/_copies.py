"""Prevents two copies of SQLite from opening the same file in one process: each would drop the other's locks
(docs/abi.md).

This can only happen in builds of Python with a copy of SQLite inside. There, a store is refused while Python's
sqlite3 has it open, and sqlite3 is refused a store that is open here.
"""
from __future__ import annotations

import importlib.util
import os
import sys
import weakref
from typing import TYPE_CHECKING, Any, Optional

from . import errors

if TYPE_CHECKING:
    from .store import Store

_stores: weakref.WeakSet[Store] = weakref.WeakSet()
_apart: Optional[bool] = None
_watching = False


def apart() -> bool:
    """Whether Python's sqlite3 uses another copy of SQLite than this package, which uses the system's."""
    global _apart
    if _apart is None:
        _apart = _look()
    return _apart


def _look() -> bool:
    spec = importlib.util.find_spec("_sqlite3")
    if os.name != "posix" or spec is None:
        return False  # other systems' locks belong to a handle; or there is no sqlite3
    if spec.origin is None or not os.path.exists(spec.origin):
        return True  # built in
    with open(spec.origin, "rb") as file:
        return b"libsqlite3" not in file.read()


def _same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False


def _held(path: str) -> bool:
    return any(store.path is not None and not store.closed and _same(path, store.path) for store in _stores)


def _refuse(path: str) -> None:
    raise errors.BusyError("two copies of SQLite in one process must not open one store",
                           {"path": path, "hint": "use sqlite3 on it in another process, or close the store first"})


def before_open(path: str) -> None:
    """Refuses a store that this process has opened by other means."""
    if not apart() or not os.path.exists(path) or _held(path):
        return
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    if any(_same(os.path.join(folder, name), path) for name in os.listdir(folder)):
        _refuse(path)


def opened(store: Store) -> None:
    """From now on refuses sqlite3 this store."""
    if apart():
        _watch()
        _stores.add(store)


def _watch() -> None:
    global _watching
    if _watching:
        return
    _watching = True

    def on_event(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "sqlite3.connect" and isinstance(arguments[0], (str, bytes, os.PathLike)):
            path = os.fsdecode(arguments[0])
            path = path.removeprefix("file:").partition("?")[0] if path.startswith("file:") else path
            if _held(path):
                _refuse(path)
    sys.addaudithook(on_event)
