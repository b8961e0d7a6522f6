#!/usr/bin/env python3
"""Makes an organisation for the tests of pages: three people and the week of the walk in docs/teams.md.

    python3 tests/pages/organisation.py PROGRAM FAKENOW FOLDER

Writes FOLDER/acme.release, FOLDER/core.lead, in which one member agreed to be seen, and FOLDER/acme.db.
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "docs"))
import teams  # noqa: E402


def main() -> None:
    program, fakenow, folder = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:])
    walk = teams.Walk(str(ROOT), program, fakenow, folder)
    for name in ("store", "roster", "join", "consent", "share", "merge", "publish", "member", "organisation"):
        walk.block(name)


if __name__ == "__main__":
    main()
