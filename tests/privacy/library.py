"""The public interface through the shared library, for tests that act as every member of an organisation.

Knows include/blueplane/blueplane.h and nothing else.
"""
from __future__ import annotations

import ctypes
import json
from typing import Any, Optional

P, SIZE = ctypes.c_void_p, ctypes.c_size_t
ACCESSES = ("none", "owner", "lead", "manager", "devops", "research", "steward")
CODE = {name: number for number, name in enumerate(ACCESSES)}
MEMORY = 2
DENIED, UNSUPPORTED = -8, -7


class Options(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("access", ctypes.c_uint32),
                ("log_level", ctypes.c_uint32), ("scope", ctypes.c_char_p), ("key_path", ctypes.c_char_p), ("log", P),
                ("log_user", P), ("clock", P), ("clock_user", P)]


CLOCK = ctypes.CFUNCTYPE(ctypes.c_int64, P)


class Refused(Exception):
    """A call failed: its code, its message, and the reason if there is one."""

    def __init__(self, code: int, message: str, reason: Optional[str]) -> None:
        super().__init__(code, message, reason)
        self.code, self.reason = code, reason


class Library:
    """One shared library, and the time that its stores use as now."""

    def __init__(self, path: str) -> None:
        self.bp, self.now = ctypes.CDLL(path), 0
        self.bp.bp_result_format.argtypes = [P, P, P, ctypes.c_char_p, P]
        for name in ("bp_result_free", "bp_free", "bp_query_free", "bp_close", "bp_error_free", "bp_error_code"):
            getattr(self.bp, name).argtypes = [P]
        self.bp.bp_error_message.argtypes, self.bp.bp_error_detail.argtypes = [P], [P, ctypes.c_char_p]
        self.bp.bp_error_message.restype = self.bp.bp_error_detail.restype = ctypes.c_char_p
        self.clock = CLOCK(lambda _: self.now)

    def call(self, name: str, *arguments: Any) -> None:
        """Calls a function with the pointer for the error as the last argument; raises Refused."""
        error = P()
        code = getattr(self.bp, name)(*arguments, ctypes.byref(error))
        if code == 0:
            return
        message = self.bp.bp_error_message(error).decode()
        reason = self.bp.bp_error_detail(error, b"reason")
        self.bp.bp_error_free(error)
        raise Refused(code, message, reason.decode() if reason else None)

    def rows(self, result: P) -> list:
        """The rows of a result as dictionaries; frees the result."""
        text, length = P(), SIZE()
        try:
            self.call("bp_result_format", ctypes.byref(text), ctypes.byref(length), result, b"json")
            answer = json.loads(ctypes.string_at(text, length.value))
        finally:
            self.bp.bp_result_free(result)
            self.bp.bp_free(text)
        return answer["rows"]

    def ask(self, name: str, *arguments: Any) -> list:
        result = P()
        self.call(name, ctypes.byref(result), *arguments)
        return self.rows(result)

    def catalog(self, topic: str) -> list:
        return self.ask("bp_catalog", topic.encode())

    def open(self, path: Optional[str], access: str, scope: Optional[str] = None, key: Optional[str] = None) -> Store:
        return Store(self, path, access, scope, key)


class Store:
    def __init__(self, library: Library, path: Optional[str], access: str, scope: Optional[str],
                 key: Optional[str]) -> None:
        self.library, self.store = library, P()
        options = Options(ctypes.sizeof(Options), 0 if path else MEMORY, CODE[access], 0, scope.encode() if scope else None,
                          key.encode() if key else None)
        options.clock = ctypes.cast(library.clock, P)
        library.call("bp_open", ctypes.byref(self.store), path.encode() if path else None, ctypes.byref(options))

    def inspect(self, topic: str) -> list:
        return self.library.ask("bp_inspect", self.store, topic.encode())

    def fact(self, topic: str, name: str) -> Any:
        return next(row["value"] for row in self.inspect(topic) if row["name"] == name)

    def configure(self, topic: str, document: Any) -> None:
        text = (document if isinstance(document, str) else json.dumps(document)).encode()
        self.library.call("bp_configure", self.store, topic.encode(), text, SIZE(len(text)))

    def erase(self, selector: Any) -> list:
        text = json.dumps(selector).encode()
        return self.library.ask("bp_erase", self.store, text, SIZE(len(text)))

    def ingest(self, lines: str) -> None:
        data = lines.encode()
        self.library.call("bp_ingest_bytes", self.store, b"native", b"test", data, SIZE(len(data)), None, None)

    def consent(self, family: str, granted: bool, expires_us: int = 0) -> None:
        self.library.call("bp_consent_set", self.store, family.encode(), b"lead", int(granted), ctypes.c_int64(expires_us))

    def words(self) -> bytes:
        """The person's decisions on consent as a bundle without numbers."""
        return self.share(None, b"lead")

    def share(self, week: Optional[str], audience: bytes = b"team") -> bytes:
        out, length = P(), SIZE()
        self.library.call("bp_share_export", ctypes.byref(out), ctypes.byref(length), self.store, audience,
                          week.encode() if week else None)
        data = ctypes.string_at(out, length.value)
        self.library.bp.bp_free(out)
        return data

    def merge(self, data: bytes) -> list:
        return self.library.ask("bp_share_merge", self.store, data, SIZE(len(data)))

    def publish(self, week: str, path: str) -> list:
        return self.library.ask("bp_publish", self.store, week.encode(), path.encode())

    def publish_lead(self, week: str, team: str, path: str) -> list:
        return self.library.ask("bp_publish_lead", self.store, week.encode(), team.encode(), path.encode())

    def query(self, **asked: Any) -> list:
        text, made = json.dumps(asked).encode(), P()
        self.library.call("bp_query_from_json", ctypes.byref(made), text, SIZE(len(text)))
        try:
            return self.library.ask("bp_query_run", self.store, made)
        finally:
            self.library.bp.bp_query_free(made)

    def close(self) -> None:
        self.library.bp.bp_close(self.store)
        self.store = P()
