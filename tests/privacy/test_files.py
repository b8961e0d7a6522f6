"""The attack of test_organisations.py on the files that people open: dashboards, reports in three forms and mails of
random organisations, made by the program for every possible reader.

Every figure of a metric that is one measure is parsed back from the files: the data of a dashboard, the rows of csv,
the tables of a report's page, of Markdown and of both parts of a mail. Each must be a number that the release files
give this reader, and is traced to the cells it is the sum of. The attacker has all these cells, of all files of all
readers of a week: no combination may reveal the exact numbers of fewer than three people.

Controls: releases made without the rules of publication are broken by what is in the files; a figure that is one
greater is noticed in every form.

    test_files.py LIBRARY WITHOUT_RULES PROGRAM      BLUEPLANE_LONG=1: 60 organisations, else 3
"""
import csv
import datetime
import email
import email.policy
import html.parser
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import test_organisations as made
import worlds
from attack import isolated
from library import Library

PROGRAM = sys.argv[3]
# Metrics that are one measure, and parts of metrics that are.
METRICS = made.METRICS | {f"feature_tasks.{m[len('feature_'):-len('_resolved')]}": m for m in made.SUMS if re.fullmatch("feature_.*_resolved", m)}
LABELS = {"Cost, list price": "cost"}  # labels on a report's first page that are not the metric's title
MONTH = "2026-02"


# ----------------------------------------------------------------------------------- what may be told

class Told:
    """All that a reader may see of a metric: by key, the numbers and the cells they are sums of."""

    def __init__(self, organisation, access, team=None, steward=None):
        releases = {k: r for k, r in organisation.releases.items() if steward is None or k[0] == steward}
        self.figures, self.access = {}, access
        keys = sorted(releases)
        self.list, self.weeks, self.keys = [releases[k] for k in keys], [monday for _, monday in keys], keys
        scopes = {team} if team else None
        month = [str(day + datetime.timedelta(days=3))[:7] for day in self.weeks]
        times = [lambda n: "", lambda n: str(self.weeks[n]), lambda n: month[n]]
        for metric, measure in METRICS.items():
            for dimension in (0,) + tuple(worlds.along(measure)):
                for time in times:
                    self.add(metric, measure, scopes, dimension, time, lambda n, c, s, t=time, d=dimension: (t(n), s if d else ""))
            for time in times:
                self.add(metric, measure, scopes, 0, time, lambda n, c, s, t=time: (t(n), c or "other"))

    def add(self, metric, measure, scopes, dimension, time, key_of):
        cells = {}
        for n, release in enumerate(self.list):
            for (c, d, s, m) in release.rows:
                if d == dimension and m == measure and c != "*" and (scopes is None or c in scopes):
                    cells.setdefault(key_of(n, c, s), []).append((self.keys[n], (c, d, s, m)))
        for key, span in made.expected(self.list, scopes, dimension, key_of, measure).items():
            if span:
                self.figures.setdefault((metric, key[1]), []).append((tuple(span), cells[key]))

    def cells_of(self, metric, key, fits):
        """The cells of every number that the figure can be."""
        return [cell for span, cells in self.figures.get((metric, key), []) if fits(span) for cell in cells]


# ------------------------------------------------------------------------------- what stands in a file

def of_dashboard(text):
    """(metric, key, value, low, high) from every table in the page's data."""
    page = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])
    dimensions = {name for name, column in page["columns"].items() if column.get("role") == "dimension"}

    def at(table, name, row):
        column = table["columns"].get(name)
        value = column and column["values"][row]
        return column["names"][value] if value is not None and column and "names" in column else value

    tables = [t for source in page["sources"] for t in list(source.values()) + [t for w in source["windows"] for t in w.values()]]
    for table in (t for t in tables if isinstance(t, dict) and "columns" in t):
        by = [name for name in table["columns"] if name in dimensions]
        for metric in (name for name in table["columns"] if name in METRICS):
            for row in range(table["rows"]):
                key = [str(at(table, name, row) or "") for name in by if not name.startswith("time.")]
                if at(table, metric, row) is not None and "member" not in by:
                    yield metric, key[0] if key else "", at(table, metric, row), at(table, metric + ".at_least", row), at(table, metric + ".at_most", row)


def of_csv(text):
    number = lambda word: int(word) if re.fullmatch(r"-?\d+", word) else float(word) if word else None  # noqa: E731
    for row in csv.DictReader(io.StringIO(text)):
        if row["metric"] in METRICS and row["value"]:
            group = [part for part in row["group"].split("; ") if not re.fullmatch(r"\d{4}-(\d\d(-\d\d)?|Q\d)", part)]
            yield row["metric"], group[0] if group else "", number(row["value"]), number(row["at_least"]), number(row["at_most"])


class Tables(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables, self.cell = [], None

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.tables.append([])
        elif tag == "caption":
            self.tables[-1].append([""])
            self.cell = True
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.cell = True

    def handle_endtag(self, tag):
        self.cell = None if tag in ("td", "th", "caption") else self.cell

    def handle_data(self, data):
        if self.cell:
            self.tables[-1][-1][-1] += data


def of_html(text):
    parser = Tables()
    parser.feed(text)
    return parser.tables


def of_markdown(text):
    tables, before = [], False
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [re.sub(r"\\(.)", r"\1", c.strip().strip("*")) for c in re.split(r"(?<!\\)\|", line)[1:-1]]
            if not before:
                tables.append([])
            if not all(re.fullmatch(r"-+:?", c) for c in cells):
                tables[-1].append(cells)
        before = line.startswith("|")
    return tables


def of_plain(text):
    tables, before = [], False
    for line in text.splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if len(cells) > 1 and not re.match(r"^[\u2500-]", line):
            if not before:
                tables.append([])
            tables[-1].append(cells)
        before = len(cells) > 1 or re.match(r"^\u2500", line)
    return tables


def shown(text):
    """The least and greatest number that a displayed text may have been rounded from; None if it is a word."""
    text = text.replace("\u00a0", " ").lstrip("\u2265~").strip()
    time = re.fullmatch(r"(?:([\d,]+)h )?(?:(\d+)m ?)?(?:([\d.]+)s)?", text)
    if time and any(time.groups()):
        hours, minutes, seconds = (float((part or "0").replace(",", "")) for part in time.groups())
        half = 30 if time[1] else 0.5
        return tuple((3600 * hours + 60 * minutes + seconds + side * half) * 1e6 for side in (-1, 1))
    plain = re.fullmatch(r"(\$?)([\d,]+)(?:\.(\d+))?([kMBT]?)", text)
    if not plain:
        return None
    scale = {"": 1, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[plain[4]] * (1e9 if plain[1] else 1)
    value = float(plain[2].replace(",", "") + "." + (plain[3] or "0"))
    half = 0.5 * 10 ** -len(plain[3] or "") if plain[3] or plain[1] or plain[4] else 0
    return (value - half) * scale, (value + half) * scale


class Words:
    """Translates headings to metrics and labels to slices."""

    def __init__(self, library):
        self.titles = {m["title"]: m["metric"] for m in library.catalog("releases")} | LABELS
        self.parted = {m["metric"] for m in library.catalog("releases") if f"{m['metric']}." in m["columns"]}
        words = library.catalog("words")
        self.slices = {w["title"]: w["word"] for w in words if w["dimension"] in worlds.DIMENSIONS}
        self.parts = {w["title"]: w["word"] for w in words if w["dimension"] == "part"}

    def metric(self, heading, of=None):
        """`of`: the subject of the table, if its lines are parts of it."""
        of, _, part = heading.partition(": ") if ": " in heading else (of, "", heading[:1].lower() + heading[1:])
        if self.titles.get(of) not in self.parted:
            return self.titles.get(heading)
        part = self.parts.get(part, self.parts.get(part.upper()) or part.replace(" ", "_").lower())
        return f"{self.titles[of]}.{part}"


def figures_of(tables, words):
    """(metric, key, least, most) from tables and their headings; a table of figures has the headings in its first
    column."""
    for table in tables:
        caption = table[0][0] if table and len(table[0]) == 1 else None
        heads, *rows = table[1:] if caption is not None else table
        for row in rows:
            if heads[0] == "Figure":
                found = [(words.metric(row[0], caption), "", cell) for head, cell in zip(heads[1:], row[1:])
                         if head not in ("Change", "Detail", "Definition")]
            elif words.metric(heads[0]):
                found = [(words.metric(head), "", cell) for head, cell in zip(heads, row)]
            else:
                key = "" if re.fullmatch(r"\d{4}-.*", row[0]) else words.slices.get(row[0], row[0])
                found = [(words.metric(head), key, cell) for head, cell in zip(heads[1:], row[1:])]
            for metric, key, cell in found:
                span = shown(cell) if metric in METRICS else None
                if span:
                    yield metric, key, span[0], span[1]


# --------------------------------------------------------------------------------------- every file

class Files:
    """What the program makes of an organisation, and the figures parsed from it."""

    def __init__(self, library, organisation, folder):
        self.organisation, self.folder = organisation, folder
        self.words = Words(library)
        self.read, self.cells, self.problems, self.forms = 0, {}, [], {}

    def make(self, *words):
        run = subprocess.run([PROGRAM, *map(str, words)], env={"HOME": str(self.folder), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                             "PATH": os.environ["PATH"], "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")}, capture_output=True, check=False)
        if run.returncode not in (0, 3, 4):
            raise AssertionError((words, run.returncode, run.stderr.decode()))
        return run.stdout.decode() if run.returncode == 0 else ""

    def take(self, told, form, figures):
        for metric, key, *numbers in figures:
            self.read += 1
            self.forms[form] = self.forms.get(form, 0) + 1
            if len(numbers) == 3:
                cells = told.cells_of(metric, key, lambda span: span == tuple(numbers))
            else:
                cells = told.cells_of(metric, key, lambda span: numbers[0] - 1e-6 <= span[0] <= numbers[1] + 1e-6)
            if not cells:
                self.problems.append(f"{form} for {told.access}: {metric} of \"{key}\" is {numbers}, which no release tells")
            for where, cell in cells:
                self.cells.setdefault(where, set()).add(cell)

    def text(self, told, form, text):
        if text:
            tables = {"page": of_html, "markdown": of_markdown, "plain": of_plain}[form](text)
            self.take(told, form, figures_of(tables, self.words))

    def dashboard(self, told, *words):
        text = self.make("dashboard", *words, "--output", "-")
        if text:
            self.take(told, "dashboard", of_dashboard(text))

    def report(self, told, kind):
        common = ("report", kind, "--store", self.organisation.path, "--period", MONTH, "--output", "-", "--format")
        self.text(told, "page", self.make(*common, "html"))
        self.text(told, "markdown", self.make(*common, "md"))
        text = self.make(*common, "csv")
        if text:
            self.take(told, "csv", of_csv(text))

    def mail(self, told, *words):
        text = self.make("mail", *words)
        if text:
            message = email.message_from_string(text, policy=email.policy.default)
            self.text(told, "page", message.get_body(("html",)).get_content())
            self.text(told, "plain", message.get_body(("plain",)).get_content())

    def all(self):
        organisation = self.organisation
        for access in ("manager", "research"):
            told = Told(organisation, access)
            self.dashboard(told, "--release", organisation.path, "--as", access)
            self.report(told, {"manager": "executive", "research": "research"}[access])
            if access == "manager":
                self.mail(told, "--store", organisation.path)
        for n, steward in enumerate(organisation.stewards):
            files = [word for monday in organisation.weeks for word in ("--release", steward.files[monday])]
            for team in range(steward.teams):
                told = Told(organisation, "lead", f"t{team:02}", n)
                self.dashboard(told, *files, "--as", "lead", "--team", f"t{team:02}")
                self.mail(told, *files, "--as", "lead", "--team", f"t{team:02}")
        return self

    def isolated(self):
        """The weeks, scopes and measures where the cells behind the figures isolate a group, and how many were
        examined."""
        out, systems = [], 0
        for (n, monday), wanted in self.cells.items():
            released, seen = self.organisation.releases[(n, monday)], worlds.Published()
            for (c, d, s, m) in wanted:
                number = {"": worlds.SCOPE_OTHER}.get(c)
                number = int(c[1:]) if number is None else number
                at = made.EXPERIENCES.index(s) if d == worlds.EXPERIENCE else made.number_of(s)
                seen.cells[(number, d, at, m)] = released.cells[(number, d, at, m)]
            # Which slices have rows of their own decides who is in `other`; the attacker knows it.
            seen.named = released.named
            for scope in seen.scopes():
                team = worlds.members(self.organisation.stewards[n].people[monday], released, scope)
                for m in sorted({x for (c, _, _, x) in seen.cells if c == scope}):
                    systems += 1
                    if isolated(team, seen, scope, m, 3):
                        out.append((n, made.week_name(monday), scope, m))
        return out, systems


# ---------------------------------------------------------------------------------------- controls

def noticed(files):
    """Control: whether a figure that is one greater is noticed in every form; None if there is no figure."""
    told, found = Told(files.organisation, "manager"), {}
    metric, key = "prompts", ""
    spans = told.figures.get((metric, key))
    if not spans:
        return None
    forms = {"dashboard": (max(v for (v, _, _), _ in spans) + 1, 0, 0), "csv": (max(v for (v, _, _), _ in spans) + 1, 0, 0)}
    for form, numbers in forms.items():
        before = len(files.problems)
        files.take(told, form, [(metric, key, *numbers)])
        found[form] = len(files.problems) > before
        del files.problems[before:]
    more = max(v for (v, _, _), _ in spans) + 1
    texts = {"page": f"<table><tr><th>Figure</th><th>Value</th></tr><tr><th>Prompts</th><td>{more:,}</td></tr></table>",
             "markdown": f"| Figure | Value |\n| --- | ---: |\n| Prompts | {more:,} |\n", "plain": f"Figure    Value\nPrompts   {more:,}\n"}
    for form, text in texts.items():
        before = len(files.problems)
        files.text(told, form, text)
        found[form] = len(files.problems) > before
        del files.problems[before:]
    return all(found.values())


def run(path, seeds):
    library, total = Library(path), {"organisations": 0, "read": 0, "systems": 0, "told": 0, "broken": 0}
    problems, forms, controls = [], {}, []
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="files") as folder:
            files = Files(library, made.Organisation(library, seed, pathlib.Path(folder)), folder).all()
            broken, systems = files.isolated()
            total["organisations"] += 1
            total["read"] += files.read
            total["systems"] += systems
            total["told"] += systems > 0
            total["broken"] += bool(broken)
            problems += [f"organisation {seed}: {p}" for p in files.problems + [f"isolated: {b}" for b in broken]]
            controls.append(noticed(files))
            for form, count in files.forms.items():
                forms[form] = forms.get(form, 0) + count
    return total, problems, forms, [c for c in controls if c is not None]


def main():
    path, weak = sys.argv[1:3]
    count = 60 if os.environ.get("BLUEPLANE_LONG") else 3
    total, problems, forms, controls = run(path, range(count))
    print(f"{count} organisations: {total['read']} figures read in {forms}; {len(problems)} problems; "
          f"{total['systems']} systems of equations, {total['broken']} organisations with a group below 3 isolated")
    print("\n".join(problems[:20]))
    weakened, _, _, _ = run(weak, range(max(3, count // 10)))
    print(f"control, releases without the rules: {weakened['broken']} of {weakened['told']} organisations broken by their files; "
          f"control, a figure one greater: {sum(controls)} of {len(controls)} noticed in every form")
    good = not problems and total["systems"] > 0 and all(forms.get(form, 0) > 20 for form in ("dashboard", "csv", "page", "markdown", "plain"))
    sys.exit(0 if good and weakened["broken"] >= 0.9 * weakened["told"] > 0 and controls and all(controls) else 1)


if __name__ == "__main__":
    main()
