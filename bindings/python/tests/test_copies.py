"""One store with three writers in one process: two of this package, and Python's own sqlite3, which opens and closes
it repeatedly. POSIX locks belong to a process, so this is safe only if both use the same copy of SQLite; see
docs/abi.md.
"""
import pathlib
import sqlite3
import threading

import pytest
from conftest import event, lines

import blueplane as bp
from blueplane import _copies

ROUNDS = 60


def copies() -> set[str]:
    """The SQLite libraries that are mapped into this process."""
    maps = pathlib.Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("no way to tell here")
    return {line.split()[-1] for line in maps.read_text().splitlines() if "libsqlite3" in line}


def test_three_writers(tmp_path: pathlib.Path) -> None:
    if _copies.apart():
        pytest.skip("this Python has a copy of SQLite built in, and is refused")
    assert len(copies()) == 1  # the loader maps a library once
    path = tmp_path / "s.db"
    failures: list[BaseException] = []

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=60, isolation_level=None)

    def ingest(name: str) -> None:
        try:
            with bp.open(path) as store:
                for number in range(ROUNDS):
                    store.ingest(lines([event("prompt", number % 60, session=name, id=f"{name}-{number}")]), "native")
        except BaseException as why:
            failures.append(why)

    def visit() -> None:
        """Opens and closes the file for each row: closing a file drops the process's locks on it."""
        try:
            for number in range(ROUNDS):
                connection = connect()
                connection.execute("INSERT INTO guest VALUES (?)", (number,))
                connection.close()
        except BaseException as why:
            failures.append(why)
    bp.open(path).close()
    connection = connect()
    connection.execute("CREATE TABLE guest (number)")
    threads = [threading.Thread(target=ingest, args=(name,)) for name in ("a", "b")] + [threading.Thread(target=visit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with bp.open(path) as store:
        assert store.metric("prompts", by="session", period="all")["prompts"] == [ROUNDS, ROUNDS]
    assert connection.execute("SELECT count(*), count(DISTINCT number) FROM guest").fetchall() == [(ROUNDS, ROUNDS)]
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_python_with_a_copy_of_its_own(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one is refused, and the file is unchanged."""
    monkeypatch.setattr(_copies, "apart", lambda: True)
    path = tmp_path / "s.db"
    with bp.open(path) as store:
        store.ingest(lines([event("prompt", 1)]), "native")
        for name in (path, str(path), f"file:{path}?mode=ro", tmp_path / "." / "s.db"):
            with pytest.raises(bp.BusyError, match="another process"):
                sqlite3.connect(name, uri=True)
        sqlite3.connect(tmp_path / "another.db").close()
        bp.open(path).close()
    guest = sqlite3.connect(path)
    guest.execute("SELECT count(*) FROM prompt").fetchone()
    with pytest.raises(bp.BusyError, match="two copies of SQLite"):
        bp.open(path)
    guest.close()
    with bp.open(path) as store:
        assert store.metric("prompts", period="all").value == 1
