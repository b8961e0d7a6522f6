"""Calls into the library: converts text to C and back, and raises an exception for every error code.

Knows the conventions of the header, but none of its functions by name.
"""
from __future__ import annotations

import os
from typing import Any, Callable, Optional, Union

from . import errors
from ._blueplane import ffi, lib

Bytes = Union[bytes, bytearray, memoryview]
Path = Union[str, "os.PathLike[str]"]

# The keys of error details, as in the header.
DETAILS = ("path", "byte", "metric", "dimension", "name", "zone", "topic", "allowed", "reason", "status", "minimum", "roster",
           "withdrawn", "hint")


def text(value: Any) -> Optional[str]:
    return None if value == ffi.NULL else ffi.string(value).decode("utf-8", "replace")


def utf8(value: Optional[str]) -> Any:
    """A const char * argument; None is NULL."""
    if value is None:
        return ffi.NULL
    encoded = value.encode("utf-8", "surrogateescape")  # a path may hold any bytes; elsewhere the library refuses them
    if b"\0" in encoded:
        raise errors.InvalidError("a text holds a NUL character")
    return encoded


def content(what: Union[Path, Bytes]) -> Bytes:
    """The bytes themselves, or those of a file."""
    if isinstance(what, (bytes, bytearray, memoryview)):
        return what
    with open(what, "rb") as file:
        return file.read()


def taken(out: Any, length: Any) -> bytes:
    """Copies memory that the library returned, and frees it."""
    try:
        return bytes(ffi.buffer(out[0], length[0]))
    finally:
        lib.bp_free(out[0])


def _raise(code: int, error: Any) -> None:
    kind = errors.BY_CODE.get(code, errors.Error)
    if error == ffi.NULL:
        raise kind(text(lib.bp_strerror(code)) or "")
    try:
        message = text(lib.bp_error_message(error)) or text(lib.bp_strerror(code)) or ""
        found = {key: text(lib.bp_error_detail(error, key.encode())) for key in DETAILS}
    finally:
        lib.bp_error_free(error)
    raise kind(message, {key: value for key, value in found.items() if value is not None})


def call(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function whose last parameter is a bp_error **."""
    error = ffi.new("bp_error **")
    code = function(*arguments, error)
    if code != 0:
        _raise(code, error[0])


def checked(code: int) -> None:
    """Raises an exception for functions that return only a code."""
    if code != 0:
        _raise(code, ffi.NULL)


def made(kind: str, function: Callable[..., int], *arguments: Any) -> Any:
    """Calls a function whose first parameter is an out parameter of this type; returns its value."""
    out = ffi.new(f"{kind} **")
    call(function, out, *arguments)
    return out[0]
