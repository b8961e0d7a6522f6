#!/usr/bin/env python3
"""Measures ingest and answers side by side with other programs that read the same transcripts.

    python3 tests/bench/bench.py --build build
    python3 tests/bench/bench.py --build build --gen "gen -o {dir} -b 1G" --runs 9
    python3 tests/bench/bench.py --build build --data ~/.claude --data /other/root --cases first,nothing

Data are roots of transcripts (--data), what a generator writes into {dir} (--gen), or the project's own sample.
Installed peers take part: ccusage and tokscale (npm programs), DuckDB (Python's module duckdb) and the program sqlite3
with its JSON functions; others are skipped with a note. Before times, totals are compared: tokens by UTC day and model;
if a peer's differ because of a rule of its own, that is printed. Rounds are interleaved (A B C A B C ...) after a
warm-up round; medians and the range of the rounds are printed, and ratios are medians of the ratios within a round, so
that a temporarily busy machine favours nobody. For DuckDB only the query is timed, not the start of Python; for all
others the whole process, for the library including open and close.

The result is Markdown. With --write it replaces the text in a file between <!-- bench: CASE --> and <!-- /bench -->, as
in docs/performance.md. Timed numbers decide no test.
"""

import argparse
import contextlib
import io
import json
import math
import os
import pathlib
import re
import shlex
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import duckdb
except ImportError:
    duckdb = None

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parent.parent / "examples" / "sample" / "sample.py"
MIB = 1 << 20
LINE = ('{"type":"assistant","uuid":"u%d","sessionId":"s","timestamp":"2026-01-05T10:00:0%d.000Z","requestId":"r%d",'
        '"message":{"id":"m%d","role":"assistant","model":"claude-sonnet-4-5-20250929","stop_reason":"end_turn",'
        '"content":[{"type":"text","text":"')
LINE_END = '"}],"usage":{"input_tokens":1,"output_tokens":1}}}\n'

DUCKDB = """
import json, resource, sys, time
import duckdb
root, threads = sys.argv[1], int(sys.argv[2])
connection = duckdb.connect()
connection.execute("SET threads = %d; SET enable_progress_bar = false" % threads)
usage = ("STRUCT(input_tokens BIGINT, output_tokens BIGINT, cache_read_input_tokens BIGINT, "
         "cache_creation_input_tokens BIGINT)")
message = "STRUCT(id VARCHAR, model VARCHAR, usage %s)" % usage
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
began, used = time.perf_counter(), cpu()
rows = connection.execute('''
with line as (
  from read_json(?, format = 'newline_delimited', maximum_object_size = 1000000000, ignore_errors = true,
    columns = {timestamp: 'VARCHAR', uuid: 'VARCHAR', message: '%s',
               data: 'STRUCT(message STRUCT(timestamp VARCHAR, message %s))'})),
response as (
  select timestamp, coalesce(message.id, uuid) id, message.model model, message.usage u from line
    where message.usage.input_tokens is not null
  union all
  select coalesce(data.message.timestamp, timestamp), coalesce(data.message.message.id, uuid),
    data.message.message.model, data.message.message.usage from line
    where data.message.message.usage.input_tokens is not null),
one as (
  select min(timestamp) timestamp, arg_max(model, u.output_tokens) model, arg_max(u, u.output_tokens) u
  from response where model <> '<synthetic>' group by id)
select timestamp[:10], model, sum(u.input_tokens), sum(u.output_tokens), sum(coalesce(u.cache_read_input_tokens, 0)),
  sum(coalesce(u.cache_creation_input_tokens, 0)) from one group by 1, 2
''' % (message, message), [root + "/**/*.jsonl"]).fetchall()
print(json.dumps({"wall": time.perf_counter() - began, "cpu": cpu() - used, "rows": rows}, default=str))
"""


SQLITE = """
CREATE TABLE line (j TEXT);
.mode ascii
.separator "\\037" "\\n"
%s
WITH response AS (
  SELECT j ->> '$.timestamp' t, coalesce(j ->> '$.message.id', j ->> '$.uuid') id, j ->> '$.message.model' model,
    j -> '$.message.usage' u FROM line WHERE j LIKE '%%"usage"%%' AND json_valid(j)
  UNION ALL
  SELECT coalesce(j ->> '$.data.message.timestamp', j ->> '$.timestamp'), coalesce(j ->> '$.data.message.message.id',
    j ->> '$.uuid'), j ->> '$.data.message.message.model', j -> '$.data.message.message.usage' FROM line
    WHERE j LIKE '%%"usage"%%' AND json_valid(j)),
counted AS MATERIALIZED (
  SELECT t, id, model, u ->> '$.input_tokens' i, u ->> '$.output_tokens' o, u ->> '$.cache_read_input_tokens' r,
    u ->> '$.cache_creation_input_tokens' w FROM response
  WHERE u ->> '$.input_tokens' IS NOT NULL AND model <> '<synthetic>'),
one AS (SELECT id, model, i, max(o) o, r, w FROM counted GROUP BY id),
begun AS (SELECT id, min(t) t FROM counted GROUP BY id)
SELECT substr(t, 1, 10), model, sum(i), sum(o), sum(ifnull(r, 0)), sum(ifnull(w, 0)) FROM one JOIN begun USING (id)
  GROUP BY 1, 2;
"""

# The responses of many.c in order of time, as in a column store; SQL queries them.
DUCKDB_TABLE = """
import json, sys, time
import duckdb
events, runs, threads, until = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
connection = duckdb.connect()
connection.execute("SET threads = %d; SET enable_progress_bar = false" % threads)
connection.execute('''
CREATE TABLE response AS SELECT make_timestamp(time) AS moment, model, coalesce(input_tokens, 0) AS input,
  coalesce(output_tokens, 0) AS output, coalesce(cache_read_tokens, 0) AS cached,
  coalesce(cache_write_5m_tokens, 0) AS written
FROM read_json(?, format = 'newline_delimited', columns = {kind: 'VARCHAR', time: 'BIGINT', model: 'VARCHAR',
  input_tokens: 'BIGINT', output_tokens: 'BIGINT', cache_read_tokens: 'BIGINT', cache_write_5m_tokens: 'BIGINT'})
WHERE kind = 'response' ORDER BY moment
''', [events])
out = {}
for name, days in (("30d", 30), ("all", 100000)):
    times = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        rows = connection.execute('''
SELECT model, sum(input + output + cached + written) FROM response
WHERE moment >= make_timestamp(?) AND moment < make_timestamp(?) GROUP BY model
''', [until - days * 86400000000, until]).fetchall()
        times.append(1e3 * (time.perf_counter() - began))
    out[name] = {"ms": times[1:], "tokens": {model: int(tokens) for model, tokens in rows}}
print(json.dumps(out))
"""


def note(text):
    print(text, file=sys.stderr, flush=True)


class Process:
    """Runs processes to their end: wall seconds, CPU seconds, peak MiB, output. `bench run` is their parent."""
    helper = None

    @classmethod
    def run(cls, command, **environment):
        with tempfile.NamedTemporaryFile() as out:
            done = subprocess.run([cls.helper, "run", out.name, *command], stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, **environment}, check=False)
            if done.returncode != 0:
                sys.exit("bench: %s: exit status %d" % (shlex.join(map(str, command[:2])), done.returncode))
            wall, cpu, peak = map(float, done.stdout.split())
            return {"wall": wall, "cpu": cpu, "peak": peak / 1024, "output": out.read()}


def remove_store(store):
    for ending in ("", "-wal", "-shm", ".key"):
        pathlib.Path(str(store) + ending).unlink(missing_ok=True)


# -------------------------------------------------------------------------------------------------- contestants

class Ours:
    def __init__(self, helper, store, threads, fresh=True):
        self.name = "libblueplane, %d thread%s" % (threads, "s" if threads > 1 else "")
        self.command, self.store, self.threads, self.fresh = helper, store, threads, fresh

    def run(self, root):
        if self.fresh:
            remove_store(self.store)
        return Process.run([self.command, "ingest", self.store, root, str(self.threads)])

    def totals(self, root):
        self.run(root)
        cells = {}
        for line in Process.run([self.command, "tokens", self.store])["output"].decode().splitlines():
            day, model, *counts = line.split("\t")
            cells[day, model] = tuple(map(int, counts))
        return cells


class Ccusage:
    def __init__(self, work):
        self.command, self.work = shutil.which("ccusage"), work
        asked = subprocess.run([self.command, "--version"], capture_output=True, text=True, check=False)
        self.works = asked.returncode == 0
        self.name = " ".join(asked.stdout.split()[:2]) or "ccusage"

    def home(self, root):
        """It reads only below `projects`."""
        if (root / "projects").is_dir():
            return root
        home = self.work / ("home-%s" % root.name)
        if not home.exists():
            home.mkdir()
            (home / "projects").symlink_to(root)
        return home

    def run(self, root):
        return Process.run([self.command, "claude", "daily", "--json", "--offline"],
                           CLAUDE_CONFIG_DIR=str(self.home(root)))

    def totals(self, root):
        return {(day["date"], model["modelName"]):
                (model["inputTokens"], model["outputTokens"], model["cacheReadTokens"], model["cacheCreationTokens"])
                for day in json.loads(self.run(root)["output"])["daily"] for model in day["modelBreakdowns"]}


class Tokscale:
    """It downloads prices before it counts, unless it has files that are at most an hour old."""
    def __init__(self, work):
        self.command, self.work = shutil.which("tokscale"), work
        asked = subprocess.run([self.command, "--version"], capture_output=True, text=True, check=False)
        self.works = asked.returncode == 0
        self.name = "tokscale %s" % asked.stdout.strip()

    def home(self, root):
        home = self.work / ("tokscale-%s" % root.name)
        if not home.exists():
            (home / ".cache" / "tokscale").mkdir(parents=True)
            (home / ".claude").mkdir()
            (home / ".claude" / "projects").symlink_to(root / "projects" if (root / "projects").is_dir() else root)
        for name in ("litellm", "openrouter"):
            prices = {"timestamp": int(time.time()), "data": {"none": {"input_cost_per_token": 0.0}}}
            (home / ".cache" / "tokscale" / ("pricing-%s.json" % name)).write_text(json.dumps(prices))
        return home

    def run(self, root):
        return Process.run([self.command, "graph", "--claude", "--no-spinner"], HOME=str(self.home(root)))

    def totals(self, root):
        cells = {}
        for day in json.loads(self.run(root)["output"])["contributions"]:
            for told in day["sources"]:
                counts = [told["tokens"][key] for key in ("input", "output", "cacheRead", "cacheWrite")]
                cell = cells.setdefault((day["date"], told["modelId"]), [0, 0, 0, 0])
                cell[:] = [a + b for a, b in zip(cell, counts)]
        return {key: tuple(counts) for key, counts in cells.items()}


class Sqlite:
    """Every line becomes a row of a table in memory, from which the JSON functions extract what is needed."""
    def __init__(self, work):
        self.command, self.work = shutil.which("sqlite3"), work
        asked = subprocess.run([self.command, "--version"], capture_output=True, text=True, check=True)
        self.name = "sqlite3 %s" % asked.stdout.split()[0]

    def run(self, root):
        script = self.work / "sqlite.sql"
        script.write_text(SQLITE % "\n".join('.import "%s" line' % path for path in transcripts(root)))
        return Process.run([self.command, "-bail", "-init", script, ":memory:", ".quit"])

    def totals(self, root):
        rows = self.run(root)["output"].decode().replace("\x1f", "\t").splitlines()
        return {tuple(cell[:2]): tuple(map(int, cell[2:])) for cell in (row.split("\t") for row in rows) if len(cell) == 6}


class DuckDB:
    def __init__(self, module, threads):
        self.name, self.threads = "DuckDB %s, %d threads" % (module.__version__, threads), threads

    def run(self, root):
        result = Process.run([sys.executable, "-c", DUCKDB, str(root), str(self.threads)])
        inside = json.loads(result["output"])
        return {**result, "wall": inside["wall"], "cpu": inside["cpu"], "rows": inside["rows"]}

    def totals(self, root):
        return {(day, model): tuple(int(count) for count in counts) for day, model, *counts in self.run(root)["rows"]}


class Cat:
    """The time of reading alone: every file through the program cat."""
    name = "cat"

    def run(self, root):
        return Process.run(["sh", "-c", 'exec cat "$@" > /dev/null', "cat", *transcripts(root)])


def peers(work):
    found = []
    ccusage = Ccusage(work) if shutil.which("ccusage") else None
    if ccusage and ccusage.works:
        found.append(ccusage)
    elif ccusage:
        note("ccusage does not run: skipped; its newest package may lack the program for this system "
             "(npm install --global ccusage@20.0.24)")
    else:
        note("ccusage is not installed: skipped (npm install --global ccusage@20.0.24)")
    tokscale = Tokscale(work) if shutil.which("tokscale") else None
    if tokscale and tokscale.works:
        found.append(tokscale)
    else:
        note("tokscale does not run: skipped (npm install --global tokscale bun)")
    if duckdb:
        found.append(DuckDB(duckdb, 2))
    else:
        note("DuckDB is not installed: skipped (pip install duckdb)")
    if shutil.which("sqlite3"):
        found.append(Sqlite(work))
    else:
        note("the program sqlite3 is not installed: skipped")
    return found


# --------------------------------------------------------------------------------------------------------- data

def prepare(arguments, work):
    """Yields (name, root) for each set of data."""
    for given in arguments.data:
        root = pathlib.Path(given).expanduser().resolve()
        if not root.is_dir():
            sys.exit("bench: %s: no such directory" % root)
        yield root.name, root
    if arguments.gen:
        root = work / "generated"
        command = [part.format(dir=root) for part in shlex.split(arguments.gen)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield "generated by %s" % pathlib.Path(command[0]).name, root
    if not arguments.data and not arguments.gen:
        yield "samples", sample(work / "sample", arguments.mib)


def sample(root, mib):
    """Generates sample developers until there is enough data."""
    (root / "projects").mkdir(parents=True)
    size, seed = 0, 0
    while size < mib * MIB:
        seed += 1
        one = root / "one"
        subprocess.run([sys.executable, str(SAMPLE), "--out", str(one), "--until", "2026-03-31", "--seed", str(seed),
                        "--quiet"], check=True)
        (one / ".claude" / "projects").rename(root / "projects" / ("developer%d" % seed))
        shutil.rmtree(one)
        size = content(root)[0]
    return root


def transcripts(root):
    return [path for path in root.rglob("*.jsonl") if path.is_file()]


def content(root):
    sizes = [path.stat().st_size for path in transcripts(root)]
    return sum(sizes), len(sizes)


def warm(root):
    """Reads all files, so that everybody reads from memory, even if the system had dropped some."""
    for path in transcripts(root):
        with open(path, "rb", buffering=0) as file:
            while file.read(MIB):
                pass


# ------------------------------------------------------------------------------------------------------- report

def middle(values):
    return statistics.median(values)


def spread(values):
    return "%.3f (%.3f-%.3f)" % (middle(values), min(values), max(values))


def ratio(rounds, mine, other, key):
    return "%.3f" % middle([a[key] / b[key] for a, b in zip(rounds[mine], rounds[other]) if b[key] > 0])


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def interleave(contestants, root, runs):
    rounds = {one.name: [] for one in contestants}
    for number in range(runs + 1):
        for one in contestants:
            warm(root)
            result = one.run(root)
            if number > 0:
                rounds[one.name].append(result)
    return rounds


def without_output(counts):
    return counts and (counts[0], *counts[2:])


RULES = {"ccusage": "It counts each line of a response that has no request id, and a response under the day of its last line.",
         "tokscale": "It takes the first line of a response for the whole, whose output is often a placeholder, and counts "
                     "each line of a response that has no request id."}


def compare_totals(ours, others, root):
    """Prints for each of the others in how many cells it differs, where, and by which rules of its own."""
    mine = ours.totals(root)
    for other in others:
        theirs = other.totals(root)
        cells = sorted(set(mine) | set(theirs))
        different = [cell for cell in cells if mine.get(cell) != theirs.get(cell)
                     and any(mine.get(cell, ()) + theirs.get(cell, ()))]
        print("Totals against %s: %d of %d cells of day and model are equal." %
              (other.name, len(cells) - len(different), len(cells)))
        rule = RULES.get(other.name.split()[0])
        if different and rule:
            print("%s Without output tokens %d are equal." %
                  (rule, sum(without_output(mine.get(cell)) == without_output(theirs.get(cell)) for cell in cells)))
        for day, model in different[:5]:
            print("- %s %s: %s here, %s there (input, output, cache read, cache write)" %
                  (day, model, mine.get((day, model)), theirs.get((day, model))))
        if len(different) > 5:
            print("- and %d more" % (len(different) - 5))
    print(flush=True)


def print_rounds(rounds, against):
    rows = []
    for name, results in rounds.items():
        row = [name] + [spread([r[key] for r in results]) for key in ("wall", "cpu")]
        row.append("%.0f" % middle([r["peak"] for r in results]))
        for other in against:
            row += [ratio(rounds, name, other.name, "wall"), ratio(rounds, name, other.name, "cpu")]
        rows.append(row)
    table(["", "wall s", "CPU s", "peak MiB"] +
          ["%s of %s" % (key, other.name) for other in against for key in ("wall", "CPU")], rows)


# -------------------------------------------------------------------------------------------------------- cases

def case_first(bench, root):
    print("First ingest, totals checked first:\n")
    compare_totals(bench.ours(1), bench.peers, root)
    print_rounds(interleave(bench.peers + [Cat(), bench.ours(1), bench.ours(2)], root, bench.runs),
                 bench.peers + [Cat()])


def case_nothing(bench, root):
    print("Nothing new (the others start over each time):\n")
    bench.ours(1).run(root)
    again = Ours(bench.helper, bench.store, 1, fresh=False)
    print_rounds(interleave(bench.peers + [again], root, bench.runs), bench.peers)


def now_of(bench, root):
    """Noon of the last day that has tokens."""
    days = sorted(day for day, _ in bench.ours(1).totals(root) if re.fullmatch(r"\d{4}-\d\d-\d\d", day))
    last = days[-1] if days else "2026-01-01"
    return str(int(time.mktime(time.strptime(last + " 12", "%Y-%m-%d %H"))))


def case_latency(bench, root):
    print("In process, microseconds; \"today\" is the last day of the data:\n")
    now = now_of(bench, root)
    lines = bench.work / "appended.jsonl"
    lines.unlink(missing_ok=True)
    names = {"open": "open an existing store", "close": "open it and close it", "today": "open it and answer today",
             "stored": "appended line until stored, open handle",
             "answered": "appended line until answered, open handle"}
    rows = []
    for command in (["today", bench.store, "300", now], ["append", bench.store, lines, "500", now]):
        for line in Process.run([bench.helper, *command])["output"].decode().splitlines():
            name, count, *values = line.split("\t")
            rows.append([names[name], count, *values])
    table(["", "times", "median", "p90", "p99"], rows)


def case_program(bench, root):
    if not bench.program:
        note("the program blueplane is not built: its case is skipped")
        return
    print("`blueplane stats today` as a process, with the sync of %d unchanged files before it:\n" % content(root)[1])
    bench.ours(1).run(root)
    Process.run([bench.helper, "append", bench.store, bench.work / "today.jsonl", "200", str(int(time.time()))])
    home = bench.work / "home"
    home.mkdir(exist_ok=True)
    rounds = [Process.run([bench.program, "--store", bench.store, "stats", "today"], HOME=str(home),
                      XDG_CONFIG_HOME=str(home), XDG_DATA_HOME=str(home), CODEX_HOME=str(home),
                      CLAUDE_CONFIG_DIR=str(root)) for _ in range(bench.runs + 1)][1:]
    print_rounds({"blueplane stats today": rounds}, [])


def case_line(bench, _root):
    """One huge line between two usual ones, compared with the same file without it."""
    print("One line of %d MiB:\n" % bench.line_mib)
    rounds = {}
    for name, mib in (("without it", 0), ("with it", bench.line_mib)):
        root = bench.work / ("line%d" % mib)
        folder = root / "projects" / "p"
        folder.mkdir(parents=True)
        with open(folder / "a.jsonl", "w", encoding="ascii") as out:
            for number in range(3):
                out.write(LINE % (number, number, number, number))
                for _ in range(mib if number == 1 else 0):
                    out.write("all work and no play\\n" * (MIB // 22) + " " * (MIB % 22))
                out.write(LINE_END)
        ours = bench.ours(1)
        rounds["%s, %s" % (ours.name, name)] = [ours.run(root) for _ in range(3)]
        if mib > 0:
            for peer in bench.peers:
                try:
                    rounds["%s, %s" % (peer.name, name)] = [peer.run(root)]
                except SystemExit as failure:
                    note(str(failure))
        shutil.rmtree(root)
    print_rounds(rounds, [])


def case_shape(bench, root):
    """The same lines in their files, in one file, and in very many."""
    lines = [line for path in transcripts(root) for line in path.read_bytes().splitlines(keepends=True)]
    each = max(1, len(lines) // bench.files)
    shapes = {"as they lie": root}
    for name, step in (("as one file", len(lines)), ("as %d files" % -(-len(lines) // each), each)):
        shapes[name] = bench.work / name.replace(" ", "-")
        folder = shapes[name] / "projects" / "p"
        folder.mkdir(parents=True)
        for number in range(0, len(lines), step):
            (folder / ("%06d.jsonl" % (number // step))).write_bytes(b"".join(lines[number:number + step]))
    print("The same %d lines in other files:\n" % len(lines))
    rounds = {}
    for name, place in shapes.items():
        for one, results in interleave([Cat(), bench.ours(1), bench.ours(2)], place, bench.runs).items():
            rounds["%s, %s" % (one, name)] = results
    print_rounds(rounds, [])
    for place in list(shapes.values())[1:]:
        shutil.rmtree(place)


def case_size(bench, root):
    """Bytes of the store and of the library, and opening and closing a store in processes of their own."""
    told = dict(line.split("\t") for line in bench.ours(1).run(root)["output"].decode().splitlines())
    stored, facts = os.stat(bench.store).st_size, int(told["stored"])
    library = bench.work / "stripped.so"
    subprocess.run(["strip", "-o", library, next(bench.library.glob("libblueplane.so.*.*"))], check=True)
    table(["", "bytes"], [["store", "{:,}".format(stored)], ["facts in it", "{:,}".format(facts)],
                          ["of a fact", "%.0f" % (stored / facts)],
                          ["share of the transcripts", "%.2f %%" % (100 * stored / content(root)[0])],
                          ["library, stripped", "{:,}".format(os.stat(library).st_size)]])


def case_growth(bench, _root):
    """From 64 MiB on, doubling: the exponent is 1 if time is linear."""
    mib, points, rows = 64, [], []
    while mib <= bench.growth_mib:
        root = bench.work / ("growth%d" % mib)
        subprocess.run([part.format(dir=root, mib=mib) for part in shlex.split(bench.grow)], check=True,
                       stdout=subprocess.DEVNULL)
        rounds = interleave([bench.ours(1)], root, min(bench.runs, 3))[bench.ours(1).name]
        points.append((math.log(content(root)[0]), math.log(middle([r["wall"] for r in rounds]))))
        rows.append(["%d MiB" % mib, spread([r["wall"] for r in rounds]), "%.0f" % middle([r["peak"] for r in rounds])])
        shutil.rmtree(root)
        mib *= 2
    print("Growing transcripts:\n")
    table(["", "wall s", "peak MiB"], rows)
    x, y = (statistics.mean(p[i] for p in points) for i in (0, 1))
    print("Exponent: %.2f\n" % (sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)))


def case_many(bench, _root):
    """A store with so many facts of one person in 400 days, and every query of the catalogue."""
    grown = {}
    for facts in bench.facts:
        path = bench.keep / ("many-%d.db" % facts) if bench.keep else bench.work / "many.db"
        print("%s facts, every metric of the catalogue and some groupings, ms:\n" % format(facts, ","), flush=True)
        made = not path.exists()
        if made:
            Process.run([bench.many, "fill", path, str(facts)])
        first = float(Process.run([bench.many, "first", path])["output"].split(b"\t")[1]) / 1e3
        rows, slowest = [], {}
        for period in ("30d", "all"):
            Process.run([bench.many, "ask", path, period, "1"]) # the first query for many days packs them
            lines = Process.run([bench.many, "ask", path, period, str(bench.runs)])["output"].decode().splitlines()
            times = {name: [float(us) / 1e3 for us in values] for name, *values in (l.split("\t") for l in lines)}
            grown.setdefault(period, []).append({name: values[0] for name, values in times.items()})
            rows.append(["%s: all questions" % period, *("%.2f" % ms for ms in times.pop("all questions"))])
            rows += [["%s: %s" % (period, name), *("%.2f" % ms for ms in times[name])] for name in WATCHED]
            slowest[period] = sorted(times, key=lambda name: -times[name][0])[:8]
        table(["", "p50", "p95", "slowest"], rows)
        for period, names in slowest.items():
            print("Slowest over %s: %s.\n" % (period, ", ".join(names)))
        size = path.stat().st_size
        print("The file: %.0f MiB, %.0f bytes a fact, of which %.0f are packed days.\n" %
              (size / MIB, size / facts, packed_bytes(path) / facts))
        if made:
            print("The first question about tasks, which cuts them: %.1f s.\n" % (first / 1e3))
        if duckdb:
            beside_duckdb(bench, path, facts)
        if not bench.keep:
            remove_store(path)
    if len(bench.facts) > 1:
        print_growth(bench.facts, grown)


def packed_bytes(path):
    with contextlib.closing(sqlite3.connect(path)) as store:
        return store.execute("SELECT ifnull(sum(length(cells)), 0) FROM day").fetchone()[0]


def beside_duckdb(bench, path, facts):
    """The query for tokens by model, which DuckDB answers from a table in its memory."""
    events = bench.work / "many.jsonl"
    Process.run([bench.many, "write", events, str(facts)])
    theirs = json.loads(Process.run([sys.executable, "-c", DUCKDB_TABLE, events, str(bench.runs), "2",
                                     str(20454 * 86400 * 1000000)])["output"])
    events.unlink()
    rows = []
    for period in ("30d", "all"):
        mine = dict(line.split("\t") for line in
                    Process.run([bench.many, "tokens", path, period])["output"].decode().splitlines())
        if {model: int(tokens) for model, tokens in mine.items()} != theirs[period]["tokens"]:
            sys.exit("bench: totals over %s differ: %s here, %s there" % (period, mine, theirs[period]["tokens"]))
        ms = float(Process.run([bench.many, "ask", path, period, str(bench.runs), WATCHED[0]])["output"].split(b"\t")[1]) / 1e3
        rows.append([period, "%.2f" % ms, spread(theirs[period]["ms"]), "%.3f" % (ms / middle(theirs[period]["ms"]))])
    print("Tokens by model, totals equal; DuckDB's table lies in its memory, with two threads; ms:\n")
    table(["", "libblueplane", "DuckDB %s" % duckdb.__version__, "of DuckDB"], rows)


def print_growth(facts, grown):
    print("Medians, %s, in ms; the exponent is 0 where more facts cost nothing:\n" %
          " and ".join(format(count, ",") for count in facts))
    rows = []
    for period, times in grown.items():
        for name in ("all questions", *WATCHED):
            ms = [of[name] for of in times]
            exponent = math.log(ms[-1] / ms[0]) / math.log(facts[-1] / facts[0])
            rows.append(["%s: %s" % (period, name), *("%.2f" % value for value in ms), "%.2f" % exponent])
    table(["", *(format(count, ",") for count in facts), "exponent"], rows)


WATCHED = ("tokens by model", "tokens by day and model", "interactions by hour of day", "sessions by day", "tool_error_rate",
           "task_patterns", "delegation", "prompt_effect")
CASES = {"first": case_first, "shape": case_shape, "size": case_size, "growth": case_growth, "nothing": case_nothing,
         "latency": case_latency, "program": case_program, "line": case_line, "many": case_many}
OWN_DATA = ("line", "many", "growth")


class Bench:
    def __init__(self, arguments, work):
        build = pathlib.Path(arguments.build)
        self.helper = (build / "tests" / "bench" / "bench") if not arguments.helper else pathlib.Path(arguments.helper)
        program = build / "examples" / "blueplane"
        self.program = program.resolve() if program.exists() else None
        if not self.helper.exists():
            sys.exit("bench: %s is not built" % self.helper)
        self.helper = Process.helper = self.helper.resolve()
        self.work, self.store = work, work / "store.db"
        self.many = self.helper.with_name("many")
        self.facts = [int(facts) for facts in arguments.facts.split(",")]
        self.library = build.resolve() / "libblueplane"
        self.keep = pathlib.Path(arguments.keep).resolve() if arguments.keep else None
        self.runs, self.line_mib, self.files = arguments.runs, arguments.line_mib, arguments.files
        self.grow, self.growth_mib = arguments.grow, arguments.growth_mib
        self.peers = peers(work)

    def ours(self, threads):
        return Ours(self.helper, self.store, threads)


def main():
    parser = argparse.ArgumentParser(description="Measure ingest and answers side by side with other programs.")
    parser.add_argument("--build", default="build", help="build directory of meson (default: build)")
    parser.add_argument("--helper", help="the helper program, if it is not in the build directory")
    parser.add_argument("--data", action="append", default=[], metavar="DIR", help="transcripts; may be repeated")
    parser.add_argument("--gen", metavar="COMMAND", help="a command that writes transcripts below {dir}/projects")
    parser.add_argument("--mib", type=int, default=64, help="how much sample data without --data and --gen (64)")
    parser.add_argument("--runs", type=int, default=7, help="rounds after the one that warms up (7)")
    parser.add_argument("--line-mib", type=int, default=512, help="length of the huge line (512)")
    parser.add_argument("--facts", default="1000000", help="of the case many; several with commas (1000000)")
    parser.add_argument("--files", type=int, default=20000, help="how many the small ones are (20000)")
    parser.add_argument("--grow", metavar="COMMAND", help="a command that writes {mib} MiB below {dir}/projects, for the case growth")
    parser.add_argument("--growth-mib", type=int, default=1024, help="up to how much the case growth goes (1024)")
    parser.add_argument("--cases", default=",".join(CASES), help="of %s" % ", ".join(CASES))
    parser.add_argument("--keep", metavar="DIR", help="where the case many leaves its stores, and finds them")
    parser.add_argument("--write", metavar="FILE", help="a file whose tables are written anew")
    parser.add_argument("--work", help="where data and stores go (default: a temporary directory)")
    arguments = parser.parse_args()
    cases = arguments.cases.split(",")
    unknown = [case for case in cases if case not in CASES]
    if unknown:
        parser.error("no such case: %s" % ", ".join(unknown))
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory(prefix="blueplane-bench-", dir=arguments.work) as folder:
        work = pathlib.Path(folder)
        bench = Bench(arguments, work)
        first = True
        for name, root in prepare(arguments, work):
            size, files = content(root)
            print("### %s: %.0f MiB in %d files\n" % (name, size / MIB, files), flush=True)
            for case in cases:
                if case == "growth" and not arguments.grow:
                    note("growth needs --grow: skipped")
                elif case not in OWN_DATA or first:
                    run_case(bench, case, root, arguments.write if first else None)
            first = False


def run_case(bench, case, root, file):
    if file is None:
        CASES[case](bench, root)
        return
    with contextlib.redirect_stdout(io.StringIO()) as said:
        CASES[case](bench, root)
    print(said.getvalue(), flush=True)
    write_case(pathlib.Path(file), case, said.getvalue())


def write_case(file, case, text):
    old = file.read_text(encoding="utf-8")
    place = re.compile(r"(<!-- bench: %s -->\n).*?(<!-- /bench -->)" % case, re.S)
    if not place.search(old):
        sys.exit("bench: %s has no place for the case %s" % (file, case))
    file.write_text(place.sub(lambda found: found[1] + "\n" + text.strip() + "\n\n" + found[2], old), encoding="utf-8")


if __name__ == "__main__":
    main()
