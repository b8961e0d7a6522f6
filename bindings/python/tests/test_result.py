"""Conversions of a result, each compared with the library's own JSON."""
import datetime
import gc
import json
import os
import pathlib
import sys

import pytest

import blueplane as bp
from conftest import ROOT, event, lines


@pytest.fixture
def answer(store: bp.Store) -> bp.Result:
    return store.metric("cost", "prompts", "tool_success_rate", "last_activity", by=["time.day", "platform"], period="all")


def test_rows_are_those_of_json(answer: bp.Result) -> None:
    told = json.loads(answer.to_json())
    assert [column.name for column in answer.columns] == [column["name"] for column in told["columns"]]
    assert len(told["rows"]) == len(answer) > 0
    for row, want in zip(answer, told["rows"]):
        for name, value in row.items():
            if answer.column(name).type == "time" and value is not None:
                assert value.strftime("%Y-%m-%dT%H:%M:%SZ") == want[name]  # type: ignore[union-attr]
            else:
                assert value == want[name]
    states = {(one["row"], one["column"]): one["state"] for one in told["states"]}
    for row_number in range(len(answer)):
        for column in answer.columns:
            state = answer.state(row_number, column.name)
            if (row_number, column.name) in states:
                assert state.value == states[row_number, column.name]
            else:
                assert state in (bp.State.VALUE, bp.State.EMPTY)
    assert answer.meta["zone"] == told["meta"]["zone"]


def test_states_beside_a_frame() -> None:
    with bp.open(memory=True) as store:
        store.ingest(lines([event("response", 1, model="m", output_tokens=100), event("response", 2, 3, model="m", input_tokens=0,
                                  output_tokens=9), event("prompt", 3, 4)]), "native")
        r = store.metric("input_tokens", "tool_success_rate", by="time.day", period="all")
    assert r["input_tokens"] == [0, 0, 0]
    assert [state.value for state in r.states("input_tokens")] == ["lower_bound", "value", "value"]
    assert r.states("tool_success_rate") == [bp.State.EMPTY] * 3 and r.states(0) == [bp.State.VALUE] * 3


def test_columns_in_one_piece_are_their_cells() -> None:
    """Columns of every type, with and without missing values, with text beyond ASCII and without rows."""
    events = [event("session", 1, workspace="/w/größe"), event("prompt", 2),
              event("prompt", 3, session="s2")]
    with bp.open(memory=True) as store:
        store.ingest(lines(events), "native")
        answers = [store.metric("prompts", "tool_success_rate", "last_activity", by=["workspace", "session"],
                                period="all"),
                   store.metric("prompts", by="session", where={"platform": "nothing"}, period="all"),
                   store.inspect("files"), store.inspect("sessions"), bp.catalog("metrics"), bp.catalog("dimensions")]
    with bp.open(memory=True, access="steward") as team:
        team.configure("roster", (ROOT / "tests/fuzz/corpus/roster/plain.json").read_text())
        answers.append(team.inspect("roster"))  # booleans
    kinds = set()
    for answer in answers:
        for column in answer.columns:
            kinds.add(column.type)
            assert answer[column.name] == [answer.cell(row, column.name).value for row in range(len(answer))]
    assert kinds == {"bool", "int", "real", "text", "time"}


def test_access_to_cells(answer: bp.Result) -> None:
    assert answer.cell(-1, "prompts") == answer.cell(len(answer) - 1, "prompts")
    assert answer.row(0) == next(iter(answer))
    assert [tuple(row.values()) for row in answer] == list(answer.tuples())
    assert answer.to_dict() == {column.name: [answer.cell(row, column.name).value for row in range(len(answer))]
                                for column in answer.columns}
    assert answer.column(0).name == "time.day" and answer[0] == answer["time.day"]
    with pytest.raises(IndexError):
        answer.row(len(answer))
    with pytest.raises(bp.NotFoundError):
        answer["costs"]
    with pytest.raises(bp.InvalidError):
        answer.value


def test_frames_and_arrow(answer: bp.Result) -> None:
    pa, pandas, polars = (pytest.importorskip(name) for name in ("pyarrow", "pandas", "polars"))
    table = answer.arrow()
    want = answer.to_dict()
    for name, values in want.items():
        assert table[name].to_pylist() == values
        assert answer.pl()[name].to_list() == values
        assert [None if pandas.isna(value) else value for value in answer.df()[name]] == values
    assert pa.table(answer).equals(table) and pa.RecordBatchReader.from_stream(answer).read_all().equals(table)
    assert pa.schema(answer).equals(table.schema)
    assert polars.DataFrame(polars.DataFrame(answer)).equals(polars.DataFrame(answer))


def test_duckdb_reads_a_result(answer: bp.Result) -> None:
    duckdb = pytest.importorskip("duckdb")
    got = duckdb.sql("select sum(prompts), count(*) from answer").fetchall()
    assert got == [(4, len(answer))]


def test_frames_without_pyarrow(answer: bp.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert list(answer.df()["prompts"]) == answer["prompts"]
    with pytest.raises(ImportError, match=r"blueplane\[arrow\]"):
        answer.arrow()


def test_a_stream_outlives_everything(store: bp.Store) -> None:
    pa = pytest.importorskip("pyarrow")
    result = store.metric("prompts", by="platform", period="all")
    table = pa.table(result)
    unused = [result.__arrow_c_stream__(), result.__arrow_c_schema__()]
    del result, unused
    store.close()
    gc.collect()
    assert table["prompts"].to_pylist() == [4]


def test_html_explains_missing_cells(store: bp.Store) -> None:
    codex = pathlib.Path(__file__).parents[3] / "tests/corpus/codex/good-turns.jsonl"
    store.ingest(codex.read_bytes(), "codex")
    r = store.metric("decisions", "cost", by="platform", period="all")
    assert r.state(0, "decisions") is bp.State.UNCOVERED
    html = r._repr_html_()
    assert "not recorded" in html and "1 not recorded" in html
    assert "not recorded by any source" in repr(r.explain()) and "List price" in repr(r.explain())
    assert "<table" in r.explain()._repr_html_()


def test_html_explains_a_dash() -> None:
    """A lower bound of zero is shown as a dash, whose title must not say that the true number is at least this."""
    with bp.open(memory=True) as store:
        store.ingest(lines([event("prompt", 1, characters=1), event("response", 2, model="m", output_tokens=100)]), "native")
        r = store.metric("input_tokens", "output_tokens", by="platform", period="all")
    assert r.cell(0, "input_tokens") == (0, bp.State.LOWER_BOUND)
    assert '<td title="nothing is known about it">–</td>' in r._repr_html_()


def test_html_escapes(tmp_path: pathlib.Path) -> None:
    with bp.open(memory=True) as store:
        store.ingest(lines([event("session", 1, workspace="/w/<b>a|b"), event("prompt", 2)]), "native")
        html = store.metric("prompts", by="workspace", period="all")._repr_html_()
    assert "<b>a" not in html


def test_drill(store: bp.Store) -> None:
    weeks = store.metric("prompts", by="time.week", period="all")
    days = weeks.drill(0, "time.day")
    assert sum(value for value in days["prompts"] if isinstance(value, int)) == weeks["prompts"][0]
    platform = store.metric("prompts", by="platform", period="all").drill(0, ["session"])
    assert platform["prompts"] == [4]
    with pytest.raises(bp.UnsupportedError):
        store.inspect("health").drill(0, "session")
    nowhere = store.metric("prompts", by="workspace", period="all")  # their workspace is unknown
    assert nowhere["workspace"] == [None]
    with pytest.raises(bp.UnsupportedError, match="not known"):
        nowhere.drill(0, "session")


def test_drill_into_a_day_beside_its_week(store: bp.Store) -> None:
    for by in ["time.day", "time.week"], ["time.week", "time.day"]:
        days = store.metric("prompts", by=by, since="2026-03-02", until="2026-03-08")
        assert [sum(days.drill(row, "session")["prompts"]) for row in range(len(days))] == days["prompts"]


def test_drill_into_what_the_range_cut(store: bp.Store) -> None:
    utc = datetime.timezone.utc
    days = store.metric("prompts", by="time.week", since="2026-03-03", until="2026-03-07")
    assert days["prompts"] == [1] and sum(days.drill(0, "time.day")["prompts"]) == 1  # of four in the week
    hours = store.metric("prompts", by=["time.day", "platform"], since=datetime.datetime(2026, 3, 2, 9, 0, tzinfo=utc),
                         until=datetime.datetime(2026, 3, 2, 9, 15, tzinfo=utc), zone="Asia/Tokyo", limit=1, order="platform")
    store.ingest(lines([event("prompt", 30, session="s2"), event("prompt", 1, session="s3")]), "native")
    sessions = hours.drill(0, "session")
    assert sorted(sessions["prompts"]) == [1, 3]  # none of 09:30, and the limit was that of the days


def test_plot(answer: bp.Result, store: bp.Store) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    assert len(answer.plot("prompts").lines) == 1
    assert len(store.metric("prompts", by="platform", period="all").plot().patches) == 1


def test_nothing_grows(store: bp.Store) -> None:
    """Makes and drops 10,000 results, through every conversion that holds memory of the library."""
    if not pathlib.Path("/proc/self/statm").exists():
        pytest.skip("no way to measure here")
    if "asan" in os.environ.get("LD_PRELOAD", ""):
        pytest.skip("a sanitizer keeps what was freed for a while")

    def resident() -> int:
        return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096
    start = 0
    for turn in range(10000):
        result = store.metric("prompts", by="platform", period="7d")
        result.to_dict()
        result.__arrow_c_stream__()
        result.__arrow_c_schema__()
        if turn == 1000:
            gc.collect()
            start = resident()
    gc.collect()
    assert resident() - start < 4 << 20


def test_catalogue() -> None:
    assert bp.metrics["cost"].unit == "nUSD" and bp.metrics["M023"].title == bp.metrics["cost"].title
    assert "acceptance_rate" in [next(iter(entry.values())) for entry in bp.metrics.search("accept")]
    assert "cost" in bp.metrics and "costs" not in bp.metrics and 1 not in bp.metrics
    with pytest.raises(bp.NotFoundError):
        bp.metrics["costs"]
    assert len(bp.dimensions) > 20 and "metrics" in repr(bp.metrics) and "<table" in bp.metrics._repr_html_()


def test_query_forms() -> None:
    q = bp.Query("cost").by("platform").where("branch", "main", op="!=").period("7d", "Europe/Berlin").set(order="-cost")
    assert bp.Query.from_json(q.to_json()) == q
    assert "from_json" in repr(q)
    with pytest.raises(bp.FormatError):
        bp.Query.from_json("{")
