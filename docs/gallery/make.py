#!/usr/bin/env python3
"""Makes the pictures of this folder anew, from an organisation that does not exist.

    python3 docs/gallery/make.py PROGRAM LIBFAKENOW

PROGRAM is blueplane, LIBFAKENOW the library of the tests that stops its clock (tests/libfakenow.so of the build), so that the pictures
are of the same day each time. Needs Chromium. Nothing but this script changes the pictures.
"""
import email
import email.policy
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "tool"))
from preload import preloaded  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
NOW, UNTIL = "1775232000", "2026-03-29"  # Friday 2026-04-03, 16:00 UTC
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb"]
# picture, page, width, height, dark
SHOTS = (("personal.png", "dashboard.html", 1280, 1000, False), ("personal-dark.png", "dashboard.html#all,none,cost", 1280, 1000, True),
         ("team.png", "team.html", 1280, 1000, False), ("health.png", "health.html", 1280, 800, False),
         ("executive.png", "executive-quarter.html", 880, 1130, False), ("research.png", "research.html", 880, 1130, False),
         ("mail.png", "mail-lead.html", 600, 1130, False))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixels(png):
    """Width, height and the rows of a picture of eight bits and three or four channels."""
    at, data, width, height, channels = 8, b"", 0, 0, 3
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, _, color = struct.unpack(">IIBB", body[:10])
            channels = 4 if color == 6 else 3
        data += body if kind == b"IDAT" else b""
        at += 12 + length
    raw, size = zlib.decompress(data), width * channels
    before, rows = bytearray(size), []
    for y in range(height):
        start = y * (size + 1)
        how, row = raw[start], bytearray(raw[start + 1:start + 1 + size])
        for i in range(size):
            left = row[i - channels] if i >= channels else 0
            up, corner = before[i], before[i - channels] if i >= channels else 0
            if how == 1:
                row[i] = row[i] + left & 255
            elif how == 2:
                row[i] = row[i] + up & 255
            elif how == 3:
                row[i] = row[i] + (left + up) // 2 & 255
            elif how == 4:
                guess = left + up - corner
                by = [(abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner)]
                row[i] = row[i] + min(by)[2] & 255
        before = row
        rows.append([tuple(row[x:x + 3]) for x in range(0, size, channels)])
    return width, height, rows


def small(png):
    """The same picture in at most 64 colours: those that are there most often, the others by the nearest of them."""
    width, height, rows = pixels(png)
    counts = {}
    for row in rows:
        for color in row:
            counts[color] = counts.get(color, 0) + 1
    palette = sorted(counts, key=lambda color: (-counts[color], color))[:64]
    index = {color: at for at, color in enumerate(palette)}
    for color in counts:
        if color not in index:
            index[color] = min(range(len(palette)), key=lambda at: (sum((a - b) ** 2 for a, b in zip(color, palette[at])), at))
    raw = b"".join(b"\0" + bytes(index[color] for color in row) for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)) +
            chunk(b"PLTE", b"".join(bytes(color) for color in palette)) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    sys.exit("needs Chromium")


def main():
    program, clock = map(os.path.abspath, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        demo, shot = pathlib.Path(folder) / "demo", pathlib.Path(folder) / "shot.png"
        env = dict(os.environ, HOME=folder, TZ="UTC", LC_ALL="C.UTF-8", FAKE_NOW=NOW, **preloaded(clock, os.environ))
        subprocess.run([program, "demo", str(demo), "--until", UNTIL, "--quiet"], env=env, check=True, stdout=subprocess.DEVNULL)
        message = email.message_from_bytes((demo / "mail-lead.eml").read_bytes(), policy=email.policy.default)
        (demo / "mail-lead.html").write_text(message.get_body(("html",)).get_content(), encoding="utf-8")
        for name, page, width, height, dark in SHOTS:
            if not (demo / page.split("#")[0]).exists():
                continue
            theme = ["--force-dark-mode"] if dark else []
            subprocess.run([browser(), *FLAGS, *theme, f"--window-size={width},{height}", "--virtual-time-budget=3000",
                            f"--screenshot={shot}", f"file://{demo}/{page}"], check=True, stderr=subprocess.DEVNULL)
            (HERE / name).write_bytes(small(shot.read_bytes()))
            print(name, (HERE / name).stat().st_size)


if __name__ == "__main__":
    main()
