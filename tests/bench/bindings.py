#!/usr/bin/env python3
"""Measures the bindings: a small query, and moving 100,000 rows, compared with SQLite's own drivers on the same file.

    PYTHON tests/bench/bindings.py [--build BUILD] [--rows 100000] [--each 1] [--rounds 15]

PYTHON has the packages blueplane, pandas, polars and pyarrow; so has BUILD/tests/python/full once the tests of the
Python package have run. With --build and Go on the path, tests/bench/go does the same in Go, with mattn/go-sqlite3. The
drivers answer the same query in SQL from the store's tables, and answers are compared before times. Rounds are
interleaved after a warm-up round; medians are printed, and for each ratio the median of those within a round. Times
decide no test.
"""
import argparse
import datetime
import os
import pathlib
import sqlite3
import statistics
import subprocess
import tempfile
import time

import blueplane as bp

HERE = pathlib.Path(__file__).resolve().parent
QUESTION = ("SELECT substr(printf('%016x', s.hi), 1, 12) AS session, count(*) AS prompts FROM prompt p "
            "JOIN session s ON s.id = p.session GROUP BY p.session ORDER BY 1")
ONE = "SELECT count(*) FROM prompt WHERE time >= ? AND time < ?"
FIRST = datetime.datetime(2026, 1, 1)


def make_store(path, rows, each):
    with bp.open(path) as store:
        store.ingest("".join(
            f'{{"blueplane":1,"kind":"prompt","platform":"mytool","session":"s{n}","id":"p{n}-{one}",'
            f'"time":"{(FIRST + datetime.timedelta(seconds=7 * n + 9 * one)).isoformat()}Z"}}\n'
            for n in range(rows) for one in range(each)).encode(), "native")


def copy_answer(connection, result):
    """The answer as a table of the driver, so that moving it includes no query."""
    connection.execute("CREATE TEMP TABLE answer (session TEXT, prompts INTEGER)")
    connection.executemany("INSERT INTO answer VALUES (?, ?)", zip(result["session"], result["prompts"]))


def interleaved(candidates, rounds):
    times = {name: [] for name in candidates}
    for turn in range(rounds + 1):
        for name, act in candidates.items():
            began = time.perf_counter()
            kept = act()
            took = time.perf_counter() - began
            del kept
            if turn:
                times[name].append(took)
    return times


def report(title, times, peer, scale, unit):
    print(f"| **{title}** | {unit} | of the driver |\n| --- | --- | --- |")
    for name, took in times.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(took, times[peer]))
        print(f"| {name} | {statistics.median(took) * scale:.3g} ({min(took) * scale:.3g}-{max(took) * scale:.3g}) | "
              f"{'' if name == peer else f'{ratio:.2f}'} |")
    print()


def many(act, count):
    def run():
        for _ in range(count):
            act()
    return run


def python(path, rounds):
    store = bp.open(path)
    driver = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    query = bp.Query("prompts").by("session").period("all")
    result = store.run(query)
    if [tuple(row.values()) for row in result] != driver.execute(QUESTION).fetchall():
        raise SystemExit("the answers differ")
    copy_answer(driver, result)
    read = "SELECT session, prompts FROM answer"

    def keyed():
        cursor = driver.execute(read)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor]
    report("moving the rows alone, Python", interleaved({
        "sqlite3, tuples": lambda: driver.execute(read).fetchall(),
        "sqlite3, dicts": keyed,
        "rows, tuples": lambda: list(result.tuples()),
        "rows, dicts": lambda: list(result),
        "columns, lists": result.to_dict,
        "Arrow (pyarrow)": result.arrow,
        "data frame (pandas)": result.df,
        "data frame (polars)": result.pl}, rounds), "sqlite3, tuples", 1e3, "ms")
    report("question and rows, Python", interleaved({
        "sqlite3, tuples": lambda: driver.execute(QUESTION).fetchall(),
        "rows, tuples": lambda: list(store.run(query).tuples()),
        "Arrow (pyarrow)": lambda: store.run(query).arrow()}, rounds), "sqlite3, tuples", 1e3, "ms")
    small = bp.open(memory=True)
    one = bp.Query("prompts").period("2026-01-01")
    other = sqlite3.connect(":memory:")
    other.execute("CREATE TABLE prompt (time INTEGER)")
    report("a question with one row as its answer, store in memory, Python", interleaved({
        "sqlite3": many(lambda: other.execute(ONE, (0, 1)).fetchone(), 1000),
        "run": many(lambda: small.run(one).value, 1000),
        "one crossing: len(result)": many(lambda: len(result), 1000)}, rounds), "sqlite3", 1e3, "µs a call")


def go(path, build, rounds):
    environment = {**os.environ, "GOFLAGS": "-buildvcs=false -mod=mod",
                   "PKG_CONFIG_PATH": str(build / "meson-uninstalled"), "LD_LIBRARY_PATH": str(build / "libblueplane"),
                   "CGO_CFLAGS": f"-O2 -I{HERE.parent.parent / 'include'}"}
    program = build / "bench_go"
    subprocess.run(["go", "build", "-tags", "libsqlite3", "-o", str(program), "."], cwd=HERE / "go", env=environment,
                   check=True)
    lines = subprocess.run([str(program), path, QUESTION, str(rounds)], env=environment, check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    tables = {}
    for line in lines:
        table, name, took = line.split("\t")
        tables.setdefault(table, {}).setdefault(name, []).append(float(took))
    for table, times in tables.items():
        report(table, times, next(iter(times)), 1e3, "ms")


def main():
    parser = argparse.ArgumentParser(description="Measure the bindings.")
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=100000)
    parser.add_argument("--each", type=int, default=1, help="prompts a row")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="blueplane-bench-") as folder:
        path = os.path.join(folder, "s.db")
        make_store(path, options.rows, options.each)
        python(path, options.rounds)
        if options.build:
            go(path, options.build.resolve(), options.rounds)


if __name__ == "__main__":
    main()
