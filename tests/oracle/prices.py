#!/usr/bin/env python3
"""Oracle for prices: reads a price table in the form of docs/formats/prices.md and prices token counts with exact
fractions, written from that document alone. Shares no code with the library or with make_prices.py.

    prices.py table SEED             a random valid table, as JSON
    prices.py cells SEED COUNT FILE  random rows priced by the table in FILE, one a line:
        model quarter band speed tier geo input output cache_read cache_write_5m cache_write_1h
        searches | priced saturated pico pico_uncached unpriced_searches

As a module: Prices(document).cost(model, day, prompt_tokens, tokens, ...)."""

import datetime
import json
import math
import random
import re
import sys
from fractions import Fraction

CLASSES = "input output cache_read cache_write_5m cache_write_1h".split()
SPEEDS = ["standard", "fast"]
TIERS = ["standard", "batch", "priority", "flex"]
REGIONS = ["none", "us", "eu", "other"]
# One prompt size in each band.
PROMPTS = [128_000, 200_000, 272_000, 272_001]
MOST = 2**63 - 1
PREFIXES = ("", "", "anthropic/", "us.anthropic.", "bedrock/eu-west-1/eu.anthropic.", "openai/", "vertex_ai/")
ENDINGS = ("", "", "", "-20250929", "@20250929", "-2025-09-29", "-latest", "-v1:0", "-20250929-v1:0")


def near(amount):
    """Rounds to the nearest whole number, halves up."""
    return math.floor(amount + Fraction(1, 2))


def pico(dollars_per_million):
    return Fraction(dollars_per_million) * 10**12 / 10**6


def rates_in_force(given):
    rates = {name: pico(given[name]) for name in CLASSES if name in given}
    plain = rates["input"]
    rates.setdefault("cache_read", plain)
    rates.setdefault("cache_write_5m", Fraction(near(plain * Fraction(5, 4))))
    hour = rates.get("cache_write_1h", Fraction(-1))
    if hour < plain * Fraction(3, 2) or hour > plain * Fraction(5, 2):
        rates["cache_write_1h"] = plain * 2
    return rates


def rates_at(given, prompt_tokens):
    chosen = given
    for above in given.get("above", []):
        if prompt_tokens > above["over"]:
            chosen = above
    return rates_in_force(chosen)


class Prices:
    def __init__(self, document):
        self.rows = {}
        for model in document["models"]:
            for name in [model["name"]] + model.get("aliases", []):
                assert name not in self.rows, name
                self.rows[name] = model

    def find(self, name):
        """The model's row or None: looked up as it is, then without its prefix, then without its endings."""
        if name in self.rows:
            return self.rows[name]
        name = re.sub(r"^(bedrock|vertex_ai|publishers|projects|arn:aws(-us-gov)?:bedrock:)[^ ]*/", "", name)
        name = re.sub(r"^((anthropic|openai|azure|google|xai|deepseek|minimax)/)*", "", name)
        name = re.sub(r"^((us|us-gov|eu|apac|global|jp|au|ca|anthropic)\.)*", "", name)
        while name not in self.rows:
            shorter = re.sub(r"(-latest|[-@]\d{8}|-\d{4}-\d\d-\d\d|-v\d+:\d+)$", "", name)
            if shorter == name:
                return None
            name = shorter
        return self.rows[name]

    @staticmethod
    def entry(row, day):
        entries = row["entries"]
        if day is None:
            return entries[-1]
        begun = [e for e in entries if e.get("valid_from", "0000") <= day.isoformat()]
        return begun[-1] if begun else entries[0]

    def cost(self, model, day, prompt_tokens, tokens, searches=0, speed="standard", tier="standard", region="none"):
        """(priced, pico-dollars, the same with cache reads priced as input, searches without a price)."""
        row = self.find(model)
        if row is None:
            return False, 0, 0, 0
        entry = self.entry(row, day)
        special = entry.get("tiers", {}).get(tier, {})
        rates = rates_at(special if "input" in special else entry, prompt_tokens)
        if "multiplier" in special:
            rates = {c: near(r * Fraction(special["multiplier"])) for c, r in rates.items()}
        times = Fraction(entry.get("geo", {}).get(region, "1"))
        if speed == "fast":
            times *= Fraction(entry.get("fast", "1"))
        rates = {c: near(r * times) for c, r in rates.items()}
        cost = sum(tokens[c] * rates[c] for c in CLASSES)
        uncached = cost + tokens["cache_read"] * (rates["input"] - rates["cache_read"])
        fee = searches * Fraction(entry.get("web_search", "0")) * 10**12
        unpriced = 0 if "web_search" in entry else searches
        return True, cost + int(fee), uncached + int(fee), unpriced


# ------------------------------------------------------------------------------ random material


def decimal(rng, top, places):
    whole = rng.choice([0, rng.randrange(top), rng.randrange(min(top, 20))])
    digits = rng.randrange(places + 1)
    return f"{whole}" + (f".{rng.randrange(10**digits):0{digits}d}" if digits else "")


def multiplier(rng):
    return rng.choice(["0.5", "1.1", "1.8", "2", "6", "0.333", "1.255", "99.999"])


def random_card(rng, classes):
    card = {c: decimal(rng, 5000, 6) for c in CLASSES if c in classes}
    if "cache_write_1h" in classes and rng.random() < 0.7:   # sometimes at the limits of the rule
        plain = Fraction(card["input"])
        limit = plain * rng.choice([Fraction(3, 2), 2, Fraction(5, 2)])
        near_limit = limit + Fraction(rng.choice([-1, 0, 0, 1]), 10**6)
        millionths = max(0, near(near_limit * 10**6))
        card["cache_write_1h"] = f"{millionths // 10**6}.{millionths % 10**6:06d}"
    return card


def random_rates(rng, classes, steps):
    rates = random_card(rng, classes)
    if steps:
        rates["above"] = [{"over": over, **random_card(rng, classes)} for over in steps]
    return rates


def random_entry(rng):
    classes = {"input", "output"} | {c for c in CLASSES[2:] if rng.random() < 0.6}
    steps = [over for over in (128_000, 200_000, 272_000) if rng.random() < 0.4]
    entry = random_rates(rng, classes, steps)
    tiers = {t: {"multiplier": multiplier(rng)} if rng.random() < 0.5 else random_rates(rng, classes, steps)
             for t in TIERS[1:] if rng.random() < 0.6}
    regions = {g: multiplier(rng) for g in ("us", "eu") if rng.random() < 0.5}
    if tiers:
        entry["tiers"] = tiers
    if regions:
        entry["geo"] = regions
    if rng.random() < 0.5:
        entry["fast"] = multiplier(rng)
    if rng.random() < 0.5:
        entry["web_search"] = rng.choice(["0.01", "0.000001", "0", "99.5"])
    return entry


def random_table(rng):
    models = []
    for number in range(40):
        days = sorted(rng.sample(range(20200, 20800), rng.choice([1, 1, 2, 4])))
        entries = [{"valid_from": (datetime.date(1970, 1, 1) + datetime.timedelta(day)).isoformat(),
                    **random_entry(rng)} for day in days]
        if rng.random() < 0.5:
            del entries[0]["valid_from"]
        model = {"name": f"model-{number}", "provider": "random", "entries": entries}
        if rng.random() < 0.3:
            model["aliases"] = [f"alias.{number}", f"model-{number}-mini"]
        models.append(model)
    return {"version": 1, "as_of": "2026-01-01", "source": "made at random", "models": models}


def random_cell(rng, prices):
    name = rng.choice(sorted(prices.rows))
    if rng.random() < 0.4:
        name = rng.choice(PREFIXES) + name + rng.choice(ENDINGS)
    if rng.random() < 0.05:
        name += rng.choice(["-5", "x", "-v2", "-1"])
    days = [datetime.date.fromisoformat(e["valid_from"]) for m in prices.rows.values() for e in m["entries"]
            if "valid_from" in e] or [datetime.date(2026, 1, 1)]
    day = (rng.choice(days) - datetime.date(1970, 1, 1)).days + rng.choice([-400, -1, 0, 0, 1, 400])
    quarter = rng.choice([day * 96, day * 96 + 95, day * 96 + rng.randrange(96), -1])
    codes = rng.randrange(4), rng.randrange(2), rng.randrange(4), rng.randrange(4)
    tokens = [rng.choice([0, 1, rng.randrange(10**3), rng.randrange(10**7)]) for _ in CLASSES]
    return name, quarter, codes, tokens, rng.choice([0, 0, 0, 1, 7])


def print_cells(rng, count, document):
    prices = Prices(document)
    for _ in range(count):
        name, quarter, (band, speed, tier, region), tokens, searches = random_cell(rng, prices)
        day = None if quarter < 0 else datetime.date(1970, 1, 1) + datetime.timedelta(quarter // 96)
        answer = prices.cost(name, day, PROMPTS[band], dict(zip(CLASSES, tokens)), searches,
                             SPEEDS[speed], TIERS[tier], REGIONS[region])
        priced, cost, uncached, unpriced = answer
        print(name, quarter, band, speed, tier, region, *tokens, searches, "|", int(priced),
              int(max(cost, uncached) > MOST), min(cost, MOST), min(uncached, MOST), unpriced)


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "table":
        print(json.dumps(random_table(random.Random(int(arguments[1])))))
    elif len(arguments) == 4 and arguments[0] == "cells":
        with open(arguments[3], encoding="utf-8") as file:
            print_cells(random.Random(int(arguments[1])), int(arguments[2]), json.load(file))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
