#!/usr/bin/env python3
"""Makes a fictional organisation: people with their own stores, and the published data for researchers.

    python3 examples/sample/organisation.py DIR [--people 24] [--weeks 4] [--until 2026-03-29]

Needs the package blueplane. Every person gets transcripts from examples/sample/sample.py, a store and a key; each
week all people share, the steward merges and publishes, and the organisation's store merges the release. The result
is DIR/acme.db for researchers and managers, DIR/m-01.db and so on for the people themselves, and the weekly releases
DIR/2026-W10.release and so on. The same options give the same numbers. --until is a Sunday.
"""
import argparse
import datetime
import pathlib
import subprocess
import sys
from typing import Any

import blueplane as bp

SAMPLE = pathlib.Path(__file__).with_name("sample.py")
LEVELS = ("junior", "intermediate", "senior")
TEAMS = ("core", "web")


class Organisation:
    def __init__(self, folder: pathlib.Path, people: int, weeks: int, until: datetime.date) -> None:
        self.folder, self.weeks = folder, weeks
        self.monday = until + datetime.timedelta(days=1)
        self.now = self._at(self.monday - datetime.timedelta(weeks=weeks - 1))
        self.team = self._open("team", 250, access="steward")
        self.organisation = self._open("acme", 251, access="steward", scope="organisation")
        self.people = {f"m-{number:02}": self._person(number) for number in range(1, people + 1)}

    @staticmethod
    def _at(day: datetime.date) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time(9), datetime.timezone.utc)

    def _open(self, name: str, key: int, **options: Any) -> bp.Store:
        path = self.folder / f"{name}.db.key"
        path.write_bytes(bytes([key]) * 32)
        path.chmod(0o600)
        return bp.open(self.folder / f"{name}.db", clock=lambda: self.now, **options)

    def _person(self, number: int) -> bp.Store:
        home = self.folder / f"home-{number:02}"
        last = self.monday - datetime.timedelta(days=1)
        subprocess.run([sys.executable, "-B", str(SAMPLE), "--out", str(home), "--until", last.isoformat(), "--days",
                        str(7 * self.weeks), "--seed", str(number), "--quiet"], check=True)
        store = self._open(f"m-{number:02}", number)
        store.ingest(home / ".claude" / "projects", "claude_code")
        store.ingest(home / ".codex" / "sessions", "codex")
        return store

    def found(self) -> None:
        """The steward writes the roster, and all people join."""
        members = []
        for place, (name, store) in enumerate(self.people.items()):
            device = next(row["value"] for row in store.inspect("identity") if row["name"] == "device")
            members.append({"id": name, "team": TEAMS[place % len(TEAMS)], "devices": [device],
                            "experience": LEVELS[place // len(TEAMS) % len(LEVELS)]})
        self.team.configure("roster", {"blueplane.roster": 1, "organisation": "acme", "teams": list(TEAMS),
                                       "seats": [{"platform": "claude_code", "seats": len(members) + 3,
                                                  "price_cents": 2000}], "members": members})
        invitation = str(self.team.inspect("invitation")["document"][0])
        roster = str(self.team.inspect("rosters")["document"][-1])
        for store in self.people.values():
            store.configure("invitation", invitation)
            store.configure("roster", roster)
        key = next(row["value"] for row in bp.describe(invitation.encode()) if row["name"] == "store")
        self.organisation.configure("trust", {"version": 1, "stores": [key]})

    def week(self, monday: datetime.date) -> None:
        """Shares, merges and publishes the week that ends at this Monday."""
        year, number, _ = (monday - datetime.timedelta(days=7)).isocalendar()
        window = f"{year}-W{number:02}"
        release = self.folder / f"{window}.release"
        self.now = self._at(monday)
        for store in self.people.values():
            self.team.merge(store.share(window))
        self.now = self._at(monday + datetime.timedelta(days=3))
        self.team.publish(window, release)
        self.organisation.merge(release)

    def close(self) -> None:
        for store in (self.team, self.organisation, *self.people.values()):
            store.close()


def make(folder: pathlib.Path, people: int = 24, weeks: int = 4,
         until: datetime.date = datetime.date(2026, 3, 29)) -> pathlib.Path:
    """Makes the organisation; returns the path of its store."""
    folder.mkdir(parents=True, exist_ok=True)
    organisation = Organisation(folder, people, weeks, until)
    organisation.found()
    for back in reversed(range(weeks)):
        organisation.week(organisation.monday - datetime.timedelta(weeks=back))
    organisation.close()
    return folder / "acme.db"


def main() -> None:
    parser = argparse.ArgumentParser(description="Make an organisation that does not exist.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--until", type=datetime.date.fromisoformat, default=datetime.date(2026, 3, 29))
    options = parser.parse_args()
    print(make(options.folder, options.people, options.weeks, options.until))


if __name__ == "__main__":
    main()
