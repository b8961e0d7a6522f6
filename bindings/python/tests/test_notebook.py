"""Runs the notebook of docs/notebooks from top to bottom, and compares its results with what the generator of the
transcripts counted, and with plain arithmetic on the cells."""
import base64
import datetime
import json
import os
import pathlib
import subprocess
import sys
from typing import Any, Iterator

import pytest
from conftest import ROOT

import blueplane as bp

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

NOTEBOOKS = ROOT / "docs" / "notebooks"
PEOPLE, LEVELS = 24, ("junior", "intermediate", "senior")
# Runs after the last cell, and prints all results of the notebook.
LAST = """
import json
print(json.dumps({name: {column.name: [str(value) if hasattr(value, "year") else value for value in result[column.name]]
                         for column in result.columns}
                  for name, result in list(globals().items()) if isinstance(result, bp.Result) and name[0] != "_"}))
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("organisation")
    subprocess.run([sys.executable, "-B", str(ROOT / "examples/sample/organisation.py"), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def truths(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the generator counted while it wrote the transcripts, for each person."""
    folder = tmp_path_factory.mktemp("truth")
    told = []
    for number in range(1, PEOPLE + 1):
        path = folder / f"{number}.json"
        subprocess.run([sys.executable, "-B", str(ROOT / "examples/sample/sample.py"), "--out",
                        str(folder / str(number)), "--until", "2026-03-29", "--days", "28", "--seed", str(number),
                        "--truth", str(path), "--quiet"], check=True)
        told.append(json.loads(path.read_text()))
    return told


@pytest.fixture(scope="module")
def ran(sample: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    book = nbformat.read(NOTEBOOKS / "research.ipynb", as_version=4)
    book.cells.append(nbformat.v4.new_code_cell(LAST))
    before = dict(os.environ)
    os.environ.update(BLUEPLANE_SAMPLE=str(sample), MPLBACKEND="module://matplotlib_inline.backend_inline",
                      IPYTHONDIR=str(tmp_path_factory.mktemp("ipython")))
    try:
        nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    finally:
        os.environ.clear()
        os.environ.update(before)
    charts = os.environ.get("BLUEPLANE_CHARTS")  # set to a folder to look at the charts
    if charts:
        for number, picture in enumerate(pictures(book)):
            (pathlib.Path(charts) / f"{number}.png").write_bytes(picture)
    yield book


def pictures(book: Any) -> list[bytes]:
    return [base64.b64decode(output["data"]["image/png"]) for cell in book.cells for output in cell.get("outputs", ())
            if "image/png" in output.get("data", ())]


@pytest.fixture(scope="module")
def answers(ran: Any) -> dict[str, dict[str, list[Any]]]:
    told: dict[str, dict[str, list[Any]]] = json.loads(ran.cells[-1].outputs[-1]["text"])
    return told


def prompts_of(truth: dict[str, Any]) -> int:
    return sum(int(counts["prompts"]) for counts in truth["counts"].values())


def test_the_notebook_is_what_its_source_makes() -> None:
    subprocess.run([sys.executable, "-B", str(NOTEBOOKS / "notebook.py"), "--check", str(NOTEBOOKS / "research.py")],
                   check=True)


def test_every_cell_shows_itself(ran: Any) -> None:
    html = [output["data"]["text/html"] for cell in ran.cells for output in cell.get("outputs", ())
            if "text/html" in output.get("data", ())]
    assert len(html) >= 15 and all("blueplane" in one or "dataframe" in one for one in html)
    assert len(pictures(ran)) == 7
    assert "access does not allow this query" in ran.cells[-2].outputs[0]["text"]


def test_own_numbers_are_those_of_the_generator(answers: Any, truths: list[dict[str, Any]]) -> None:
    want: dict[tuple[str, str], int] = {}
    for days in truths[0]["days"].values():
        for day, models in days.items():
            date = datetime.date.fromisoformat(day)
            for model, told in models.items():
                week = (str(date - datetime.timedelta(days=date.weekday())), model)
                want[week] = want.get(week, 0) + int(told["output"])
    r = answers["r"]
    got = zip(zip(r["time.week"], r["model"]), r["output_tokens"])
    assert {week: tokens for week, tokens in got if tokens} == {week: tokens for week, tokens in want.items() if tokens}


def test_a_row_is_the_sum_of_what_it_is_made_of(answers: Any) -> None:
    for name in ("cost", "output_tokens"):
        assert sum(value or 0 for value in answers["sessions"][name]) == (answers["r"][name][0] or 0)


def test_published_sums_hold_the_truth(answers: Any, truths: list[dict[str, Any]]) -> None:
    """For each level of experience, the generated number of prompts lies within the published bounds."""
    told = answers["experience"]
    assert sorted(told["experience"]) == sorted(LEVELS)
    for row, level in enumerate(told["experience"]):
        people = [place for place in range(PEOPLE) if LEVELS[place // 2 % 3] == level]
        truth = sum(prompts_of(truths[place]) for place in people)
        assert told["prompts.at_least"][row] <= truth <= told["prompts.at_most"][row]


def test_published_rates_hold_the_truth(answers: Any, sample: pathlib.Path) -> None:
    """For each level of experience, if a rate has bounds, the rate from the people's own stores lies within them."""
    told, checked = answers["experience"], 0
    for rate in ("tool_success_rate", "resolution_rate", "retry_rate"):
        sums = {level: [0, 0] for level in LEVELS}
        for place in range(PEOPLE):
            with bp.open(sample / f"m-{place + 1:02}.db", read_only=True) as own:
                answer = own.metric(rate, since="2026-03-02", until="2026-03-29")
            parts = [column.name for column in answer.columns if column.role == "companion"][:2]
            for side, part in enumerate(parts):
                sums[LEVELS[place // 2 % 3]][side] += answer.row(0)[part]
        for row, level in enumerate(told["experience"]):
            truth = sums[level][0] / sums[level][1]
            least, most = (told[f"{rate}.{end}"][row] for end in ("at_least", "at_most"))
            assert (least is None or least <= truth) and (most is None or truth <= most), (rate, level)
            checked += least is not None or most is not None
    assert checked > 0


def test_rates_are_their_parts(answers: Any) -> None:
    features = answers["features"]
    for rate, used, of in zip(*(features[f"feature_usage{part}"] for part in ("", ".used", ".feature_tasks"))):
        assert rate == used / of
    assert features["feature_usage"] == sorted(features["feature_usage"], reverse=True)
    tasks = answers["own_tasks"]
    for rate, resolved, of in zip(*(tasks[f"resolution_rate{part}"] for part in ("", ".resolved", ".to_resolve"))):
        assert rate == (resolved / of if of else None)
    assert len(set(features["feature_usage.feature_tasks"])) == 1


def test_failures_are_counted_once(answers: Any, truths: list[dict[str, Any]]) -> None:
    endings, codex = answers["endings"], truths[0]["counts"]["codex"]
    assert "ok" not in endings["outcome"] and len(endings["outcome"]) > 0
    errors = sum(count for count, outcome in zip(endings["tool_calls"], endings["outcome"]) if outcome == "error")
    tools = answers["tools"]
    failed = [tried - ok for tried, ok in zip(tools["tool_success_rate.ok_or_error"], tools["tool_success_rate.ok"])]
    assert errors == sum(failed)
    own = {"exec_command", "apply_patch"}  # Codex's tools
    assert sum(count for tool, count in zip(tools["tool"], failed) if tool in own) == (
        codex["tool_calls_command_failed"] + codex["tool_calls_tool_error"])


def test_journeys(answers: Any) -> None:
    journeys = answers["journeys"]
    assert journeys["tool_transitions"] == sorted(journeys["tool_transitions"], reverse=True)
    assert all(len(pattern.split(" > ")) == 2 for pattern in journeys["pattern"])
    assert all(2 <= len(pattern.split(" > ")) <= 4 for pattern in answers["patterns"]["pattern"])
