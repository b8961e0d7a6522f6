"""Prints the table of tests/coverage.sh: gcovr's counts by file and folder, compared with the limits.

    python3 coverage.py SUMMARY.json [--write]
"""
import json
import pathlib
import sys

LIMITS = {"line": 95, "branch": 85}
PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs/coverage.md"
BEGIN, END = "<!-- coverage -->\n", "<!-- end -->\n"


def share(counts, what):
    total = counts[what + "_total"]
    return 100 * counts[what + "_covered"] / total if total else 100


def row(name, counts):
    cells = [f"{share(counts, what):.1f} % of {counts[what + '_total']:,}" if counts[what + "_total"] else "none" for what in LIMITS]
    return "| " + " | ".join([name, *cells]) + " |\n"


def table(summary):
    lines = ["| file | lines | branches |\n", "| --- | --- | --- |\n", row("**all**", summary)]
    folders = {}
    for counts in summary["files"]:
        path = pathlib.PurePath(counts["filename"])
        folders.setdefault(path.parent.name, []).append((path.name, counts))
    for folder in sorted(folders):
        total = {key: sum(counts[key] for _, counts in folders[folder]) for what in LIMITS for key in (what + "_total", what + "_covered")}
        lines.append(row(f"**{folder}**", total))
        lines += [row(f"{folder}/{name}", counts) for name, counts in sorted(folders[folder], key=lambda pair: pair[0])]
    return "".join(lines)


def main(path, write):
    summary = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    text = table(summary)
    print(text, end="")
    if write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        PAGE.write_text(before + BEGIN + text + END + rest.split(END)[1], encoding="utf-8")
    low = [f"{share(summary, what):.1f} % of {what}s, at least {least} %" for what, least in LIMITS.items() if share(summary, what) < least]
    print(*low, sep="\n", end="\n" if low else "")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--write" in sys.argv))
