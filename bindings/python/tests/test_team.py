"""A person's decisions, and a team's week from sharing to reading the release."""
import datetime
import pathlib

import pytest
from conftest import NOW, event, lines, week

import blueplane as bp

WEEK, CLOSED = "2026-W10", datetime.datetime(2026, 3, 13, tzinfo=datetime.timezone.utc)
SHARED = datetime.datetime(2026, 3, 9, 9, tzinfo=datetime.timezone.utc)


def test_erase(store: bp.Store) -> None:
    at = datetime.datetime(2026, 3, 5, tzinfo=datetime.timezone.utc)
    receipt = store.erase(since=at)
    assert len(receipt) > 0
    assert store.metric("prompts", period="all").value == 3  # of 3 and 1
    again = store.ingest(lines(week()), "native", origin="again")
    assert again.records_erased > 0 and store.metric("prompts", period="all").value == 3
    store.erase(everything=True)
    assert store.metric("prompts", period="all").value == 0
    with pytest.raises(bp.NotFoundError):
        store.erase(source="nothing")
    with pytest.raises(bp.InvalidError):
        store.erase(until=at.replace(tzinfo=None))


def test_consent(store: bp.Store) -> None:
    store.consent("activity", until=NOW + datetime.timedelta(days=30))
    store.withdraw("activity")
    assert store.inspect("consent")["state"] == ["replaced", "revoked"]
    with pytest.raises(bp.InvalidError):
        store.consent("activity", until=NOW + datetime.timedelta(days=200))
    with pytest.raises(bp.NotFoundError):
        store.consent("nothing", until=NOW + datetime.timedelta(days=1))


def test_a_bundle_is_freed_when_the_clock_raises(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    working, freed = True, []

    def clock() -> datetime.datetime:
        if not working:
            raise OverflowError("no time")
        return SHARED
    team, people = bp.open(tmp_path / "team.db", access="steward", clock=clock), [
        bp.open(tmp_path / f"{name}.db", clock=clock) for name in "abc"]
    members = [{"id": name, "team": "core", "devices": [value(person.inspect("identity"), "device")]}
               for name, person in zip("abc", people)]
    team.configure("roster", {"blueplane.roster": 1, "organisation": "acme", "teams": ["core"], "members": members})
    people[0].ingest(lines(week()), "native")
    people[0].configure("invitation", str(team.inspect("invitation")["document"][0]))
    people[0].configure("roster", str(team.inspect("rosters")["document"][0]))
    take = bp.store.taken
    monkeypatch.setattr(bp.store, "taken", lambda *out: freed.append(take(*out)))
    working = False
    with pytest.raises(OverflowError):
        people[0].share(WEEK)  # a failing clock gives time 0, and the store knows a later time
    working = True
    assert len(freed) == 1


def value(result: bp.Result, name: str) -> object:
    return next(row["value"] for row in result if row["name"] == name)


def test_a_week_of_a_team(tmp_path: pathlib.Path) -> None:
    now = SHARED

    def opened(name: str, access: str = "owner", **more: str) -> bp.Store:
        return bp.open(tmp_path / name, access=access, clock=lambda: now, **more)
    team, people = opened("team.db", "steward"), [opened(f"{name}.db") for name in "abc"]
    for number, person in enumerate(people):
        person.ingest(lines([event("prompt", minute, session=f"s{number}") for minute in range(40 + number)]), "native")
        with pytest.raises(bp.NotFoundError) as alone:
            person.share(WEEK)
        assert alone.value.details["reason"] == "not_joined"
    members = [{"id": name, "team": "core", "devices": [value(person.inspect("identity"), "device")]}
               for name, person in zip("abc", people)]
    team.configure("roster", {"blueplane.roster": 1, "organisation": "acme", "teams": ["core"], "members": members})
    invitation = str(team.inspect("invitation")["document"][0])
    (tmp_path / "acme.invitation").write_text(invitation)
    for person in people:
        person.configure("invitation", invitation)
        person.configure("roster", str(team.inspect("rosters")["document"][0]))
    people[0].configure("sharing", {"version": 1, "minimum": 4})
    with pytest.raises(bp.ConsentError) as few:
        people[0].share(WEEK)
    assert few.value.details == {"reason": "too_few", "minimum": "4"}
    people[0].configure("sharing", {"version": 1, "minimum": 3})
    for person in people:
        bundle = person.share(WEEK)
        assert value(bp.describe(bundle), "kind") == "bundle" and person.share(WEEK) != b""
        assert team.merge(bundle)["outcome"] == ["added"] and team.merge(bytearray(bundle))["outcome"] == ["known"]
        with pytest.raises(bp.DeniedError) as touched:
            team.merge(bundle[:-1] + bytes([bundle[-1] ^ 1]))
        assert touched.value.details["reason"] == "seal"
    with pytest.raises(bp.DeniedError) as early:
        team.publish(WEEK)
    assert early.value.details["reason"] == "open"
    now = CLOSED
    release = tmp_path / "acme.release"
    published = team.publish(WEEK, release).row(0)
    assert (published["outcome"], published["contributions"]) == ("published", "deleted")
    team_cells = published["cells"]
    first = release.read_bytes()
    assert team.publish(WEEK, release)["outcome"] == ["known"] and release.read_bytes() == first
    assert value(bp.describe(release), "window") == WEEK
    for access, metric, truth in (("manager", "sessions", 3), ("lead", "prompts", 123), ("research", "prompts", 123)):
        with opened("acme.release", access) as reader:
            if access == "lead":
                reader.narrow("lead", "core")
            told = reader.metric(metric, period="all").row(0)
            assert told[f"{metric}.at_least"] <= truth <= told[f"{metric}.at_most"]  # type: ignore[operator]
            with pytest.raises(bp.DeniedError):
                reader.metric(metric, by="session")
    with opened("acme.release", "manager", key_path=str(tmp_path / "acme.invitation")) as reader:
        assert len(reader.metric("sessions", period="all")) == 1
    with pytest.raises(bp.DeniedError):
        opened("acme.release", "owner")  # owners cannot read releases
    written = team.publish_lead(WEEK, "core", tmp_path / "core.lead").row(0)
    assert (written["window"], written["team"], written["members"]) == (WEEK, "core", 0)  # nobody agreed
    assert written["bytes"] == (tmp_path / "core.lead").stat().st_size
    with opened("core.lead", "lead") as reader:
        told = reader.metric("prompts", period="all").row(0)
        assert told["prompts.at_least"] <= 123 <= told["prompts.at_most"]  # type: ignore[operator]
    assert team.publish_lead(WEEK, "core").row(0)["cells"] == written["cells"]  # without writing a file
    with pytest.raises(bp.NotFoundError):
        team.publish_lead(WEEK, "nobody")
    with pytest.raises(bp.DeniedError) as early:
        team.publish_lead("2026-W09", "core")
    assert early.value.details["reason"] == "unpublished"
    # Publishing deleted the member's numbers; the record that there is no consent stays.
    receipt = {row["item"]: row["count"] for row in team.erase(subject="a")}
    assert (receipt["contributions"], receipt["words_on_consent"]) == (0, 1)
    with pytest.raises(bp.NotFoundError):
        team.erase(subject="a")
    receipt = {row["item"]: row["count"] for row in team.erase(published=WEEK)}
    assert receipt.pop("bytes_searched") > 0 and receipt.pop("identifiers_searched") > 0  # the files were searched for erased rows
    assert receipt == {"contributions": 0, "published_cells": team_cells, "individual_numbers": 0, "words_on_consent": 0, "traces_found": 0}
    assert team.publish_lead(WEEK, "core").row(0)["cells"] == 0
