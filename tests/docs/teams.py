#!/usr/bin/env python3
"""Walks through docs/teams.md: runs its commands and compares what they print.

    python3 tests/docs/teams.py [--root DIR] [--write] PROGRAM FAKENOW

Each block between <!-- walk: NAME --> and <!-- end of walk --> has commands of people and their output. The keys are
fixed, the clock is FAKENOW's (tests/tool/fakenow.c), the sample data ends on a fixed day, so every machine prints the
same. --write replaces the blocks; without it a difference fails. Independently of the document, this checks that only a
member's own files contain the member's numbers, and that the steward's store forgets them.
"""
import argparse
import calendar
import difflib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tool"))
from preload import preloaded  # noqa: E402

JOINED, SHARED, PUBLISHED, LATER = "2026-03-20T09:00", "2026-03-30T09:00", "2026-04-02T09:00", "2026-04-08T09:00"
UNTIL, WEEK = "2026-03-29", "2026-W13"
NEXT_WEEK, TOO_LATE = "2026-W14", "2026-04-12T09:00"
PEOPLE = ("ana", "ben", "cleo")
BLOCK = re.compile(r"<!-- walk: (\w+) -->\n(.*?)<!-- end of walk -->\n", re.DOTALL)

# Who, when, and what; a name that begins with a mark is a file that is shown.
STEPS = {
    "store": [("steward", JOINED, "blueplane team init team.db")],
    "devices": [("ana", JOINED, "blueplane team status -q | head -3")],
    "roster": [("steward", JOINED, "cat roster.json"),
               ("steward", JOINED, "blueplane team roster team.db roster.json"),
               ("steward", JOINED, "blueplane team invite team.db > acme.invitation"),
               ("steward", JOINED, "blueplane team signed team.db > acme-1.roster")],
    "join": [("ana", JOINED, "blueplane team join acme.invitation acme-1.roster")],
    "consent": [("ana", JOINED, "blueplane consent grant activity --until 2026-06-30"),
                ("ana", JOINED, "blueplane consent list")],
    "share": [(person, SHARED, f"blueplane share {WEEK} {person}.bundle --quiet") for person in PEOPLE],
    "sealed": [("manager", SHARED, "blueplane release show ana.bundle")],
    "merge": [("steward", SHARED, "blueplane merge team.db ana.bundle ben.bundle cleo.bundle"),
              ("steward", SHARED, "blueplane merge team.db ana.bundle")],
    "early": [("steward", SHARED, f"blueplane publish team.db {WEEK} acme.release")],
    "publish": [("steward", PUBLISHED, f"blueplane publish team.db {WEEK} acme.release")],
    "release": [("manager", PUBLISHED, "blueplane release show acme.release")],
    "manager": [("manager", PUBLISHED, "blueplane release show acme.release sessions lines_added --by team")],
    "lead": [("lead", PUBLISHED, "blueplane release show acme.release prompts sessions --as lead --team core"),
             ("lead", PUBLISHED, "blueplane release show acme.release prompts --as lead --team web")],
    "member": [("steward", PUBLISHED, f"blueplane publish team.db {WEEK} core.lead --team core"),
               ("lead", PUBLISHED, "blueplane release show core.lead prompts active_time --as lead --by member"),
               ("lead", PUBLISHED, "blueplane release show core.lead prompts active_time --as lead"),
               ("manager", PUBLISHED, "blueplane release show core.lead prompts --by member"),
               ("director", PUBLISHED, "blueplane release show core.lead")],
    "revoke": [("ana", LATER, "blueplane consent revoke activity"),
               ("ana", LATER, "blueplane share consent ana-consent.bundle --quiet"),
               ("steward", LATER, "blueplane merge team.db ana-consent.bundle"),
               ("steward", LATER, f"blueplane publish team.db {WEEK} core.lead --team core"),
               ("lead", LATER, "blueplane release show core.lead prompts active_time --as lead --by member")],
    "erase": [("steward", LATER, "blueplane team erase team.db ana"),
              ("steward", LATER, "blueplane team erase team.db ana --yes"),
              ("steward", LATER, "blueplane merge team.db ana-consent.bundle")],
    "research": [("researcher", PUBLISHED,
                  "blueplane release show acme.release prompts responses --as research --by platform"),
                 ("researcher", PUBLISHED,
                  "blueplane release show acme.release prompts --as research --by team")],
    "denied": [("manager", PUBLISHED, "blueplane release show acme.release sessions --by session"),
               ("manager", PUBLISHED, "blueplane stats week --store acme.release --no-sync")],
    "organisation": [("director", PUBLISHED, "blueplane team init acme.db organisation"),
                     ("director", PUBLISHED, "blueplane team trust acme.db acme.invitation"),
                     ("director", PUBLISHED, "blueplane merge acme.db acme.release"),
                     ("manager", PUBLISHED, "blueplane release show acme.db sessions --by team")],
    "retract": [("steward", LATER, f"blueplane team retract team.db {WEEK} --yes"),
                ("steward", LATER, f"blueplane publish team.db {WEEK} acme-2.release"),
                ("director", LATER, "blueplane merge acme.db acme-2.release"),
                ("manager", LATER, "blueplane release show acme.db sessions --by team")],
}


def seconds(moment):
    return calendar.timegm(time.strptime(moment, "%Y-%m-%dT%H:%M"))


class Walk:
    def __init__(self, root, program, fakenow, folder):
        self.folder = folder
        self.environment = {"PATH": f"{os.path.join(folder, '.bin')}:{os.environ.get('PATH', '')}", "TZ": "UTC",
                            "LC_ALL": "C.UTF-8", **preloaded(fakenow, {}), "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        os.makedirs(os.path.join(folder, ".bin"))
        os.symlink(program, os.path.join(folder, ".bin", "blueplane"))
        for number, person in enumerate(PEOPLE, 1):
            home = self.home(person)
            sample = os.path.join(root, "examples", "sample", "sample.py")
            subprocess.run([sys.executable, "-B", sample, "--out", home, "--until", UNTIL, "--days", "21", "--seed",
                            str(number), "--quiet"], check=True)
            self.key(os.path.join(home, ".local", "share", "blueplane", "blueplane.db.key"), number)
        self.key(os.path.join(folder, "team.db.key"), 9)

    def home(self, person):
        path = os.path.join(self.folder, ".homes", person)
        os.makedirs(path, exist_ok=True)
        return path

    def key(self, path, number):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(bytes([number]) * 32)
        os.chmod(path, 0o600)

    def run(self, person, moment, command):
        environment = dict(self.environment, HOME=self.home(person), FAKE_NOW=str(seconds(moment)))
        done = subprocess.run(["sh", "-c", command], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.stdout.decode("utf-8")

    def device(self, person):
        said = self.run(person, JOINED, "blueplane team status -q --format json")
        return re.search(r'"value": ?"([0-9a-f]{64})"', said).group(1)

    def write_roster(self):
        self.run("steward", JOINED, "true")
        members = [{"id": p, "team": "core", "experience": "senior" if p == "ana" else "junior",
                    "devices": [self.device(p)]} for p in PEOPLE]
        lines = ",\n   ".join(json.dumps(m) for m in members)
        with open(os.path.join(self.folder, "roster.json"), "w", encoding="utf-8") as file:
            file.write('{"blueplane.roster": 1, "organisation": "acme", "teams": ["core"],\n'
                       ' "projects": [{"id": "harbor", "folders": ["sample-harbor"]}],\n'
                       f' "members": [\n   {lines}]}}\n')

    def block(self, name):
        if name == "roster":
            self.write_roster()
        if name == "revoke":  # another steward's store, which gets the decisions with numbers that are too late
            for end in ("", "-wal", "-shm", ".key"):
                if os.path.exists(os.path.join(self.folder, "team.db" + end)):
                    shutil.copy(os.path.join(self.folder, "team.db" + end), os.path.join(self.folder, "late.db" + end))
        parts = []
        for person, moment, command in STEPS[name]:
            said = self.run(person, moment, command).rstrip("\n")
            parts.append(f"{person}$ {command}\n" + (said + "\n" if said else ""))
        if name == "join":  # Ben and Cleo join, too
            for person in PEOPLE[1:]:
                self.run(person, moment, command)
        if name == "merge":
            self.before = self.bytes_of("team.db")
        if name == "revoke":
            self.run("ana", LATER, f"blueplane share {NEXT_WEEK} late.bundle --quiet")
            self.late = self.run("steward", TOO_LATE, "blueplane merge late.db late.bundle")
        if name == "member":
            self.seen = self.bytes_of("core.lead")
        return "```text\n" + "\n".join(parts) + "```\n"

    def bytes_of(self, name):
        data = b""
        for end in ("", "-wal", "-shm"):
            path = os.path.join(self.folder, name + end)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    data += file.read()
        return data

    def problems(self):
        """What must be true of the files, whatever was printed."""
        found = []
        after, release = self.bytes_of("team.db"), self.bytes_of("acme.release")
        organisation = self.bytes_of("acme.db")
        for person in PEOPLE:
            device = bytes.fromhex(self.device(person))
            mark = b"BPLB\x01"
            if mark not in self.before:
                found.append("no contribution was in team.db before it was published: the check sees nothing")
            for name, data in (("team.db", after), ("acme.release", release), ("acme.db", organisation),
                               ("core.lead", self.seen)):
                if mark in data:
                    found.append(f"{name} holds a contribution after it was published")
                if name != "team.db" and device in data:  # team.db knows devices from its roster, and whose decision it received
                    found.append(f"{name} holds the device of {person}")
            if (device in after) != (person != "ana"):
                found.append(f"team.db holds the device of {person}, who was erased, or not of who was not")
            for name, data in (("acme.release", release), ("acme.db", organisation)):
                if person.encode() in data:
                    found.append(f"{name} holds the name of {person}")
            if (person.encode() in self.seen) != (person == "ana"):
                found.append(f"core.lead holds the name of somebody who did not agree, or not of who did: {person}")
            if person.encode() in self.bytes_of("core.lead"):
                found.append(f"core.lead still holds the name of {person}")
        if "the week is closed\n  file: late.bundle\n  withdrawn: 5\n" not in self.late:
            found.append(f"what a bundle withdrew whose sums are late is not told: {self.late}")
        page = self.run("ben", SHARED, "blueplane privacy audit --no-sync")
        long = [line for line in page.splitlines() if "_resolved_time " in line]
        if "\u2026" in page or len(long) < 2:
            found.append(f"privacy audit does not tell the longest names whole, or tells none: {long}")
        return found


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("program")
    parser.add_argument("fakenow")
    options = parser.parse_args()
    path = os.path.join(options.root, "docs", "teams.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    names = [m.group(1) for m in BLOCK.finditer(text)]
    if names != list(STEPS):
        print(f"docs/teams.md has the blocks {names} instead of {list(STEPS)}")
        return 1
    folder = tempfile.mkdtemp(prefix="blueplane-teams-")
    try:
        walk = Walk(options.root, os.path.abspath(options.program), os.path.abspath(options.fakenow), folder)
        made = BLOCK.sub(lambda m: f"<!-- walk: {m.group(1)} -->\n{walk.block(m.group(1))}<!-- end of walk -->\n", text)
        problems = walk.problems()
    finally:
        shutil.rmtree(folder)
    for problem in problems:
        print(problem)
    if options.write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(made)
        return 0
    for line in difflib.unified_diff(text.splitlines(), made.splitlines(), "docs/teams.md", "program", lineterm=""):
        print(line)
    if text != made:
        again = shlex.join(["python3", os.path.abspath(__file__), "--write", *map(os.path.abspath, (options.program, options.fakenow))])
        print(f"docs/teams.md shows another output: {again}")
    print(f"{sum(map(len, STEPS.values()))} commands, {len(problems)} problems")
    return 1 if text != made or problems else 0


if __name__ == "__main__":
    sys.exit(main())
