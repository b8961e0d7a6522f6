"""Exceptions: one for each error code of the library, with its details.

Knows the codes, but no function that fails.
"""
from __future__ import annotations

from typing import ClassVar, Mapping, Optional

__all__ = [
    "Error", "InvalidError", "NoMemoryError", "StoreIOError", "BusyError", "NotFoundError", "FormatError",
    "UnsupportedError", "DeniedError", "ConsentError", "ReadOnlyError", "CorruptError", "SchemaError", "AbiError",
    "CancelledError", "LimitError", "InternalError",
]


class Error(Exception):
    """The error of a call of the library that failed.

    ``details`` holds what is known beside the message, by key: "path", "metric", "dimension", "allowed", ...
    """

    code: ClassVar[int] = 0

    def __init__(self, message: str, details: Optional[Mapping[str, str]] = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, str] = dict(details or {})

    @property
    def hint(self) -> Optional[str]:
        """How to fix the problem, if the library knows."""
        return self.details.get("hint")

    def __str__(self) -> str:
        about = ", ".join(f"{key}: {value}" for key, value in self.details.items() if key != "hint")
        said = f"{self.message} ({about})" if about else self.message
        return f"{said}\n  {self.hint}" if self.hint else said

    def __reduce__(self) -> tuple[type[Error], tuple[str, dict[str, str]]]:
        return type(self), (self.message, self.details)


class InvalidError(Error, ValueError):
    """An argument is wrong; nothing was done."""
    code = -1


class NoMemoryError(Error, MemoryError):
    """Out of memory; nothing was lost."""
    code = -2


class StoreIOError(Error, OSError):
    """The operating system refused a read or write."""
    code = -3


class BusyError(Error):
    """Another process holds the store; try again."""
    code = -4


class NotFoundError(Error, LookupError):
    """An unknown name: file, source, metric, dimension, topic, zone."""
    code = -5


class FormatError(Error, ValueError):
    """A document given to the library is malformed."""
    code = -6


class UnsupportedError(Error):
    """Well formed, but this build or this metric cannot do it."""
    code = -7


class DeniedError(Error, PermissionError):
    """The handle's access does not allow it."""
    code = -8


class ConsentError(Error):
    """The person has not consented, or no longer does."""
    code = -9


class ReadOnlyError(Error):
    """A write through a read-only handle or to a read-only file."""
    code = -10


class CorruptError(Error):
    """The store file is damaged, or is not a store."""
    code = -11


class SchemaError(Error):
    """The store was written by a newer library."""
    code = -12


class AbiError(Error):
    """The extension module and the library do not match."""
    code = -13


class CancelledError(Error):
    """The call was asked to stop; what was done is kept."""
    code = -14


class LimitError(Error):
    """A documented limit was reached."""
    code = -15


class InternalError(Error):
    """A defect of the library; please report it."""
    code = -16


BY_CODE: Mapping[int, type[Error]] = {kind.code: kind for kind in (
    InvalidError, NoMemoryError, StoreIOError, BusyError, NotFoundError, FormatError, UnsupportedError, DeniedError,
    ConsentError, ReadOnlyError, CorruptError, SchemaError, AbiError, CancelledError, LimitError, InternalError)}
