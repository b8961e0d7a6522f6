"""Opening, reading, querying and maintaining a store."""
import copy
import datetime
import json
import multiprocessing
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest

import blueplane as bp
from conftest import NOW, event, lines, week


def test_numbers(store: bp.Store) -> None:
    r = store.metric("prompts", "responses", "lines_added", "tool_success_rate", by="time.day", period="all")
    assert r["time.day"] == [f"2026-03-0{day}" for day in range(2, 6)]
    assert r["prompts"] == [3, 0, 0, 1]
    assert r["lines_added"] == [7, 0, 0, 0]
    assert r["tool_success_rate"] == [0.5, None, None, None]
    assert r.state(1, "tool_success_rate") is bp.State.EMPTY


def test_ranges(store: bp.Store) -> None:
    def prompts(**more: object) -> object:
        return store.metric("prompts", **more).value  # type: ignore[arg-type]
    day = datetime.date(2026, 3, 5)
    at = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc)
    assert prompts(since=day, until=day) == prompts(since="2026-03-05", until="2026-03-05") == 1
    assert prompts(period="2026-03-02") == 3
    assert prompts(since=at, until=at + datetime.timedelta(minutes=15)) == 3
    assert prompts(until=at) == 0
    assert prompts(since=at) == 4
    assert prompts() == 4  # 28 days
    assert store.metric("prompts", since="2026-03-01").meta["period"] == "2026-03-01/2026-03-07"  # today by the store's clock
    for wrong in ({"since": day, "until": at}, {"since": at.replace(tzinfo=None)}):
        with pytest.raises(bp.InvalidError):
            prompts(**wrong)


def test_today_is_that_of_the_zone(tmp_path: pathlib.Path) -> None:
    """Two zones whose dates always differ: one is the zone of the query, the other that of the machine."""
    now = datetime.datetime.now(datetime.timezone.utc)
    code = ("import sys, blueplane as bp; s = bp.open(memory=True); s.ingest(sys.argv[1].encode(), 'native')\n"
            "assert s.metric('prompts', since='2026-01-01', zone='Pacific/Kiritimati').value == 1")
    text = lines([{**event("prompt", 0), "time": now.strftime("%Y-%m-%dT%H:%M:%SZ")}]).decode()
    subprocess.run([sys.executable, "-B", "-c", code, text], check=True, env={**os.environ, "TZ": "Pacific/Pago_Pago"})


def test_paths_of_any_kind(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"\xff.blueplane.jsonl")
    try:
        with open(path, "wb") as file:
            file.write(lines(week()))
    except OSError:
        pytest.skip("names are UTF-8 here")
    with bp.open(memory=True) as store:
        assert store.ingest(os.fsdecode(path)).records_stored == len(week())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BLUEPLANE_STORE", "own.db")  # without a folder
    bp.open().close()
    assert (tmp_path / "own.db").exists()


def test_filters_order_and_comparison(store: bp.Store) -> None:
    assert store.metric("tool_calls", by="outcome", period="all", order="-outcome", limit=1)["outcome"] == ["ok"]
    assert store.metric("tool_calls", where={"outcome": "error"}, period="all").value == 1
    assert store.metric("tool_calls", where=[("outcome", "!error"), ("tool", "edit_file")], period="all").value == 1
    r = store.metric("prompts", period="2026-03-05", compare="previous")
    assert {column.role for column in r.columns} >= {"metric", "baseline", "difference"}


def test_again_changes_nothing(store: bp.Store) -> None:
    report = store.ingest(lines(week()), "native", origin="again")
    assert (report.records_stored, report.records_duplicate) == (0, len(week()) + 2)  # a tool_call gives two records


def test_files_and_folders(tmp_path: pathlib.Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "a.blueplane.jsonl"
    path.write_bytes(lines(week()) + b"not json\n")
    with bp.open(memory=True) as store:
        report = store.ingest(path, dry_run=True)
        assert report.records_stored == len(week()) and report.records_rejected == 1
        assert store.ingest(tmp_path / "in").records_stored == len(week())
        assert store.ingest(str(tmp_path / "in")).files_changed == 0
        assert len(store.inspect("rejects")) == 1
        with pytest.raises(bp.NotFoundError):
            store.ingest(tmp_path / "nowhere.jsonl", "native")


def test_what_waits(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    texts = {name: lines([event("prompt", number, 6)]) for number, name in enumerate("ab")}

    def write(name: str, text: bytes, age: int) -> None:
        path, changed = folder / f"{name}.blueplane.jsonl", NOW.timestamp() - age
        path.write_bytes(text)
        os.utime(path, (changed, changed))
    for name, age in (("a", 60), ("b", 3600)):
        write(name, texts[name], age)
    with bp.open(tmp_path / "s.db", clock=lambda: NOW) as store:
        told = store.pending(folder)
        assert told["source"] == ["native"] and told["files"] == told["pending_files"] == [2]
        assert told["pending_bytes"] == [len(texts["a"]) + len(texts["b"])]
        assert told["pending_age"] == [3600 * 1_000_000]
        store.ingest(folder)
        told = store.pending(str(folder), "native")
        assert (told["files"], told["pending_files"], told["pending_bytes"]) == ([2], [0], [0])
        assert told.state(0, "pending_age") is bp.State.EMPTY
        write("a", texts["a"] + texts["b"], 5)  # only the new part is pending
        told = store.pending(folder)
        assert told["pending_bytes"] == [len(texts["b"])] and told["pending_age"] == [5 * 1_000_000]
        assert len(store.pending(folder, "codex")) == 0
        for root, source in ((tmp_path / "nowhere", None), (folder, "nothing")):
            with pytest.raises(bp.NotFoundError):
                store.pending(root, source)
        with pytest.raises(bp.InvalidError):
            store.pending(f"{folder}\0more")


def test_features() -> None:
    assert bp.feature("source:native") and bp.feature("format:csv") and bp.feature("access:owner")
    assert not bp.feature("source:nothing") and not bp.feature("")


def test_progress(store: bp.Store, tmp_path: pathlib.Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.blueplane.jsonl").write_bytes(lines([event("prompt", number, 6)]))
    seen: list[bp.Progress] = []
    store.ingest(tmp_path, "native", progress=seen.append)
    assert seen[-1].phase == "storing" and seen[-1].files_done == seen[-1].files_total == 3


class Stop(Exception):
    pass


def test_an_exception_of_the_callback_comes_back(store: bp.Store, tmp_path: pathlib.Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.blueplane.jsonl").write_bytes(lines([event("prompt", number, 6)]))

    def stop(progress: bp.Progress) -> None:
        if progress.files_done == 1:
            raise Stop(progress.files_total)
    with pytest.raises(Stop) as caught:
        store.ingest(tmp_path, "native", progress=stop)
    assert caught.value.args == (3,)
    assert store.ingest(tmp_path, "native").records_stored == 2  # what was complete was kept


def test_an_interrupt_in_the_middle_of_a_call_comes_back(store: bp.Store, capfd: pytest.CaptureFixture[str]) -> None:
    data = lines([event("prompt", 0, 6)]) * 300_000
    with pytest.raises(KeyboardInterrupt):
        threading.Timer(0.03, os.kill, (os.getpid(), signal.SIGINT)).start()
        store.ingest(data, "native")
        time.sleep(10)
    assert capfd.readouterr().err == ""
    store.ingest(lines([event("prompt", 0, 6)]), "native")
    assert store.metric("prompts", period="2026-03-06").value == 1


def test_what_holds_memory_of_the_library_is_not_copied(store: bp.Store) -> None:
    for one in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="open it again"):
            one(store)
        with pytest.raises(TypeError, match=r"keep its df\(\)"):
            one(store.inspect("health"))


def test_a_query_is_copied_and_pickled() -> None:
    asked = bp.Query("prompts").by("time.day")
    for again in (copy.copy(asked), copy.deepcopy(asked), pickle.loads(pickle.dumps(asked))):
        again.metric("tool_calls")
        assert json.loads(again.to_json())["metrics"] == ["prompts", "tool_calls"]
    assert json.loads(asked.to_json())["metrics"] == ["prompts"]


def test_what_is_no_time(store: bp.Store) -> None:
    for wrong in (5, 5.0, b"2026-03-06", datetime.time(9)):
        with pytest.raises(TypeError, match=f"a datetime or a text, not {type(wrong).__name__}"):
            store.metric("prompts", since=wrong)  # type: ignore[arg-type]


def test_a_failure_is_not_hidden_by_the_callback(store: bp.Store, tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.blueplane.jsonl").write_bytes(lines([event("prompt", 0, 6)]))
    damage = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('DROP TABLE prompt').connection.commit()"

    def stop(progress: bp.Progress) -> None:
        if progress.files_done == 1:
            subprocess.run([sys.executable, "-c", damage, str(tmp_path / "s.db")], check=True)
            raise Stop
    with pytest.raises(bp.CorruptError) as caught:
        store.ingest(tmp_path, "native", progress=stop)
    assert isinstance(caught.value.__cause__, Stop)


def test_a_callback_does_not_use_its_store(store: bp.Store, tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.blueplane.jsonl").write_bytes(lines(week()))
    uses = (store.close, lambda: store.metric("prompts"), lambda: store.inspect("health"), lambda: store.ingest(b"", "native"),
            lambda: store.share("2026-W07"))
    refused: list[str] = []

    def use(progress: bp.Progress) -> None:
        for one in uses:
            with pytest.raises(bp.InvalidError) as caught:
                one()
            refused.append(caught.value.message)
    store.ingest(tmp_path, "native", progress=use)
    assert set(refused) == {"a call on this store is running"}
    assert store.metric("prompts", period="all").value == 4


def test_ctrl_c(store: bp.Store, tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.blueplane.jsonl").write_bytes(lines(week()))

    def interrupt(progress: bp.Progress) -> None:
        os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        store.ingest(tmp_path, "native", progress=interrupt)
    assert store.metric("prompts", period="all").value == 4


def test_cancel_from_another_thread(store: bp.Store, tmp_path: pathlib.Path) -> None:
    big = lines([event("prompt", number % 60, 6, session=f"s{number}", id=f"p{number}") for number in range(50000)])
    (tmp_path / "big.blueplane.jsonl").write_bytes(big)
    began = threading.Event()

    def cancel() -> None:
        began.wait(10)
        store.cancel()
    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(bp.CancelledError):
        for _ in range(50):
            store.ingest(tmp_path, "native", restart=True, progress=lambda p: began.set())
    thread.join()


def test_errors(store: bp.Store) -> None:
    with pytest.raises(bp.NotFoundError) as caught:
        store.metric("costs")
    assert isinstance(caught.value, LookupError)
    assert caught.value.details["metric"] == "costs" and caught.value.hint
    assert "cost" in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), again.details) == (type(caught.value), caught.value.details)
    with pytest.raises(bp.UnsupportedError) as refused:
        store.metric("prompts", by="model")
    assert "platform" in refused.value.details["allowed"]
    with pytest.raises(bp.NotFoundError):
        store.metric("cost", zone="Europe/Nowhere")
    with pytest.raises(bp.InvalidError):
        store.metric("co\0st")
    with pytest.raises(bp.InvalidError, match="unknown form") as step:
        store.metric("prompts", period="fortnight")
    assert step.value.hint and "last_week" in step.value.hint
    with pytest.raises(bp.InvalidError, match="since and until"):
        store.metric("prompts", period="7d", since="2026-03-02")
    with pytest.raises(bp.FormatError):
        store.configure("prices", "{")
    with pytest.raises(bp.NotFoundError):
        store.inspect("nothing")
    with pytest.raises(bp.InvalidError):
        bp.open(memory=True, access="king")
    for wrong in ({"scope": "te\0am"}, {"key_path": "/a\0b"}):
        with pytest.raises(bp.InvalidError):
            bp.open(memory=True, **wrong)


def test_today_is_that_of_the_zone_whatever_the_clock_is_in() -> None:
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    for clock in (datetime.datetime(2026, 3, 7, 20, tzinfo=tokyo), datetime.datetime(2026, 3, 7, 11, tzinfo=datetime.timezone.utc)):
        with bp.open(memory=True, clock=lambda: clock) as store:
            for zone in ("Asia/Tokyo", "UTC", "America/New_York"):
                since = store.metric("prompts", since="2026-03-01", zone=zone)
                assert since.meta["period"] == "2026-03-01/2026-03-07"
                assert since.meta["until"] == store.metric("prompts", period="today", zone=zone).meta["until"]


def test_every_code_has_its_exception() -> None:
    from blueplane.errors import BY_CODE
    told = {row["code"] for row in bp.catalog("errors") if row["code"]}
    assert told == set(BY_CODE)


def test_access(store: bp.Store, tmp_path: pathlib.Path) -> None:
    assert store.path is not None
    with bp.open(store.path, access="none") as least, pytest.raises(bp.DeniedError):
        least.inspect("health")
    with bp.open(store.path, access="devops") as operations:
        assert len(operations.inspect("health")) > 0
        with pytest.raises(bp.DeniedError):
            operations.metric("prompts")
    with bp.open(store.path, read_only=True) as reader:
        assert reader.metric("prompts", period="all").value == 4
        with pytest.raises(bp.ReadOnlyError):
            reader.ingest(b"", "native")
    store.narrow("devops")
    with pytest.raises(PermissionError):
        store.metric("prompts")


def test_closed(store: bp.Store) -> None:
    result = store.metric("prompts", period="all")
    store.close()
    store.close()
    assert store.closed and result.value == 4  # a result outlives its store
    for call in (lambda: store.metric("prompts"), lambda: store.inspect("health"), lambda: result.drill(0, "platform")):
        with pytest.raises(bp.InvalidError):
            call()
    store.cancel()


def test_preview_and_labels(store: bp.Store) -> None:
    told = store.preview(lines(week()))
    assert any(row for row in told)
    store.configure("labels", {"version": 1, "keep": False})


def test_representations(store: bp.Store) -> None:
    assert "owner" in repr(store) and "ingest age" in store._repr_html_()
    assert "0 new facts" in str(store.ingest(b"", "native"))
    r = store.metric("cost", "decisions", by="time.day", period="all")
    assert "Cost" in repr(r)
    assert "<table" in r._repr_html_()


def _in_child(store: bp.Store, queue: "multiprocessing.Queue[str]") -> None:
    try:
        store.metric("prompts")
        queue.put("answered")
    except bp.Error as error:
        queue.put(type(error).__name__)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork_is_refused(store: bp.Store) -> None:
    context = multiprocessing.get_context("fork")
    queue: "multiprocessing.Queue[str]" = context.Queue()
    child = context.Process(target=_in_child, args=(store, queue))
    child.start()
    assert queue.get(timeout=20) == "InvalidError"
    child.join(20)
    assert store.metric("prompts", period="all").value == 4


def test_threads_on_one_and_on_many(tmp_path: pathlib.Path) -> None:
    shared = bp.open(tmp_path / "shared.db", clock=lambda: NOW)
    failures: list[BaseException] = []

    def hammer(number: int) -> None:
        try:
            with bp.open(tmp_path / f"{number}.db", clock=lambda: NOW) as own:
                for turn in range(20):
                    data = lines([event("prompt", turn, 6, session=f"s{number}", id=f"{number}-{turn}")])
                    own.ingest(data, "native")
                    shared.ingest(data, "native")
                    assert own.metric("prompts", period="all").value == turn + 1
                    shared.metric("prompts", by="session", period="all").to_dict()
        except BaseException as why:
            failures.append(why)
    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert shared.metric("prompts", period="all").value == 160
    shared.close()


def test_sync_reads_this_persons_places(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / ".codex" / "sessions").mkdir(parents=True)
    source = pathlib.Path(__file__).parents[3] / "tests/corpus/codex/good-turns.jsonl"
    (home / ".codex/sessions/rollout-1.jsonl").write_bytes(source.read_bytes())
    for name in ("CODEX_HOME", "CLAUDE_CONFIG_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "BLUEPLANE_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    with bp.open() as store:
        assert store.path == str(home / ".local/share/blueplane/blueplane.db") and store.zone == "Europe/Berlin"
        assert store.sync(progress=False).records_stored > 0
        assert store.sync().files_changed == 0


def test_what_a_clock_raises_comes_back(tmp_path: pathlib.Path) -> None:
    class Stopped(Exception):
        pass
    working = True

    def clock() -> datetime.datetime:
        if not working:
            raise Stopped("no time")
        return NOW
    with bp.open(tmp_path / "s.db", clock=clock) as store:
        store.ingest(lines(week()), "native", origin="week")
        working = False
        with pytest.raises(Stopped, match="no time"):
            store.metric("prompts", period="today")
        working = True
        assert store.metric("prompts", period="all").value == 4
    working = False
    with pytest.raises(Stopped):
        bp.open(tmp_path / "s.db", clock=clock).metric("prompts", period="today")


def test_cancel_beside_close(tmp_path: pathlib.Path) -> None:
    """Closes a store while another thread cancels: the cancel must not reach a closed handle."""
    for number in range(50):
        store = bp.open(tmp_path / f"{number}.db")
        going = threading.Event()

        def cancel(store: bp.Store = store, going: threading.Event = going) -> None:
            going.set()
            while not store.closed:
                store.cancel()
        thread = threading.Thread(target=cancel)
        thread.start()
        going.wait()
        store.close()
        thread.join()
        store.cancel()
