"""Tests reports and mails from outside: they are made of the demo organisation, and every figure in them is queried
again.

    test_reports.py PROGRAM [FAKENOW]

The quarter of the demo is everything it publishes, so `release show`, which covers everything, must give the same
numbers. The rules of the recommendations are implemented here a second time, from docs/reports.md.
"""
import contextlib
import csv
import datetime
import email
import email.policy
import html.parser
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
FAKENOW = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
WEEKS, UNTIL, QUARTER = 13, "2026-03-29", "2026-Q1"
VOID = {"meta", "rect", "line", "circle", "polygon", "polyline", "br"}


def run(*words, code=0, **environment):
    env = {"PATH": os.environ["PATH"], "HOME": str(DEMO), "TZ": "UTC", "LC_ALL": "C.UTF-8", **environment}
    done = subprocess.run([PROGRAM, *map(str, words)], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == code, (words, done.returncode, done.stderr.decode())
    return done.stdout.decode() if code == 0 else done.stderr.decode()


def asked(*metrics, by=None, who="manager", of="acme.db"):
    """Published numbers by their group; None where there is no value."""
    words = ["release", "show", DEMO / of, *metrics, "--as", who, "--json"] + (["--by", by] if by else [])
    document = json.loads(run(*words))
    states = {(each["row"], each["column"]): each["state"] for each in document["states"]}
    return document["rows"], states


class Page(html.parser.HTMLParser):
    """Parses a page: every element must be closed, and forbidden things are counted."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.data, self.texts, self.attributes = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs
        if tag == "data":
            self.data.append(dict(attrs)["value"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data):
        self.texts.append(data)


def check_page(text):
    page = Page(text)
    assert page.open == [], page.open
    assert not {"script", "img", "link", "iframe", "object", "form", "input"} & set(page.seen), set(page.seen)
    for name, value in page.attributes:
        assert name not in ("style", "src", "href", "action") and not name.startswith("on"), (name, value)
    return page


class Reports(unittest.TestCase):
    """Executive and research reports in all their forms."""

    def executive(self, form):
        return (DEMO / f"executive-quarter.{form}").read_text(encoding="utf-8")

    def test_page(self):
        """Pages are well-formed and allow no scripts."""
        for name in ("executive-quarter", "executive-month", "research"):
            text = (DEMO / f"{name}.html").read_text(encoding="utf-8")
            check_page(text)
            policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
            self.assertIn("default-src 'none'", policy)
            self.assertIn("script-src 'none'", policy)

    def test_figures_of_the_first_page(self):
        """The figures of the first page are the published ones."""
        shown = check_page(self.executive("html")).data
        names = ["cost", "lines_added", "commits", "cost_per_line", "adoption_rate", "license_utilization", "cost_per_active_seat", "roi"]
        [row], _ = asked(*names)
        self.assertEqual(len(shown), len(names))
        for name, value in zip(names, shown):
            self.assertEqual(float(value), float(row[name]), name)

    def check_rows(self, text, who):
        """Every row of the csv form is queried again: value, both bounds, state."""
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        bys = {"Teams": "team", "Projects": "project", "Platforms and licences": "platform", "Models": "model_family",
               "Quarter over quarter": "time.quarter", "Tasks": "task_type", "Experience": "experience"}
        compared = 0
        for by in [None, "team", "project", "platform", "model_family", "time.quarter", "task_type", "experience"]:
            own = [row for row in rows if row["metric"] and (bys.get(row["section"]) == by and (by or not row["group"]))]
            metrics = sorted({row["metric"].split(".")[0] for row in own})
            for at in range(0, len(metrics), 16):
                told, states = asked(*metrics[at:at + 16], by=by, who=who)
                groups = {row[by] if by else "": (number, row) for number, row in enumerate(told)}
                for row in own:
                    if row["metric"].split(".")[0] not in metrics[at:at + 16]:
                        continue
                    number, expected = groups[row["group"]]
                    for column, name in (("value", ""), ("at_least", ".at_least"), ("at_most", ".at_most")):
                        value = expected[row["metric"] + name]
                        self.assertEqual(None if row[column] == "" else float(row[column]), value if value is None else float(value), (row, name))
                    state = states.get((number, row["metric"]), "value" if expected[row["metric"]] is not None else "empty")
                    self.assertEqual(row["state"], state, row)
                    compared += 1
        return compared

    def test_rows_are_what_is_published(self):
        """Every row of the csv forms is the published number."""
        self.assertGreater(self.check_rows(self.executive("csv"), "manager"), 150)
        text = run("report", "research", "--store", DEMO / "acme.db", "--format", "csv")
        self.assertGreater(self.check_rows(text, "research"), 40)

    def test_a_week_that_is_not_published(self):
        """If a week between two published ones is missing, a month of three weeks is not compared like one of four."""
        names = {"Cost, list price": "cost", "Lines added": "lines_added", "Commits": "commits"}
        files = [DEMO / f"2026-W{week:02}.release" for week in (6, 7, 9, 10, 11, 12, 13)]

        def report(month, form):
            return run("report", "executive", *files, "--period", month, "--format", form)

        def sums(month):
            return {row["metric"]: float(row["value"]) for row in csv.DictReader(io.StringIO(report(month, "csv")))
                    if row["section"] == "At a glance" and row["metric"] in names.values()}
        before, now = sums("2026-02"), sums("2026-03")
        first = report("2026-02", "md")
        self.assertIn("acme: 3 of 4 weeks are published", first)
        self.assertIn("nothing just before February 2026 is published", first)
        self.assertIn("acme: 7 of 13 weeks are published", report("2026-Q1", "md"))
        text = report("2026-03", "md")
        self.assertIn("acme: 4 of 4 weeks are published", text)
        told = re.findall(r"^\| ([\w, ]+) \|.*\| per week: ([+−])([\d.]+) % against February 2026", text, re.MULTILINE)
        self.assertGreater(len(told), 0, text)
        for title, sign, size in told:
            name = names[title]
            change = 100 * ((now[name] / 4) / (before[name] / 3) - 1)
            self.assertAlmostEqual(float(size) if sign == "+" else -float(size), change, delta=0.51)
        self.assertIn("| Figure | 2026-02 | 2026-03 | Change |\n| --- | ---: | ---: | ---: |\n| Weeks published | 3 of 4 | 4 of 4 |  |\n", text)
        for line in re.findall(r"^\| (?:Cost|Lines added|Commits|Sessions) \| [^|]*\d \|.*$", text.split("## Month over month")[1], re.MULTILINE):
            self.assertRegex(line, r"\| per week: (?:[+−][\d.]+ %|no clear change) \|$")

    def test_weeks_to_come_are_not_withheld(self):
        """If nine weeks of a quarter are published, the tenth is not reported as withheld: it does not exist yet."""
        files = [word for file in sorted(DEMO.glob("*.release"))[:9] for word in ("--release", file)]
        for name in ("executive", "research"):
            page = run("report", name, *files, "--period", QUARTER)
            self.assertIn("9 of 13 weeks are published", page)
            weeks = re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d)</th>', page)
            self.assertEqual((len(weeks), max(weeks)), (9, "2026-02-23"), name)
            self.assertNotIn("more in the table", page)

    def test_what_came_later_is_no_part_of_it(self):
        """A report of February ends with February, whatever was published since, and its changes match its own
        figures."""
        text = run("report", "executive", "--store", DEMO / "acme.db", "--period", "2026-02", "--format", "md")
        self.assertIn("| Figure | 2026-01 | 2026-02 | Change |", text)
        self.assertIn("| Figure | 2026-01 | 2026-02 | 2026-03 | Change |", run(
            "report", "executive", "--store", DEMO / "acme.db", "--period", "2026-03", "--format", "md"))
        until = [word for file in sorted(DEMO.glob("*.release")) if file.stem <= "2026-W09" for word in ("--release", file)]
        self.assertEqual(run("report", "executive", *until, "--period", "2026-02", "--format", "md"), text)

    def test_recommendations_follow_their_rules(self):
        """The recommendations are those that the rules, applied here again, give."""
        names = ["cost_per_task", "cache_efficiency", "acceptance_rate", "adoption_rate", "roi"]
        [all_], _ = asked(*names)
        teams = [row for row in asked(*names[:4], by="team")[0] if row["team"] != "other"]
        platforms = asked("license_utilization", by="platform")[0]

        def clear(low, high, times=1):
            return low is not None and high is not None and low > high * times

        expected = []
        unused = [row for row in platforms if row["license_utilization"] is not None and row["license_utilization.at_most"] is not None
                  and row["license_utilization.at_most"] < 0.7]
        if unused:
            lowest = min(unused, key=lambda row: row["license_utilization.at_most"])
            titles = {"claude_code": "Claude Code", "codex": "Codex", "cursor": "Cursor", "gemini_cli": "Gemini CLI"}
            expected.append(f"Give back seats of {titles[lowest['platform']]}, or fill them")
        if all_["adoption_rate.at_most"] < 0.85:
            expected.append("Bring in those who do not use assistants yet")
        dear = [row for row in teams if clear(row["cost_per_task.at_least"], all_["cost_per_task.at_most"], 1.1)]
        if dear:
            expected.append("Find out what makes tasks expensive in " + max(dear, key=lambda row: row["cost_per_task"])["team"])
        for metric, times, title in (("cache_efficiency", 1.03, "Let {} use the cache"), ("acceptance_rate", 1.05, "Ask {} what it rejects")):
            low = [row for row in teams if clear(all_[metric + ".at_least"], row[metric + ".at_most"], times)]
            if low:
                expected.append(title.format(min(low, key=lambda row: row[metric])["team"]))
        if all_["roi.at_least"] > 1:
            expected.append("Keep up the investment")
        elif all_["roi.at_most"] < 1:
            expected.append("Do not widen the rollout yet")
        made = re.findall(r"<li><h3>(.*?)</h3>", self.executive("html"))
        self.assertEqual(made, expected[:3])
        self.assertGreater(len(made), 0)

    def test_markdown(self):
        """Tables have the same number of columns in every line."""
        text = self.executive("md")
        self.assertIn("## Recommendations", text)
        tables = re.findall(r"((?:^\|.*\n)+)", text, re.MULTILINE)
        self.assertGreater(len(tables), 5)
        for table in tables:
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            self.assertEqual(len(widths), 1, table)

    def test_units_stay_with_their_numbers(self):
        """In pages no line can end between a number and "%", "points" or "s"; other forms have plain spaces."""
        for text in (self.executive("html"), Mail.parsed(self, "mail-manager.eml")[2]):
            own = re.sub(r"<(figure|table)\b.*?</\1>", "", text, flags=re.DOTALL)  # the library's, whose cells do not wrap
            self.assertIn("\u00a0%", text)
            self.assertEqual(re.findall(r".{9}\d (?:%|points?\b|s\b).{3}", own), [])
        self.assertNotIn("\u00a0", self.executive("md"))

    def test_ranges_of_teams_in_markdown(self):
        """Markdown has no bars: it does not describe them, and has the ranges as text, each that of the csv form."""
        text = self.executive("md")
        self.assertNotIn("bar", text.split("## Teams")[1].split("\n|")[0])
        self.assertIn("The light part of a bar spans", self.executive("html"))
        told = {row["group"]: row for row in csv.DictReader(io.StringIO(self.executive("csv"), newline=""))
                if row["section"] == "Teams" and row["metric"] == "lines_added" and row["at_most"]}
        self.assertGreater(len(told), 5)
        lines = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|", text.split("## Teams")[1].split("## Projects")[0], re.MULTILINE))
        for team, row in told.items():
            value, low, high = (f"{int(row[name]):,}" for name in ("value", "at_least", "at_most"))
            self.assertEqual(lines[team], value if low == high else f"{value} ({low} to {high})")
        self.assertTrue(any("(" in lines[team] for team in told))

    def test_references_of_the_organisation(self):
        """The organisation's reference values are shown, escaped, with the comparison."""
        path = DEMO / "benchmark.json"
        path.write_text(json.dumps({"version": 1, "references": [
            {"metric": "acceptance_rate", "value": 0.3, "source": "a <survey> & more", "date": "2026-01-31"},
            {"metric": "cost_per_line", "value": 1e9, "source": "pilot", "date": "2025-11-01"}]}), encoding="utf-8")
        text = run("report", "executive", "--store", DEMO / "acme.db", "--benchmark", path)
        check_page(text)
        self.assertIn("a &lt;survey&gt; &amp; more, 2026-01-31", text)
        self.assertIn("above it", text)
        self.assertIn("below it", text)

    def test_releases_put_together_are_the_organisation(self):
        """Reports from the organisation's store, and from its releases in either order, are equal."""
        files = sorted(DEMO.glob("*.release"))
        self.assertEqual(len(files), WEEKS)
        whole = run("report", "executive", "--store", DEMO / "acme.db", "--period", "quarter")
        self.assertEqual(whole, self.executive("html"))
        self.assertEqual(run("report", "executive", *files, "--period", "quarter"), whole)
        turned = [word for file in reversed(files) for word in ("--release", file)]
        self.assertEqual(run("report", "executive", *turned, "--period", QUARTER, TZ="Pacific/Apia", LC_ALL="tr_TR.UTF-8"), whole)
        self.assertEqual(list(Path(tempfile.gettempdir()).glob("blueplane-??????")), [])

    def test_what_is_refused(self):
        """Wrong arguments and files are refused with their status."""
        for words, code in ((["report", "executive", "--store", DEMO / "acme.db", "--period", "2026-13"], 2),
                            (["report", "executive", "--store", DEMO / "acme.db", "--period", "today"], 2),
                            (["report", "executive", "--store", DEMO / "acme.db", "--period", "2020-Q1"], 3),
                            (["report", "executive", "--store", DEMO / "developer.db"], 4),
                            (["report", "executive", DEMO / "nothing.release"], 2),
                            (["report", "poem", "--store", DEMO / "acme.db"], 2),
                            (["report", "executive", "--store", DEMO / "acme.db", "--format", "json"], 2),
                            (["mail", "--store", DEMO / "acme.db", "--as", "research"], 2),
                            (["mail", "--release", DEMO / "2026-W13.release", "--as", "lead"], 2),
                            (["report", "executive", DEMO / "2026-W13.release", os.devnull], 1),
                            (["mail", "--store", DEMO / "acme.db", "--to", "a@example.org\nBcc: b@example.org"], 2),
                            (["demo", DEMO], 2)):
            self.assertIn("blueplane: ", run(*words, code=code))
        week = DEMO / "2026-W13.release"
        for other, said, code in ((os.devnull, f"file: {os.devnull}", 1), (DEMO / "2026-W13.lead", "file: ~/2026-W13.lead", 4),
                                  (DEMO / "acme.db", "a store is not a release: ~/acme.db", 2)):
            for words in (["report", "executive", week, other], ["mail", "--release", week, "--release", other],
                          ["dashboard", "--release", week, "--release", other, "--output", "-"]):
                self.assertIn(said, run(*words, code=code))

    def test_what_an_organisation_has(self):
        """The weeks in the organisation's store are those of its releases."""
        rows = json.loads(run("release", "show", DEMO / "acme.db", "--json"))["rows"]
        self.assertEqual(sorted({row["window"] for row in rows}), [path.stem for path in sorted(DEMO.glob("*.release"))])

    def test_lower_bounds(self):
        """A cost that is a lower bound, and each ratio of it, is marked in pages and mails; lines are not."""
        with tempfile.TemporaryDirectory(prefix="reports-") as folder:
            least = Path(folder) / "least.db"
            shutil.copy(DEMO / "acme.db", least)
            with contextlib.closing(sqlite3.connect(least)) as db, db:
                db.execute("UPDATE published SET state = state | 4 WHERE measure = 22")  # cost, by its number in privacy/vector.def
            page = run("report", "executive", "--store", least, "--period", QUARTER, "--format", "md")
            for marked in (r"\| Cost, list price \| ≥\$", r"\| Cost per line \| ≥\$", r"per task ≥\$", r"per commit ≥\$",
                           r"\| Cost per active member \| ≥\$", r"\| Lines added \| \d"):
                self.assertRegex(page, marked)
            mail = email.message_from_string(run("mail", "--store", least), policy=email.policy.default).get_body(("plain",)).get_content()
            for marked in (r"Cost +≥\$", r"Cost per line +≥\$", r"Lines added +\d"):
                self.assertRegex(mail, marked)

    def test_what_is_compared(self):
        """A month is compared with the one before, and also if a week of that is missing or was withdrawn, which a note
        says."""
        with tempfile.TemporaryDirectory(prefix="reports-") as folder:
            less, taken = Path(folder) / "less.db", Path(folder) / "taken.db"
            for store in (less, taken):
                shutil.copy(DEMO / "acme.db", store)
                with contextlib.closing(sqlite3.connect(store)) as db, db:
                    lost, = db.execute("SELECT id FROM release WHERE window = 20493").fetchone()  # 2026-02-09
                    db.execute("DELETE FROM published WHERE release = ?", (lost,))
                    if store == less:
                        db.execute("DELETE FROM release WHERE id = ?", (lost,))
            page = [run("report", "executive", "--store", store, "--period", "2026-03", "--format", "md") for store in (less, taken)]
            self.assertRegex(page[0], r"per week: .*% against February 2026")
            self.assertEqual(*page)
            for who in ("manager", "research"):
                part = "4 of 4 weeks; baseline: 3 of 4 weeks"
                for store, said in ((DEMO / "acme.db", None), (less, part), (taken, part)):
                    words = ["release", "show", store, "cost" if who == "manager" else "prompts", "--period", "2026-03-01/2026-03-31",
                             "--compare", "previous", "--as", who, "--json"]
                    done = subprocess.run([PROGRAM, *map(str, words)], env={"PATH": os.environ["PATH"], "HOME": folder, "TZ": "UTC"},
                                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
                    self.assertEqual(json.loads(done.stdout)["meta"].get("coverage"), said)
                    self.assertEqual(done.stderr, f"published: {said}\n" if said else "")


def walks():
    """The walk through a team's week in docs/teams.md."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "docs"))
    import teams
    return teams


class Mail(unittest.TestCase):
    """Mails to managers and leads."""

    def parsed(self, name):
        message = email.message_from_bytes((DEMO / name).read_bytes(), policy=email.policy.default)
        for part in message.walk():
            self.assertEqual(part.defects, [])
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        return message, message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()

    def test_manager(self):
        """The manager's mail has the published figures in both parts."""
        message, plain, page = self.parsed("mail-manager.eml")
        self.assertEqual(message["subject"], "acme, week 2026-W13")
        told = json.loads(run("release", "show", DEMO / "2026-W13.release", "cost", "sessions", "--json"))["rows"][0]
        self.assertRegex(plain, rf"Cost +\${told['cost'] / 1e9:,.2f} ")
        self.assertRegex(plain, rf"Sessions +{told['sessions']:,} ")
        self.assertIn(f"${told['cost'] / 1e9:,.2f}", page)
        for heading in ("The week in figures", "What stands out", "Teams by lines added", "What is hidden, and why"):
            self.assertIn(heading, plain)
            self.assertIn(heading, page)

    def test_what_stands_out(self):
        """In one week the demo's people work more than in the eight before; computed by hand from the releases."""
        _, plain, _ = self.parsed("mail-manager.eml")
        weeks = [json.loads(run("release", "show", file, "sessions", "--json"))["rows"][0] for file in sorted(DEMO.glob("*.release"))[-9:]]
        before = weeks[:-1]
        self.assertGreater(weeks[-1]["sessions.at_least"], max(row["sessions.at_most"] for row in before))
        low, high = min(row["sessions.at_least"] for row in before), max(row["sessions.at_most"] for row in before)
        self.assertIn(f"Sessions, {weeks[-1]['sessions']:,}, is above all of the 8 weeks before ({low:,} to {high:,}).", plain)

    def test_changes_of_rates(self):
        """A change of a rate is in points: "-2.1 %" of 82 % would be ambiguous."""
        _, plain, _ = self.parsed("mail-manager.eml")
        rates = ("adoption_rate", "acceptance_rate", "cache_efficiency")
        before, now = [json.loads(run("release", "show", file, *rates, "--json"))["rows"][0] for file in sorted(DEMO.glob("*.release"))[-2:]]
        for rate in rates:
            clear = now[f"{rate}.at_least"] > before[f"{rate}.at_most"] or now[f"{rate}.at_most"] < before[f"{rate}.at_least"]
            said = f"{100 * (now[rate] - before[rate]):+.1f} points".replace("-", "\u2212") if clear else "no clear change"
            self.assertRegex(plain, rf"{rate.replace('_', ' ').capitalize()} .* {re.escape(said)}\r?\n", rate)

    def test_lead(self):
        """The lead's mail has the team's figures, and names no other team."""
        message, plain, _ = self.parsed("mail-lead.eml")
        self.assertEqual(message["subject"], "acme, atlas, week 2026-W13")
        told = json.loads(run("release", "show", DEMO / "2026-W13.release", "prompts", "--as", "lead", "--team", "atlas", "--json"))["rows"][0]
        self.assertRegex(plain, rf"Prompts +{told['prompts']:,} ")
        for team in ("basalt", "cedar", "juniper"):
            self.assertNotIn(team, plain)

    def test_the_team_of_a_leads_file(self):
        """A lead's file names its team, so --team need not; another team's is refused by the name of both, and a release
        without --team, which is of no team, with what is missing."""
        file, board = DEMO / "2026-W13.lead", ("dashboard", "--output", "-")
        told = run("mail", "--as", "lead", "--release", file)
        self.assertIn("Subject: acme, atlas, week 2026-W13\r\n", told)
        self.assertEqual(run("mail", "--as", "lead", "--release", file, "--team", "atlas"), told)
        page = run(*board, "--as", "lead", "--release", file)
        self.assertEqual(json.loads(re.search(r"<script[^>]*application/json[^>]*>(.*?)</script>", page, re.DOTALL)[1])["team"], "atlas")
        for words in (("mail",), board, ("release", "show", file, "sessions")):
            of = () if words[0] == "release" else ("--release", file)
            self.assertIn("2026-W13.lead is of the team atlas, not of basalt", run(*words, *of, "--as", "lead", "--team", "basalt", code=2))
        for words in (("mail",), board):
            self.assertIn("--team TEAM", run(*words, "--release", DEMO / "2026-W13.release", "--as", "lead", code=2))

    def test_two_organisations(self):
        """Releases of two organisations are not combined under the name of one."""
        if not FAKENOW:
            self.skipTest("no program to set the clock")
        teams = walks()

        class Other(teams.Walk):
            def write_roster(self):
                super().write_roster()
                path = Path(self.folder) / "roster.json"
                path.write_text(path.read_text(encoding="utf-8").replace('"acme"', '"other"'), encoding="utf-8")

        with tempfile.TemporaryDirectory(prefix="reports-") as folder:
            walk = Other(str(Path(__file__).resolve().parents[2]), PROGRAM, FAKENOW, folder)
            for name in ("store", "roster", "join", "share", "merge", "publish"):
                walk.block(name)
            files = [DEMO / "2026-W13.release", Path(folder) / "acme.release"]
            for words in (["report", "executive", *files], ["report", "research", *files], ["mail", "--release", files[0], "--release", files[1]]):
                self.assertIn("two organisations", run(*words, code=2))
            week = ["mail", "--as", "lead", "--team"]
            run(*week, "core", "--release", files[1])
            self.assertIn("two organisations", run(*week, "core", "--release", files[1], "--release", DEMO / "2026-W12.release", code=2))

    def test_several_teams(self):
        """If the stores of two teams published a week, the manager sees the sum, whichever is named first; a lead's mail of
        two files of one week is refused."""
        if not FAKENOW:
            self.skipTest("no program to set the clock")
        teams = walks()
        with tempfile.TemporaryDirectory(prefix="reports-") as other:
            walk = teams.Walk(str(Path(__file__).resolve().parents[2]), PROGRAM, FAKENOW, other)
            for name in ("store", "roster", "join", "share", "merge", "publish"):
                walk.block(name)
            files = [DEMO / "2026-W13.release", Path(other) / "acme.release"]
            rows = csv.DictReader(io.StringIO(run("report", "executive", *files, "--period", "2026-03", "--format", "csv")))
            cost = next(int(row["value"]) for row in rows if row["section"] == "At a glance" and row["metric"] == "cost")
            few = run("report", "executive", files[1], "--period", "2026-03", "--format", "md")
            self.assertIn("Contributors in the largest week: 3.\n", few)
            mails = [run("mail", "--release", one, "--release", two) for one, two in (files, files[::-1])]
            self.assertEqual(mails[0], mails[1])
            plain = email.message_from_string(mails[0], policy=email.policy.default).get_body(("plain",)).get_content()
            self.assertRegex(plain, rf"Cost +\${cost / 1e9:,.2f}\s")
            for file in files:
                own = json.loads(run("release", "show", file, "cost", "--json"))["rows"][0]["cost"]
                self.assertLess(own, cost)
            def board(*words):
                page = run("dashboard", *(word for file in words for word in ("--release", file)), "--output", "-")
                return json.loads(re.search(r"<script[^>]*application/json[^>]*>(.*?)</script>", page, re.DOTALL)[1])
            one, both = board(*files), board(DEMO / "2026-W12.release", *files)
            [source], [week] = one["sources"], [each for each in both["sources"][0]["windows"] if each["name"] == "2026-03-23"]
            for window in (source["windows"][0], week):
                self.assertEqual(window["totals"]["columns"]["cost"]["values"], [cost])
            self.assertEqual((source["trend"]["rows"], one["partly"], both["partly"]), (1, [], ["2026-03-16"]))
            apart = [DEMO / "2026-W12.release", files[1]]
            self.assertEqual(board(*apart)["partly"], ["2026-03-16", "2026-03-23"])
            self.assertIn("2 of 4 weeks are published, 2 of them not by every team's store.",
                          run("report", "executive", *apart, "--period", "2026-03", "--format", "md"))
            # The week before only one of them published: what the other adds is no growth, in a mail or a report.
            before = [DEMO / f"2026-W{week:02}.release" for week in range(4, 13)]
            whole, part = ([word for file in [*before, files[0], *more] for word in ("--release", file)] for more in ([], files[1:]))
            plain = [email.message_from_string(run("mail", *words), policy=email.policy.default).get_body(("plain",)).get_content()
                     for words in (whole, part)]
            changes = [re.findall(r"no clear change|[+\u2212][\d.]+ (?:%|points)\r?$", text, re.MULTILINE) for text in plain]
            self.assertEqual([len(found) > 5 for found in changes], [True, False], changes)
            self.assertEqual(["not every team has published both weeks" in text for text in plain], [False, True])
            self.assertEqual(["fewer than four earlier weeks" in text for text in plain], [False, True])
            said = [run("report", "executive", *words, "--period", "2026-03", "--format", "md") for words in (whole, part)]
            self.assertEqual(["against February 2026" in text for text in said], [True, False])
            self.assertIn("not every team has published both completely", said[1])
            self.assertIn("4 of 4 weeks are published, 3 of them not by every team's store.", said[1])
            lead = ("mail", "--as", "lead", "--team", "atlas")
            self.assertIn("two of the files are of the week 2026-W13", run(*lead, "--release", files[0], "--release", files[0], code=2))

    def test_page_of_the_mail(self):
        """The mail's page is safe, and its lines are short and ASCII."""
        for name in ("mail-manager.eml", "mail-lead.eml"):
            _, plain, page = self.parsed(name)
            check_page(page)
            self.assertNotRegex(page, r"https?:|url\(|@import")
            self.assertLessEqual(max(len(line) for line in plain.splitlines()), 78)
            raw = (DEMO / name).read_bytes()
            self.assertLessEqual(max(len(line) for line in raw.split(b"\r\n")), 78)
            self.assertTrue(all(byte < 128 for byte in raw))

    def test_addresses(self):
        """Sender and recipients are written correctly, also many of them."""
        mail = run("mail", "--store", DEMO / "acme.db", "--from", "blueplane@example.org", "--to", "Ada <ada@example.org>")
        message = email.message_from_string(mail, policy=email.policy.default)
        self.assertEqual(message["to"].addresses[0].addr_spec, "ada@example.org")
        self.assertEqual(message["from"].addresses[0].addr_spec, "blueplane@example.org")
        many = [f"Person {number} <person-{number}@example.org>" for number in range(60)]  # a line may have at most 998 characters
        mail = run("mail", "--store", DEMO / "acme.db", "--to", ", ".join(many))
        self.assertLessEqual(max(len(line) for line in mail.split("\n\n")[0].split("\n")), 78)
        self.assertEqual([str(each) for each in email.message_from_string(mail, policy=email.policy.default)["to"].addresses], many)

    def test_date_and_message_id(self):
        """The date is the day on which the week closes; the message id depends on the content, so only equal mails
        share it."""
        week = ("mail", "--release", DEMO / "2026-W13.release")
        for name in ("mail-manager.eml", "mail-lead.eml"):
            message, _, _ = self.parsed(name)
            self.assertEqual(message["date"].datetime, datetime.datetime(2026, 4, 2, tzinfo=datetime.timezone.utc))
            self.assertEqual(message["date"].datetime.strftime("%a"), str(message["date"])[:3])
            self.assertRegex(str(message["message-id"]), r"^<[0-9a-f]{32}@acme\.example>$")
        one = run(*week, "--from", "Blueplane <blueplane@example.org>")
        ids = [email.message_from_string(text, policy=email.policy.default)["message-id"] for text in (
            one, run(*week, "--from", "Blueplane <blueplane@example.org>"), run(*week, "--from", "other@example.org"), run(*week))]
        self.assertEqual(ids[0], ids[1])
        self.assertNotEqual(ids[0], ids[2])
        self.assertRegex(str(ids[0]), r"@example\.org>$")
        self.assertIsNone(ids[3])  # without an id: the sending program knows the sender and adds one


AGREED = ("m-01", "m-04", "m-08", "m-12")  # as made.c says


class Privacy(unittest.TestCase):
    """What others open contains nothing of individual people."""

    def test_nobody_is_in_what_others_open(self):
        """Identifiers, keys, folders and branches of the people are searched in every form that a text can have; they
        are in their own store."""
        canaries = [f"m-{number:02}" for number in range(1, 61)] + ["/work/", "part1.", "mcp__tracker", "tracker__find"]
        key = (DEMO / "developer.db.key").read_bytes()
        identity = run("team", "status", "--store", DEMO / "developer.db", "--json", "-q")
        canaries += [value for value in re.findall(r"[0-9a-f]{64}", identity)] + [key.hex()]
        files = [file for file in DEMO.iterdir() if file.suffix in (".html", ".md", ".csv", ".eml") and file.name != "dashboard.html"]
        self.assertGreaterEqual(len(files), 8)
        for file in files:
            data = file.read_bytes()
            if file.suffix == ".eml":
                message = email.message_from_bytes(data, policy=email.policy.default)
                data += b"".join(part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
            # the lead's file contains those who agreed to be seen by the lead, and nobody else
            for canary in (canary for canary in canaries if file.name != "team.html" or canary not in AGREED):
                for form in (canary.encode(), canary.encode("utf-16-le"), canary.encode().hex().encode()):
                    self.assertNotIn(form, data, (file.name, canary))
        self.assertIn(b"tracker", (DEMO / "developer.db").read_bytes())  # control: the search finds it here


if __name__ == "__main__":
    folder = tempfile.mkdtemp(prefix="reports-")
    DEMO = Path(folder) / "demo"
    try:
        DEMO.parent.mkdir(exist_ok=True)
        run("demo", DEMO, "--weeks", WEEKS, "--until", UNTIL, "--quiet")
        unittest.main(exit=False, argv=sys.argv[:1]).result.wasSuccessful() or sys.exit(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
