#!/usr/bin/env python3
"""Compares the scanner with Python's own reader of JSON: which lines are JSON, and what they contain.

    python3 tests/unit/scan_oracle.py DRIVER [--texts N] [--seed N]

DRIVER is the program built from scan_driver.c. Lines are random values spelled in one of several ways, unchanged and
with some bytes changed, removed, inserted or doubled. Both readers must accept a line or both refuse it, and every key,
text and count of an accepted line must be the same. Known differences: nesting beyond 64 levels is refused by the
scanner; half a surrogate pair becomes U+FFFD; a key longer than 128 bytes becomes ""; lines whose top-level value is
not an object or array and which Python accepts are not compared.
"""

import argparse
import json
import os
import random
import re
import shlex
import subprocess
import sys

DEPTH, KEY = 64, 128
TEXTS = ["", "a", "type", "plain and a little longer than any register is wide, to be sure", "\"\\/\b\f\n\r\t\x00\x1f\x7f",
         "é", "日本", "\U0001F600", "\ufffe\uffff", "k" * 127, "k" * 130, "\\u00e9", "]}", "\u2028"]
NUMBERS = ["0", "-0", "1", "7", "123456789", "9007199254740992", "9007199254740993", "-1", "1.5", "0.1e-7", "1E+9", "2e0",
           "123456789012345678901234567890"]
# Inserted between good bytes: beginnings, ends and neighbours of everything in the grammar.
PIECES = [bytes([c]) for c in b"{}[],:\"\\ \t\r01-+.eEtfnu/x\x00\x1f\x7f\x80\xbf\xc0\xe2\xed\xf4\xff"] + [
    b"\\u", b"\\ud83d", b"\\ude00", b"\\u12", b"\\x", b"true", b"nul", b"NaN", b"01", b"1.", b".5", b"1e", b"-", b"''", b"//",
    b"\xc3\xa9", b"\xe2\x82", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xf4\x90\x80\x80", b"[" * 61, b"]" * 61]


def written(dice, deep):
    """A value as random JSON text."""
    kind = dice.randrange(9 if deep < 6 else 7)
    gap = dice.choice(["", "", "", " ", "\t", " \r "])
    if kind < 3:
        return spelled(dice, dice.choice(TEXTS))
    if kind < 5:
        return dice.choice(NUMBERS)
    if kind < 7:
        return dice.choice(["true", "false", "null"])
    items = [written(dice, deep + 1) for _ in range(dice.randrange(5))]
    if kind == 7:
        return "[" + gap + f"{gap},{gap}".join(items) + gap + "]"
    return "{" + gap + f"{gap},{gap}".join(f"{spelled(dice, dice.choice(TEXTS))}{gap}:{gap}{item}" for item in items) + gap + "}"


def spelled(dice, text):
    """A text in quotes, with some of its characters escaped."""
    quoted = json.dumps(text, ensure_ascii=dice.random() < 0.5)
    if dice.random() < 0.2:
        quoted = re.sub("a", lambda _: dice.choice(["a", "\\u0061", "\\u0061"]), quoted)
    return quoted.replace("/", dice.choice(["/", "\\/"]))


def lines(dice, count):
    for _ in range(count):
        text = " ".join(dice.choice(["{%s:%s}", "[%s,%s]"]) % (spelled(dice, dice.choice(TEXTS)), written(dice, 1))
                        for _ in range(dice.choice([1, 1, 1, 2]))).encode("utf-8", "surrogatepass")
        for _ in range(dice.choice([0, 0, 1, 1, 1, 2, 3])):
            at = dice.randrange(len(text) + 1)
            gone = dice.choice([0, 0, 1, 1, 2])
            text = text[:at] + dice.choice([b"", dice.choice(PIECES), text[at:at + gone + 1]]) + text[at + gone:]
        if b"\n" not in text:
            yield text
    for levels in range(DEPTH - 3, DEPTH + 4):
        yield b'{"a":' * (levels // 2) + b"[" * (levels - levels // 2) + b"]" * (levels - levels // 2) + b"}" * (levels // 2)


def said(value, deep=1):
    """A value as the driver prints it, in words."""
    if isinstance(value, (tuple, list)) and deep > DEPTH:
        raise RecursionError("too deep")
    if isinstance(value, tuple):  # an object: pairs, so that a key that occurs twice is seen twice
        yield "{"
        for key, member in value:
            plain = characters(key)
            yield '"' + (plain.hex() if len(plain) <= KEY else "")
            yield from said(member, deep + 1)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for item in value:
            yield from said(item, deep + 1)
        yield "]"
    elif isinstance(value, str):
        yield '"' + characters(value).hex()
    elif value is True or value is False or value is None:
        yield {True: "t", False: "f", None: "z"}[value]
    elif isinstance(value, int) and 0 <= value <= 1 << 53:
        yield from ("i", str(value))
    else:
        yield "n"


def characters(text):
    return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()


def refuse(constant):
    raise ValueError(constant)


READER = json.JSONDecoder(object_pairs_hook=tuple, parse_constant=refuse)


def expected(line):
    """The driver's expected output for a line; only how it ends if there are several values that are not objects or
    arrays."""
    try:
        text = line.decode("utf-8")
        values, at = [], 0
        while text[at:].strip(" \t\r"):
            at += len(text[at:]) - len(text[at:].lstrip(" \t\r"))
            value, at = READER.raw_decode(text, at)
            values.append(value)
        words = [word for value in values for word in said(value)]
    except RecursionError:
        return "depth"
    except ValueError:
        return "refused"
    return " ".join(words + ["ok"]) if all(isinstance(value, (tuple, list)) for value in values) else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("--texts", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    texts = list(lines(random.Random(options.seed), options.texts))
    wrapper = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))  # runs programs of another system
    run = subprocess.run([*wrapper, options.driver], stdout=subprocess.PIPE, check=True,
                         input=b"".join(text.hex().encode() + b"0a\n" for text in texts))
    answers = run.stdout.decode().splitlines()
    assert len(answers) == len(texts), "an answer for each line"
    counts = {"taken": 0, "refused": 0, "depth": 0, "not compared": 0}
    for text, answer in zip(texts, answers):
        want, end = expected(text), answer.split(" ")[-1]
        if want is None:
            counts["not compared"] += 1
        elif want in ("refused", "depth"):
            counts[want] += 1
            if end not in (("depth",) if want == "depth" else ("syntax", "utf8", "depth")):
                sys.exit(f"{want} by Python, here {answer!r}: {text!r}")
        else:
            counts["taken"] += 1
            if answer != want:
                sys.exit(f"{text!r}:\n{answer!r} here,\n{want!r} by Python")
    assert counts["taken"] > len(texts) // 5 and counts["refused"] > len(texts) // 5 and counts["depth"], counts
    print(", ".join(f"{count} {what}" for what, count in counts.items()))


if __name__ == "__main__":
    main()
