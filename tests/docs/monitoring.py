#!/usr/bin/env python3
"""Compares what examples/monitoring uses with what the program exports.

    python3 tests/docs/monitoring.py PROGRAM
    python3 tests/docs/monitoring.py --alerts FOLDER

Every metric in the alert rules, their tests and the dashboard must be in the table of examples/blueplane/vitals.c with
its labels, and the dashboard must show every one; the limits in the units must be ones that the program accepts.
--alerts FOLDER runs the tests of the rules with promtool; where it is not installed, it is unpacked into FOLDER from
Debian's package; without it, status 77.
"""
from __future__ import annotations

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "monitoring"
ROW = re.compile(r'^    \{"(\w+)", VITAL_\w+, (?:NULL|"[^"]*"), (?:NULL|"[^"]*"), "(\w+)", (NULL|"\w+"),', re.M)
USE = re.compile(r"\bblueplane_(\w+)(?:\{([^}]*)\})?")
LABEL = re.compile(r'(\w+)\s*(?:=~|!=|!~|=)\s*"')
BESIDE = {"instance", "job"}  # added by Prometheus


def told() -> dict:
    text = (ROOT / "examples" / "blueplane" / "vitals.c").read_text(encoding="utf-8")
    return {metric: label.strip('"') for _, metric, label in ROW.findall(text)}


def asked(name: str) -> list:
    """The metrics in a file, with the labels that are used."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        text = "\n".join(target["expr"] for panel in json.loads(text)["panels"] for target in panel["targets"])
    return [(metric, set(LABEL.findall(labels)) - BESIDE) for metric, labels in USE.findall(text)]


def check_names() -> list:
    known, wrong = told(), []
    if len(known) < 20:
        wrong.append(f"only {len(known)} rows found in the table of vitals.c")
    for name in ("alerts.yml", "alerts_test.yml", "grafana.json"):
        for metric, labels in asked(name):
            if metric not in known:
                wrong.append(f"{name}: blueplane_{metric} is told by nobody")
            elif labels - {known[metric]}:
                wrong.append(f"{name}: blueplane_{metric} has no label {', '.join(sorted(labels))}")
    shown = {metric for metric, _ in asked("grafana.json")}
    wrong += [f"grafana.json does not show blueplane_{metric}" for metric in known if metric not in shown]
    rules = re.findall(r"alert: (\w+)", (FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    tested = (FOLDER / "alerts_test.yml").read_text(encoding="utf-8")
    wrong += [f"alerts_test.yml does not test {rule} both ways" for rule in rules if len(re.findall(rf"alertname: {rule}\b", tested)) < 2]
    return wrong


def check_dashboard() -> list:
    document, wrong, places = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8")), [], set()
    panels = document["panels"]
    if len({panel["id"] for panel in panels}) != len(panels):
        wrong.append("grafana.json: two panels of one id")
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        if at["x"] + at["w"] > 24 or cells & places:
            wrong.append(f"grafana.json: {panel['title']} lies on another, or outside")
        places |= cells
        if len({target["refId"] for target in panel["targets"]}) != len(panel["targets"]):
            wrong.append(f"grafana.json: {panel['title']} names two questions alike")
        if panel["datasource"]["uid"] != "${source}":
            wrong.append(f"grafana.json: {panel['title']} asks one data source only")
    return wrong


def check_units(program: str) -> list:
    wrong = []
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ["PATH"]}
        transcript = pathlib.Path(home, ".claude", "projects", "p", "s.jsonl")
        transcript.parent.mkdir(parents=True)
        transcript.write_text('{"type":"user"}\n', encoding="utf-8")
        for unit in ("blueplane-sync.service", "blueplane-health.service"):
            line = re.search(r"^ExecStart=(.*)$", (FOLDER / unit).read_text(encoding="utf-8"), re.M)[1].replace("%%", "%")
            words = shlex.split(line)
            done = subprocess.run([program, *words[1:]], env=environment, capture_output=True, text=True, check=False)
            if words[0] != "blueplane" or done.returncode not in (0, 5):
                wrong.append(f"{unit}: {done.returncode}: {done.stderr}")
    for unit in FOLDER.glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        if "ProtectSystem=strict" in text and "ReadWritePaths=-%h/.local/share/blueplane\n" not in text:
            wrong.append(f"{unit.name}: the store cannot be opened where its folder cannot be written to")
    return wrong


def check_cron(program: str) -> list:
    """The cron line sends no mail for a store with fewer rejects than its limit."""
    line = re.search(r"^    \*/10( \*){4} (.*)$", (ROOT / "docs" / "health.md").read_text(encoding="utf-8"), re.M)[2]
    with tempfile.TemporaryDirectory() as home:
        transcript = pathlib.Path(home, ".claude", "projects", "p", "s.jsonl")
        transcript.parent.mkdir(parents=True)
        transcript.write_text("".join(json.dumps({
            "type": "user", "uuid": f"u{i}", "sessionId": "s", "cwd": "/p", "timestamp": f"2026-03-02T09:{i // 60:02}:{i % 60:02}Z",
            "message": {"role": "user", "content": "go on"}}) + "\n" for i in range(300)) + "{broken}\n", encoding="utf-8")
        os.symlink(program, os.path.join(home, "blueplane"))
        done = subprocess.run(["sh", "-c", line], env={"HOME": home, "PATH": f"{home}:{os.environ['PATH']}"}, capture_output=True,
                              text=True, check=False)
        told = subprocess.run([program, "health", "--json"], env={"HOME": home, "PATH": os.environ["PATH"]}, capture_output=True,
                              text=True, check=False)
    figures = {each["name"]: each["value"] for each in json.loads(told.stdout)["figures"]}
    if figures["rejects"] != 1 or not 0 < figures["reject_rate"] < 0.01:
        return [f"one record in 301 was to be refused: {figures}"]
    return [] if done.returncode == 0 and not done.stdout + done.stderr else [f"cron: {line}: {done.returncode}: {done.stderr}"]


def unpacked(folder: pathlib.Path) -> str | None:
    """promtool from Debian's package, which as a whole would also install and start a server."""
    tool = folder / "promtool"
    try:
        if not tool.exists():
            with tempfile.TemporaryDirectory() as name:
                subprocess.run(["apt-get", "download", "prometheus"], cwd=name, check=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, timeout=120)
                package = next(pathlib.Path(name).glob("*.deb"))
                subprocess.run(["dpkg-deb", "-x", package, name], check=True)
                shutil.copy2(pathlib.Path(name) / "usr" / "bin" / "promtool", tool)
    except (OSError, subprocess.SubprocessError, StopIteration):
        return None
    return str(tool)


def main() -> int:
    if sys.argv[1] == "--alerts":
        promtool = shutil.which("promtool") or unpacked(pathlib.Path(sys.argv[2]))
        if promtool is None:
            print("skipped: no promtool (Debian: apt-get install prometheus)")
            return 77
        checked = subprocess.run([promtool, "check", "rules", str(FOLDER / "alerts.yml")], check=False).returncode
        return checked or subprocess.run([promtool, "test", "rules", str(FOLDER / "alerts_test.yml")], check=False).returncode
    wrong = check_names() + check_dashboard() + check_units(sys.argv[1]) + check_cron(os.path.abspath(sys.argv[1]))
    print("\n".join(wrong) or f"{len(told())} metrics, as the program exports them")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
