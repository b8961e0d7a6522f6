import datetime
import json
import pathlib
from typing import Iterator

import pytest

import blueplane as bp

NOW = datetime.datetime(2026, 3, 7, 12, tzinfo=datetime.timezone.utc)
ROOT = pathlib.Path(__file__).resolve().parents[3]


def event(kind: str, number: int, day: int = 2, **members: object) -> dict[str, object]:
    """A native event in March 2026, `number` minutes after nine."""
    return {"blueplane": 1, "kind": kind, "platform": "mytool", "session": members.pop("session", "s1"),
            "id": f"{kind}{day}-{number}", "time": f"2026-03-{day:02}T09:{number:02}:00Z", **members}


def lines(events: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in events).encode()


def week() -> list[dict[str, object]]:
    """Two days with 3 and 1 prompts, a response after each, and two edits, of which one failed."""
    events: list[dict[str, object]] = []
    for day, prompts in ((2, 3), (5, 1)):
        for number in range(prompts):
            events.append(event("prompt", 4 * number, day, characters=100))
            events.append(event("response", 4 * number + 1, day, model="claude-sonnet-4-5", input_tokens=10,
                                output_tokens=100, cache_read_tokens=1000, cache_write_5m_tokens=0,
                                cache_write_1h_tokens=0, reasoning_tokens=0))
    events.append(event("tool_call", 20, 2, tool="edit_file", category="edit", file="/a/loop.rs", outcome="ok",
                        lines_added=7, lines_removed=2))
    events.append(event("tool_call", 21, 2, tool="edit_file", category="edit", file="/a/loop.rs", outcome="error"))
    return events


@pytest.fixture
def store(tmp_path: pathlib.Path) -> Iterator[bp.Store]:
    with bp.open(tmp_path / "s.db", clock=lambda: NOW) as opened:
        opened.ingest(lines(week()), "native", origin="week")
        yield opened
