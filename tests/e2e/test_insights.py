#!/usr/bin/env python3
"""Insights of real developers: an active week has at least two, and shuffled data without effects has almost none.

Needs BLUEPLANE_REAL_DATA=DIR with claude_code/ and in it a folder for each developer; skipped without it.

A shuffled round uses the whole sample: each session gets a random time within twelve weeks, a random workspace and
assistant; within a session the calls change places among the observed durations, and their outcomes are taken from
other sessions, one run of outcomes after the other. So sessions stay as uneven, failures as clustered and sizes as
varied as they were. What is true by definition or by price stays true and is not counted (EXEMPT). A report may have an
insight in 5 % of the rounds.
"""
from __future__ import annotations

import collections
import datetime
import json
import os
import pathlib
import random
import sqlite3

import e2e
from dump import packed
from e2e import Skip, check

MICRO = 1_000_000
DAY = 86_400 * MICRO
ACTIVE = {"sessions": 5, "days": 3}  # the documents say that less is too little to compare
ROUNDS, ROUNDS_TWICE = (400, 400) if e2e.LONG else (40, 15)
STATED = 0.05
EXEMPT = {"cache_pays": "cache reads cost less by the price list", "depth_cache": "a longer conversation rereads more",
          "task_resolution": "which tasks count as resolved follows from their type", "task_cost": "as does what they take",
          "tool_retries": "what is called often is called again more often"}
OUTCOMES = ("unknown", "ok", "error", "rejected", "interrupted", "cancelled", "blocked", "denied", "ignored")
CATEGORIES = ("other", "read", "search", "edit", "command", "agent", "plan", "web", "mcp", "skill", "ask")
FEATURES = (None, None, None, "image", "file", "code", "queued")


def developers() -> list[pathlib.Path]:
    given = os.environ.get("BLUEPLANE_REAL_DATA")
    if not given or not os.path.isdir(os.path.join(given, "claude_code")):
        raise Skip("BLUEPLANE_REAL_DATA is not set to a folder with claude_code")
    return sorted(path for path in (pathlib.Path(given) / "claude_code").iterdir() if path.is_dir())


def insights(store: pathlib.Path, first: datetime.date) -> list[str]:
    """The kinds of insights reported for the week that begins on that day."""
    last = first + datetime.timedelta(days=6)
    asked = {"schema": "blueplane.query/1", "metrics": ["insights"], "period": f"{first}/{last}", "zone": "UTC"}
    answer = json.loads(e2e.bpt("query", store, json.dumps(asked)).stdout)
    return [row["insight"] for row in answer["rows"]]


# ------------------------------------------------------------------------------------- real weeks

def weeks_of(store: pathlib.Path) -> dict[datetime.date, tuple[int, int]]:
    """Number of sessions and of days with a prompt or response, by the Monday of the week (UTC)."""
    sessions, days = collections.defaultdict(set), collections.defaultdict(set)
    db = sqlite3.connect(store)
    packed.words(db)
    for time, session in db.execute("SELECT time_us, session FROM response_words UNION ALL SELECT time_us, session FROM prompt_words"):
        if time is None:
            continue
        day = datetime.date(1970, 1, 1) + datetime.timedelta(days=time // DAY)
        monday = day - datetime.timedelta(days=day.weekday())
        sessions[monday].add(session)
        days[monday].add(day)
    db.close()
    return {monday: (len(sessions[monday]), len(days[monday])) for monday in sorted(sessions)}


def test_weeks_of_real_developers(folder: pathlib.Path) -> None:
    """Every week with 5 sessions on 3 days has at least two insights, for each developer and for all together."""
    told_of, thin = [], []
    roots = developers()
    for name, taken in [*((f"{i:02d}", [root]) for i, root in enumerate(roots)), ("all", roots)]:
        store = folder / f"{name}.db"
        for root in taken:
            e2e.ingest(store, root)
        for monday, (sessions, days) in weeks_of(store).items():
            kinds = insights(store, monday)
            enough = sessions >= ACTIVE["sessions"] and days >= ACTIVE["days"]
            (told_of if enough else thin).append(len(kinds))
            if enough:
                print(f"  {name} {monday}: {sessions} sessions on {days} days: {len(kinds)} insights: {' '.join(kinds)}")
                check(len(kinds) >= 2, "weeks of active developers with at least two insights", name, monday, kinds)
    print(f"  {len(thin)} less active weeks: {sum(n >= 2 for n in thin)} with two insights, {sum(n == 1 for n in thin)} with one")


# --------------------------------------------------------------------------------------- shuffled

Fact = dict


def sessions_of(store: pathlib.Path) -> list[list[Fact]]:
    """What happened in each session, in order of time, as members of native events."""
    db = sqlite3.connect(store)
    packed.words(db)
    facts: dict[int, list[Fact]] = collections.defaultdict(list)
    for session, time, characters in db.execute("SELECT session, time_us, characters FROM prompt_words WHERE time_us IS NOT NULL"):
        facts[session].append({"kind": "prompt", "time": time, "characters": characters or 0})
    for session, time, *tokens in db.execute(
            "SELECT session, time_us, input, output, cache_read, cache_write_5m FROM response_words WHERE time_us IS NOT NULL"):
        names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_5m_tokens")
        facts[session].append({"kind": "response", "time": time, **{k: v or 0 for k, v in zip(names, tokens)}})
    for session, time, tool, category, outcome, duration, added, removed in db.execute(
            "SELECT session, time_us, tool, category, outcome, duration_us, added, removed FROM tool_call_words "
            "WHERE time_us IS NOT NULL AND flags & 16"):
        facts[session].append({"kind": "tool_call", "time": time, "tool": f"tool{tool}", "category": CATEGORIES[category],
                               "outcome": OUTCOMES[outcome], "duration_us": duration, "lines_added": added,
                               "lines_removed": removed})
    db.close()
    return [sorted(one, key=lambda fact: fact["time"]) for one in facts.values()]


OF_CALL = ("tool", "category", "lines_added", "lines_removed")  # kept together


def shuffle_calls(chance: random.Random, facts: list[Fact], runs: list[list[str]]) -> None:
    calls = [fact for fact in facts if fact["kind"] == "tool_call"]
    places = [{key: call[key] for key in OF_CALL} for call in calls]
    chance.shuffle(places)
    outcomes: list[str] = []
    while len(outcomes) < len(calls):
        outcomes += chance.choice(runs)
    for call, place, outcome in zip(calls, places, outcomes):
        call.update(place, outcome=outcome)


def write_round(path: pathlib.Path, sessions: list[list[Fact]], number: int, monday: datetime.date) -> None:
    chance = random.Random(number)
    runs = [run for run in ([f["outcome"] for f in one if f["kind"] == "tool_call"] for one in sessions) if run]
    begin = (monday - datetime.date(1970, 1, 1)).days - 7 * 11
    with open(path, "w", encoding="ascii") as file:
        for number_of, one in enumerate(sessions):
            facts = [dict(fact) for fact in one]
            shuffle_calls(chance, facts, runs)
            day = begin + chance.randrange(7 * 12)
            at = day * DAY + chance.randrange(8 * 3600, 20 * 3600) * MICRO - facts[0]["time"]
            common = {"blueplane": 1, "platform": f"assistant-{chance.randrange(2)}", "session": f"s{number_of}"}
            file.write(json.dumps({**common, "kind": "session", "time": at + facts[0]["time"],
                                   "workspace": f"/w/{chance.randrange(3)}"}) + "\n")
            for i, fact in enumerate(facts):
                event = {**common, **fact, "id": f"s{number_of}-{i}", "time": fact["time"] + at}
                if fact["kind"] == "prompt":
                    feature = chance.choice(FEATURES)
                    event["features"] = [feature] if feature else []
                if fact["kind"] == "response":
                    event["model"] = "claude-sonnet-4-5"
                file.write(json.dumps({key: value for key, value in event.items() if value is not None}) + "\n")


def most(rounds: int, rate: float) -> int:
    """How many of the rounds may have an insight before chance (1 in 1,000) no longer explains it."""
    left, hits, share = 1.0, -1, (1 - rate) ** rounds
    while left > 0.001:
        hits += 1
        left -= share
        share *= (rounds - hits) / (hits + 1) * rate / (1 - rate)
    return hits


def shuffled(folder: pathlib.Path, copies: int, rounds: int) -> None:
    store = folder / "real.db"
    for root in developers():
        e2e.ingest(store, root)
    sessions = sessions_of(store) * copies
    monday, told, kinds = datetime.date(2026, 3, 23), 0, collections.Counter()
    for number in range(rounds):
        place = folder / f"round{number}"
        place.mkdir()
        write_round(place / "a.blueplane.jsonl", sessions, number, monday)
        made = folder / "shuffled.db"
        report = e2e.ingest(made, place)
        check(report["records_rejected"] == 0, "rounds of shuffled sessions", number)
        found = [kind for kind in insights(made, monday) if kind not in EXEMPT]
        told += bool(found)
        kinds.update(found)
        for ending in ("", "-wal", "-shm"):
            pathlib.Path(str(made) + ending).unlink(missing_ok=True)
    print(f"  {told} of {rounds} reports have an insight about {len(sessions)} shuffled sessions "
          f"({100 * told / rounds:.1f} %, stated {100 * STATED:.0f} %): {dict(kinds)}")
    check(told <= most(rounds, STATED), "false alarms on shuffled data", told, dict(kinds))


def test_shuffled_real_data(folder: pathlib.Path) -> None:
    """Rounds of shuffled sessions with an insight are not more than chance explains."""
    shuffled(folder, 1, ROUNDS)


def test_shuffled_twice(folder: pathlib.Path) -> None:
    """Each session twice, with everything random drawn for each: kinds too rare to be tested in the sample become
    testable."""
    shuffled(folder, 2, ROUNDS_TWICE)


if __name__ == "__main__":
    e2e.main()
