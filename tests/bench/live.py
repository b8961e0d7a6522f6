#!/usr/bin/env python3
"""Measures how long a new line of a transcript takes to reach a live page, and the throughput of the server.

    python3 tests/bench/live.py PROGRAM SAMPLE

Lines are appended to a transcript beside 20 days of generated data; the time is from the write to the event in the
stream of `blueplane serve`, with notifications of the system and with polling (--poll). Then 1,000 requests, 50 at a
time.
"""
import concurrent.futures
import datetime
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM, SAMPLE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
LINES = 60


def line(number: int) -> str:
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return json.dumps({"type": "user", "uuid": f"bench-{number}", "sessionId": "bench", "cwd": "/home/sample/bench",
                       "version": "2.0.0", "timestamp": now, "message": {"role": "user", "content": "go on"}}) + "\n"


def events(stream: socket.socket):
    """The events of a stream, one at a time."""
    got = b""
    while True:
        while b"\n\n" not in got:
            got += stream.recv(1 << 16)
        event, _, got = got.partition(b"\n\n")
        if event.startswith(b"data:") or b"\r\ndata:" in event:
            yield event


def interactions(event: bytes) -> int:
    return int(re.search(rb">Interactions<.*?tile-value\">([\d,]+)<", event)[1].replace(b",", b""))


def measure(home: str, words: list, numbers: range) -> list:
    environment = {"HOME": home, "PATH": os.environ["PATH"], "TZ": "UTC"}
    server = subprocess.Popen([PROGRAM, "serve", "--port", "0", *words], env=environment, stdout=subprocess.PIPE)
    port, token = re.search(rb":(\d+)/\?token=(\w+)", server.stdout.readline()).groups()
    took = []
    with socket.create_connection(("127.0.0.1", int(port))) as stream:
        stream.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + b"\r\n\r\n")
        told = events(stream)
        wanted = interactions(next(told))
        for number in numbers:
            time.sleep(0.1 + 0.017 * (number % 20))
            with open(os.path.join(home, ".claude", "projects", "bench.jsonl"), "a", encoding="utf-8") as file:
                file.write(line(number))
            began = time.perf_counter()
            wanted += 1
            while interactions(next(told)) < wanted:
                pass
            took.append((time.perf_counter() - began) * 1000)
    if not words:
        ask(int(port), token.decode())
    server.terminate()
    server.wait()
    return took


def ask(port: int, token: str) -> None:
    def one(_: int) -> float:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/", headers={"Authorization": f"Bearer {token}"})
        connection.getresponse().read()
        connection.close()
        return (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        took = list(pool.map(one, range(1000)))
    show("1,000 pages, 50 at once", took)
    print(f"{'':28} {1000 / (time.perf_counter() - began):8.0f} a second")


def show(what: str, took: list) -> None:
    took = sorted(took)
    print(f"{what:28} median {statistics.median(took):7.1f} ms   p95 {took[int(len(took) * 0.95)]:7.1f} ms   most {took[-1]:7.1f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([sys.executable, "-B", SAMPLE, "--out", home, "--days", "20", "--quiet"], check=True)
        show("new line, told", measure(home, [], range(LINES)))
        show("new line, by looking", measure(home, ["--poll"], range(LINES, 2 * LINES)))


if __name__ == "__main__":
    main()
