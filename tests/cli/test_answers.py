#!/usr/bin/env python3
"""Figures of commands compared with the sample's truth, or with each other.

    python3 tests/cli/test_answers.py PROGRAM SAMPLE [TEST...]
"""

import csv
import datetime
import io
import json
import os
import re
import subprocess
import sys
import time
import unittest

from person import ALL, PROGRAM, Case


class Answers(Case):
    def test_totals(self):
        """Sessions, lines, tokens, prompts, responses and tool calls are those of the sample's truth."""
        totals = self.ok(self.home("stats", *ALL, "--json")).json()["totals"]
        self.assertEqual(totals["sessions"]["value"], self.count("sessions"))
        for name in ("lines_added", "lines_removed"):
            self.assertEqual(totals[name]["value"], self.count(name))
        self.assertEqual(totals["input_tokens"]["value"], self.tokens("input"))
        self.assertEqual(totals["cache_read_tokens"]["value"], self.tokens("cache_read"))
        run = self.ok(self.home("metric", "prompts", "responses", "tool_calls", *ALL, "--format", "ndjson"))
        for name, value in json.loads(run.out).items():
            if "." not in name:
                self.assertEqual(value, self.count(name), name)

    def test_day(self):
        """Responses of the busiest day are those of the truth; its page has every heading."""
        day = max(self.truth["days"]["claude_code"], key=lambda day: sum(
            model["responses"] for model in self.truth["days"]["claude_code"][day].values()))
        run = self.ok(self.home("metric", "responses", "--date", day, "--where", "platform=claude_code", "--json"))
        wanted = sum(model["responses"] for model in self.truth["days"]["claude_code"][day].values())
        self.assertEqual(run.json()["rows"][0]["responses"], wanted)
        page = self.ok(self.home("stats", "--date", day)).out
        for word in ("Sessions", "Interactions", "Active time", "Lines", "Tokens in, out", "Cache read, write",
                     "Cost", "Peak hour", "Most active in", "Platforms", "average day", "~$", "list prices"):
            self.assertIn(word, page)
        self.assertLessEqual(len(page.splitlines()), 18, page)

    def test_parts_of_weeks_and_months(self):
        """A week or a month of which the period has a part is named by the days of that part."""
        def names(*period):
            page = self.ok(self.home("stats", *period)).out.split("\n\n")[0]
            return [re.split(r"  +#|  {4}", line.strip())[0].strip() for line in page.splitlines()[2:]]
        self.assertEqual(names("month", "--date", "2026-03-20"), ["1 Mar", "2 Mar -  8 Mar", "9 Mar - 15 Mar", "16 Mar - 22 Mar",
                                                                  "23 Mar - 29 Mar", "30 Mar - 31 Mar"])
        self.assertEqual(names("-p", "2026-03-03/2026-03-19"), ["3 Mar -  8 Mar", "9 Mar - 15 Mar", "16 Mar - 19 Mar"])
        parts = names("-p", "2025-10-15/2026-03-31")
        self.assertEqual((parts[0], parts[1], parts[-1]), ("15 Oct - 31 Oct", "Nov 2025", "Mar 2026"))

    def test_stats_json(self):
        """Dates, sums, peaks, differences and shares in the JSON of stats are consistent."""
        run = self.ok(self.home("stats", "week", "--date", "2026-03-11", "--json")).json()
        self.assertEqual(run["schema"], "blueplane.stats/1")
        self.assertEqual((run["from"], run["until"]), ("2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z"))
        self.assertEqual(run["zone"], "UTC")
        self.assertEqual(run["compare"], "previous")
        self.assertEqual([day["time.day"] for day in run["breakdown"]],
                         [f"2026-03-{day:02}" for day in range(9, 16)])
        sums = sum(day["interactions"]["value"] for day in run["breakdown"])
        self.assertEqual(sums, run["totals"]["interactions"]["value"])
        best = max(run["breakdown"], key=lambda day: day["interactions"]["value"])
        self.assertEqual(run["peak_day"], best["time.day"])
        best = max(run["hours"], key=lambda hour: (hour["interactions"]["value"], -hour["hour"]))
        self.assertEqual(run["peak_hour"], best["hour"])
        cell = run["totals"]["interactions"]
        self.assertEqual(cell["value"] - cell["baseline"], cell["difference"])
        self.assertAlmostEqual(cell["difference"] / cell["baseline"], cell["relative"])
        self.assertAlmostEqual(sum(one["interaction_share"]["value"] for one in run["platforms"]), 1)
        sunday = self.ok(self.home("stats", "week", "--date", "2026-03-11", "--json", "--week-start", "sunday"))
        self.assertEqual(sunday.json()["from"], "2026-03-08T00:00:00Z")
        month = self.ok(self.home("stats", "month", "--date", "2026-02-28", "--json")).json()
        self.assertEqual((month["from"], month["until"]), ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"))

    def test_zone(self):
        """--zone and TZ decide when a day begins."""
        run = self.ok(self.home("stats", "--date", "2026-03-11", "--json", "--zone", "America/New_York")).json()
        self.assertEqual(run["from"], "2026-03-11T04:00:00Z")
        run = self.ok(self.home("stats", "--date", "2026-03-11", "--json", environment={"TZ": ":Asia/Kolkata"})).json()
        self.assertEqual((run["zone"], run["from"]), ("Asia/Kolkata", "2026-03-10T18:30:00Z"))
        self.assertIn("Asia/Kolkata", self.home("stats", "--date", "2026-03-11", "--zone", "Asia/Kolkata").out)

    def test_periods_by_number(self):
        """Months, quarters and ISO weeks by number have the days that Python's calendar gives them."""
        day, cases = datetime.date, {}
        for month in range(1, 13):
            cases[f"2024-{month:02}"] = day(2024, month, 1), day(2024 + month // 12, month % 12 + 1, 1)
        for quarter in range(1, 5):
            cases[f"2025-Q{quarter}"] = (day(2025, 3 * quarter - 2, 1),
                                         day(2025 + quarter // 4, 3 * quarter % 12 + 1, 1))
        for year, week in ((2026, 1), (2026, 13), (2026, 53), (2024, 9), (2020, 53), (2021, 1)):
            monday = day.fromisocalendar(year, week, 1)
            cases[f"{year}-W{week:02}"] = monday, monday + datetime.timedelta(7)
        for period, (first, end) in cases.items():
            run = self.home("metric", "prompts", "--period", period, "--json", "-n").json()["meta"]
            self.assertEqual((run["from"], run["until"]), (f"{first}T00:00:00Z", f"{end}T00:00:00Z"), period)
        march = self.ok(self.home("stats", "2026-03")).out
        self.assertIn("Month, 1 to 31 March 2026", march)
        self.assertEqual(march, self.ok(self.home("stats", "month", "--date", "2026-03-15")).out)
        run = self.ok(self.home("metric", "prompts", "-p", "2026-03", "--compare", "previous", "--json")).json()["meta"]
        self.assertEqual((run["baseline_from"], run["baseline_until"]), ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"))
        for words in (["stats", "2026-13"], ["days", "-p", "2026-13"], ["days", "-p", "7d", "--compare", "2026-13"]):
            run = self.ok(self.home(*words, "-n"), 2)
            self.assertIn('"2026-13"', run.err)
            self.assertIn("trailing_12w" if "--compare" in words else "2026-W07", run.err)

    def test_any_period_is_a_baseline(self):
        """--compare takes any period, as metric does of the library, and its name heads the column."""
        run = self.ok(self.home("metric", "prompts", "-p", "2026-03", "--compare", "2026-02-20/2026-02-25", "--json")).json()
        other = self.ok(self.home("metric", "prompts", "-p", "2026-02-20/2026-02-25", "--json")).json()
        self.assertEqual(run["rows"][0]["prompts.baseline"], other["rows"][0]["prompts"])
        self.assertRegex(self.ok(self.home("stats", "2026-03", "--compare", "2026-02")).out, "that month +2026-02 +change")
        self.assertRegex(self.ok(self.home("stats", "2026-03-30", "-c", "trailing_12w")).out, "average day +change")
        self.assertIn('did you mean "previous"?', self.ok(self.home("stats", "--compare", "previos"), 2).err)

    def test_empty_day(self):
        """A day without activity: status 3, and the last active day is suggested."""
        run = self.ok(self.home("stats", "--date", "2026-06-01"), 3)
        self.assertRegex(run.out, r"No activity\.\nThe last active day was \w+ \d+ March 2026: "
                                  r"blueplane stats --date 2026-03-\d\d\n")
        run = self.ok(self.home("stats", "--date", "2026-06-01", "--json"), 3).json()
        self.assertTrue(run["empty"])
        self.assertRegex(run["last_active_day"], r"^2026-03-\d\d$")
        self.assertIn("Nothing was recorded", self.ok(self.home("stats", "--date", "2020-01-01"), 3).out)
        empty = self.new_home(data=False)
        for period in ("today", "all"):
            run = self.ok(empty("stats", period), 3)
            self.assertIn("Nothing is stored at all; blueplane doctor", run.out)
            self.assertEqual(run.err, "")
            run = self.ok(empty("stats", period, "--json"), 3)
            self.assertEqual((run.err, run.json()["last_active_day"]), ("", None))
        for command in ("cost", "sessions", "days", "tasks", "compare", "trend"):
            self.assertIn("--period all", self.ok(empty(command, "--period", "7d"), 3).err)
            run = self.ok(empty(command, "--period", "all"), 3)
            self.assertEqual(run.err, "nothing found; blueplane doctor shows what is stored and where it looked\n")

    def test_sessions(self):
        """Sessions are as many as in the truth, in order, and can be shown by the beginning of their id."""
        rows = self.ok(self.home("sessions", *ALL, "--json")).json()["rows"]
        self.assertEqual(len(rows), self.count("sessions"))
        self.assertEqual(rows, sorted(rows, key=lambda row: row["last_activity"], reverse=True))
        one = self.ok(self.home("session", rows[0]["session"]))
        self.assertIn(rows[0]["workspace"], one.out)
        same = self.ok(self.home("session", rows[0]["session"][:8], "--json")).json()["rows"]
        self.assertEqual(same[0]["interactions"], rows[0]["interactions"])
        self.ok(self.home("session", "0123456789abcdef"), 3)
        self.ok(self.home("session", "xyz"), 2)
        figures = self.ok(self.home("sessions", "--stats", *ALL)).out
        self.assertIn("median", figures)
        documents = self.ok(self.home("sessions", "--stats", *ALL, "--json")).json()
        self.assertEqual(documents["schema"], "blueplane.sessions/1")
        self.assertEqual(sum(row["sessions"] for row in documents["depth"]["rows"]), self.count("sessions"))

    def test_tasks(self):
        """Types of tasks add up to the totals; time saved has its assumptions."""
        whole = self.ok(self.home("tasks", *ALL, "--json")).json()
        self.assertEqual(whole["schema"], "blueplane.tasks/1")
        figures, types = whole["figures"]["rows"][0], whole["types"]["rows"]
        self.assertGreater(len(types), 3)
        self.assertEqual(sum(row["tasks"] for row in types), figures["tasks"])
        self.assertEqual(sum(row["resolution_rate.resolved"] for row in types), figures["time_saved.resolved"])
        self.assertLess(figures["time_saved.low"], figures["time_saved"])
        self.assertLess(figures["time_saved"], figures["time_saved.high"])
        page = self.ok(self.home("tasks", *ALL)).out
        self.assertIn(f"{figures['tasks']} tasks", page)
        self.assertRegex(page, r"building +#+ +\d+ +\d+ % \(\d+–\d+ %\)" if "–" in page else r"building +#+ +\d+ +\d+ % \(\d+-\d+ %\)")
        self.assertIn("by hand a line kept takes 12 s, 30 s or 60 s", page)
        rows = list(csv.DictReader(io.StringIO(self.ok(self.home("tasks", *ALL, "--format", "csv")).out)))
        self.assertEqual([row["task_type"] for row in rows], [row["task_type"] for row in types])
        self.assertIn("nothing found", self.ok(self.home("tasks", "--date", "2020-01-01"), 3).err)
        self.assertEqual(self.ok(self.home("tasks", "--date", "2020-01-01", "--json"), 3).json()["types"]["rows"], [])

    def test_prompts(self):
        """Both tables of prompts add up to the first try rate."""
        both = self.ok(self.home("prompts", *ALL, "--json")).json()
        self.assertEqual(both["schema"], "blueplane.prompts/1")
        edits = self.ok(self.home("metric", "first_try_rate", *ALL, "--json")).json()["rows"][0]["first_try_rate.edits"]
        self.assertEqual(sum(row["first_try_rate.edits"] for row in both["sizes"]["rows"]), edits)
        page = self.ok(self.home("prompts", *ALL)).out
        for word in ("features of the preceding prompt", "length of the preceding prompt", "tiny", "short"):
            self.assertIn(word, page)

    def test_delegate(self):
        """Verdicts of delegation follow the configured assumptions; invalid assumptions are refused."""
        def verdicts(*more):
            rows = self.ok(self.home("delegate", *ALL, "--json", *more)).json()["types"]["rows"]
            return {row["task_type"]: row["delegation"] for row in rows}
        self.assertEqual(verdicts()["building"], "delegate")
        self.assertIsNone(verdicts()["operating"], "types without edits or test runs have no verdict")
        strict = os.path.join(self.home.root, "strict.json")
        with open(strict, "w", encoding="utf-8") as file:
            file.write('{"version":1,"delegation":{"resolved_share":0.999}}')
        self.assertEqual(verdicts("--assumptions", strict)["building"], "keep")
        page = self.ok(self.home("delegate", *ALL, "--assumptions", strict)).out
        self.assertIn("delegation at a share of 0.999", page)
        self.assertIn("edit > command", page)
        with open(strict, "w", encoding="utf-8") as file:
            file.write('{"version":1,"delegation":{"resolved_share":2}}')
        failed = self.ok(self.home("delegate", *ALL, "--assumptions", strict), 1)
        self.assertIn("delegation.resolved_share", failed.err)
        self.ok(self.home("delegate", "--assumptions", os.path.join(self.home.root, "none.json")), 1)

    def test_statusline(self):
        """The status line: costs by hand from two responses, the session's cost from its input, and bad input."""
        run = self.ok(self.home("statusline"))
        self.assertRegex(run.out, r"^today: nothing yet\n$")
        home = self.new_home(False)
        now = datetime.datetime.now(datetime.timezone.utc)
        events = os.path.join(home.root, "events.blueplane.jsonl")
        with open(events, "w", encoding="ascii") as file:
            for day, output in ((now - datetime.timedelta(days=7), 200000), (now, 100000)):
                file.write(json.dumps({"blueplane": 1, "kind": "response", "platform": "mytool", "session": str(day.day),
                                       "id": str(day.day), "time": day.isoformat(), "model": "claude-sonnet-4-5",
                                       "input_tokens": 0, "output_tokens": output}) + "\n")
        self.ok(home("sync", events))
        def line(said):
            return subprocess.run([PROGRAM, "statusline"], env=home.environment, input=said, check=True,
                                  stdout=subprocess.PIPE).stdout.decode()
        today = "today 1 session · 0s · ~$1.50 (average day ~$3.00)\n"
        self.assertEqual(line(b""), today)
        status = {"session_id": "s", "cwd": "/canary", "cost": {"total_cost_usd": 0.417, "total_lines_added": 3}}
        self.assertEqual(line(json.dumps(status).encode()), "session $0.417 · " + today)
        for other in (b"{", b"[]", b'{"cost":3}', b'{"cost":{"total_cost_usd":"1"}}', b'{"cost":{"total_cost_usd":-1}}', b"\xff"):
            self.assertEqual(line(other), today)
        with subprocess.Popen([PROGRAM, "statusline"], env=home.environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as silent: # nobody writes to it, nobody closes it
            self.assertEqual(silent.stdout.read().decode(), today)

    def test_no_data_is_reported(self):
        """Commands without data say so with status 3; wrong numbers of arguments are named."""
        home = self.new_home(False)
        self.assertIn("blueplane git", self.ok(home("commits"), 3).err)
        for words in (["compare"], ["compare", "--by", "platform"], ["trend"]):
            run = self.ok(home(*words), 3)
            self.assertIn("nothing found", run.err)
            self.assertEqual(run.out, "")
            self.ok(home(*words, "--json"), 3).json()
        self.ok(home("hook"), 1) # 2 would stop the assistant
        self.ok(home("hook", "cursor", "more"), 1)
        for words, said in ((["session"], "session takes 1 argument, and 0 were given"),
                            (["session", "abcd", "x"], "session takes 1 argument, and 2 were given"),
                            (["metric"], "metric takes at least 1 argument, and 0 were given"),
                            (["stats", "week", "x"], "stats takes at most 1 argument, and 2 were given"),
                            (["days", "week"], "days takes no argument but its options")):
            self.assertIn(said, self.ok(home(*words), 2).err)

    def days(self, row, first, last):
        """The range of the evidence as options."""
        return ["--since", row[first][:10], "--until", (datetime.datetime.fromisoformat(row[last].replace("Z", "+00:00"))
                                                        - datetime.timedelta(days=1)).date().isoformat()]

    def test_insights_rest_on_their_numbers(self):
        """Each insight's numbers are those that a query for its evidence gives."""
        rows = self.ok(self.home("insights", "--since", "2026-03-21", "--until", "2026-03-27", "--json")).json()["rows"]
        self.assertGreaterEqual(len(rows), 2)
        checked = 0
        for row in rows:
            self.assertLessEqual(row["p_adjusted"], 0.05)
            self.assertLessEqual(row["p"], row["p_adjusted"])
            self.assertLessEqual(row["effect_low"], row["effect"])
            self.assertLessEqual(row["effect"], row["effect_high"])
            if row["insight"] not in ("tool_rejections", "tool_failures", "tool_retries", "slow_tools"):
                continue
            asked = self.ok(self.home("metric", row["metric"], "--where", f"tool={row['subject']}",
                                      *self.days(row, "evidence_from", "evidence_until"), "--json")).json()["rows"][0]
            self.assertAlmostEqual(asked[row["metric"]], row["value"], delta=abs(row["value"]) * 1e-5)
            self.assertIn(row["n"], asked.values())
            checked += 1
        self.assertGreater(checked, 0)
        page = self.ok(self.home("insights", "--since", "2026-03-21", "--until", "2026-03-27")).out
        for row in rows:
            self.assertIn(row["sentence"], page)
            self.assertIn(row["advice"], page)
        limited = self.home("insights", "--since", "2026-03-21", "--until", "2026-03-27", "--limit", "1", "--json").json()
        self.assertEqual(limited["rows"], rows[:1])

    def test_nothing_stands_out(self):
        """A day without insights says so."""
        run = self.ok(self.home("insights", "--date", "2020-01-01"), 3)
        self.assertIn("nothing stands out. There is", run.err)

    def test_an_unknown_value_is_answered_with_those_that_are(self):
        """An unknown value of a filter is refused with the allowed ones."""
        run = self.ok(self.home("delegate", *ALL, "--where", "task_type=nope"), 2)
        self.assertIn("allowed: conversing", run.err)
        self.assertNotIn("did you mean", run.err)

    def test_compare(self):
        """Both sides of a comparison are those of the metric in each period; wrong comparisons are refused."""
        two = ["2026-03-16/2026-03-22", "2026-03-09/2026-03-15"]
        row = self.ok(self.home("compare", *two, "tool_error_rate", "--json")).json()["rows"][0]
        for days, side in zip(two, ("value", "other")):
            asked = self.home("metric", "tool_error_rate", "--period", days, "--json").json()["rows"][0]
            self.assertAlmostEqual(asked["tool_error_rate"], row[side], places=5)
        self.assertIn(row["verdict"], ("higher", "lower", "no difference shown", "too little data"))
        before = self.ok(self.home("compare", two[0], "tool_error_rate", "--json")).json()["rows"][0]
        self.assertEqual((before["value"], before["other"]), (row["value"], row["other"]))
        groups = self.ok(self.home("compare", "--by", "platform", *ALL, "cost_per_line", "--json")).json()["rows"]
        self.assertEqual([(g["subject"], g["against"]) for g in groups], [("claude_code", "codex")])
        page = self.ok(self.home("compare", *two)).out
        self.assertIn("beside 9 to 15 March 2026", page)
        for arguments, said in (([*two, "--by", "tool"], "not two of them"), ([two[0], "--date", "2026-03-01"], "twice"),
                                (["sessions"], "cannot be compared"), (["--by", "tool,platform"], "one --by"),
                                (["--by", "tool", "cost_per_line"], "allowed:")):
            self.assertIn(said, self.ok(self.home("compare", *arguments), 2).err)

    def test_trend(self):
        """The ends of a trend are the metric's first and last known week."""
        rows = self.ok(self.home("trend", "tool_error_rate", "--date", "2026-03-27", "--json")).json()["rows"]
        self.assertEqual([row["metric"] for row in rows], ["tool_error_rate"])
        weeks = self.home("metric", "tool_error_rate", "--by", "time.week", "--since", "2026-01-05", "--until",
                          "2026-03-27", "--json").json()["rows"]
        known = [week["tool_error_rate"] for week in weeks if week["tool_error_rate"] is not None]
        self.assertEqual(rows[0]["n"], len(known))
        self.assertAlmostEqual(rows[0]["value"], known[0], places=5)
        self.assertAlmostEqual(rows[0]["other"], known[-1], places=5)
        for words, first in (([], "5 January"), (["--week-start", "sunday"], "4 January")):
            said = self.ok(self.home("trend", "--date", "2026-03-27", *words)).out
            self.assertTrue(said.startswith(f"{first} to 27 March 2026  (UTC)\n"), said)
        self.assertNotIn("All time", self.ok(self.home("trend", "--period", "all")).out)

    def test_verdicts_beside_intervals(self):
        """A verdict may say less than its interval: it allows for the whole table, and the page says so."""
        for words in (["trend", "--date", "2026-03-27"], ["compare", *ALL], ["compare", "--by", "platform", *ALL]):
            said = " ".join(self.ok(self.home(*words)).out.split())
            self.assertIn("A verdict allows for all the comparisons of the table together, an interval for its own alone.", said)

    def test_what_shows_as_zero_has_no_sign(self):
        """No figure is −0.0: a sign would claim what the digits do not show."""
        for words in (["trend", "-p", "all"], ["compare", "--by", "workspace", "-p", "all"], ["compare", "--by", "model", "-p", "all"]):
            said = self.ok(self.home(*words)).out
            self.assertNotRegex(said, r"[−+-]\$?0(\.0+)?(?![\d.])", said)

    def test_metric(self):
        """Grouping, comparison, order, limit and filters of the metric command."""
        run = self.ok(self.home("metric", "M023", "lines_added", "--by", "time.month,platform", *ALL, "--compare",
                                "previous", "--format", "csv"))
        rows = list(csv.DictReader(io.StringIO(run.out)))
        self.assertEqual({row["time.month"] for row in rows}, {"2026-02", "2026-03"})
        self.assertIn("cost.baseline", rows[0])
        one = self.ok(self.home("metric", "interactions", "--by", "workspace", "--order", "-interactions", "--limit",
                                "1", *ALL, "--json")).json()["rows"]
        most = self.ok(self.home("stats", *ALL, "--json")).json()["workspaces"][0]
        self.assertEqual(one[0]["workspace"], most["workspace"])
        without = self.ok(self.home("metric", "sessions", "--where", "platform!=codex", *ALL, "--json")).json()
        self.assertEqual(without["rows"][0]["sessions"], self.truth["counts"]["claude_code"]["sessions"])

    def test_export(self):
        """Exported values add up to the truth, in every form."""
        run = self.ok(self.home("export"))
        rows = list(csv.DictReader(io.StringIO(run.out, newline="")))
        added = sum(int(row["value"]) for row in rows if row["metric"] == "lines_added")
        self.assertEqual(added, self.count("lines_added"))
        self.assertGreater(len({row["metric"] for row in rows}), 30)
        lines = self.ok(self.home("export", "responses", "--by", "model", "--format", "ndjson")).out.splitlines()
        self.assertEqual(sum(json.loads(line)["value"] for line in lines), self.count("responses"))
        same = self.ok(self.home("export", "M023", "--by", "model")).out
        self.assertEqual(same, self.ok(self.home("export", "cost", "--by", "model")).out)
        document = self.ok(self.home("export", "responses", "--json")).json()
        self.assertEqual(document["schema"], "blueplane.export/1")
        sessions = self.ok(self.home("export", "sessions"))
        self.assertEqual(len(list(csv.DictReader(io.StringIO(sessions.out)))), self.count("sessions"))
        self.ok(self.home("export", "cost", "--by", "language"), 2)
        self.ok(self.home("export", "--format", "table"), 2)

    def test_nothing_in_a_listing(self):
        """A listing without rows: status 3, empty output, and a hint."""
        for command in ("days", "hours", "cost", "code", "sessions", "platforms", "workspaces", "tools"):
            run = self.ok(self.home(command, "--date", "2026-06-01"), 3)
            self.assertEqual(run.out, "")
            self.assertIn("--period all", run.err)
            self.ok(self.home(command, "--date", "2026-06-01", "--json"), 3).json()

    def test_listings_say_what_they_are_about(self):
        """The first line of each listing has its period, zone and, if any, total."""
        for command in ("days", "hours", "cost", "code", "sessions", "sessions --stats", "platforms", "workspaces"):
            said = self.ok(self.home(*command.split(), *ALL)).out.splitlines()[0]
            self.assertRegex(said, r"^1 February to 31 March 2026(: ≥?~\$[\d,.]+)?  \(UTC\)$")
        commits = self.ok(self.home("metric", "commits", *ALL, "--json")).json()["rows"][0]["commits"]
        self.assertRegex(self.ok(self.home("commits", *ALL)).out, rf"\A1 February to 31 March 2026: ≥?{commits} commits?  \(UTC\)\n")
        quarter = "times are in UTC, to the quarter of an hour"
        for words in (["sessions", *ALL], ["workspaces", *ALL], ["session", self.home("sessions", *ALL, "--json").json()["rows"][0]["session"]]):
            self.assertIn(quarter, self.ok(self.home(*words)).out)
        total = self.ok(self.home("metric", "cost", *ALL, "--json")).json()["rows"][0]["cost"] / 1e9
        self.assertIn(f"~${total:,.2f}", self.home("cost", *ALL).out.splitlines()[0])
        self.assertTrue(self.home("code", "--period", "all").out.startswith("All time"))
        self.assertTrue(self.home("code", "--date", "2026-03-31").out.startswith("Tuesday 31 March 2026"))

    def test_catalogue(self):
        """metrics and dimensions list, search and resolve catalogue numbers."""
        every = self.ok(self.home("metrics", "--json")).json()["rows"]
        self.assertGreater(len(every), 50)
        some = self.ok(self.home("metrics", "CACHE", "--json")).json()
        self.assertLess(len(some["rows"]), len(every))
        self.assertIn("cache_savings", [row["metric"] for row in some["rows"]])
        self.assertIn("M023", self.ok(self.home("metrics", "cost")).out)
        self.assertEqual(self.home("metrics", "M023").out, self.home("metrics", "cost").out)
        self.ok(self.home("metrics", "no such thing"), 3)
        self.assertIn("time.day_of_week", self.ok(self.home("dimensions")).out)

    def test_prices(self):
        """The price table is listed; invalid and missing tables are refused."""
        listed = self.ok(self.home("prices", "--json")).json()["rows"]
        self.assertGreater(len(listed), 20)
        self.ok(self.home("prices", "--unpriced"), 3)
        path = os.path.join(self.folder, "prices.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("{")
        bad = self.ok(self.home("cost", "--prices", path), 1)
        self.assertTrue(bad.err.startswith("blueplane: "))
        self.assertIn("No such file", self.ok(self.home("cost", "--prices", path + "x"), 1).err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
