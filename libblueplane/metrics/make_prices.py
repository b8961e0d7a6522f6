#!/usr/bin/env python3
"""Price tables: from the checked-in data file to C, and from a community table to the data file.

    make_prices.py prices.json prices_builtin.h
        Run by the build. The header holds the table as C data, with every rate computed, and the
        digest of the data file. metrics/prices_json.c reads the same form at run time; a test compares
        the two readers.

    make_prices.py --from-litellm TABLE.json --as-of YYYY-MM-DD prices.json
        Run by a maintainer to update the data file from a table in the LiteLLM form. Nothing is
        removed: a model whose price changed gets another entry valid from that date, and a model that
        disappeared keeps its entries. Review the difference, then commit it.

docs/formats/prices.md describes the form and every rule. Standard library only."""

import argparse
import datetime
import hashlib
import json
import pathlib
import re
import sys
from decimal import Decimal
from fractions import Fraction

CLASSES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
TIERS = ("standard", "batch", "priority", "flex")  # numbers of base/vocabulary.h
GEOS = ("none", "us", "eu", "other")
BANDS = (0, 128000, 200000, 272000)                # CLASS_BAND of store/facts.h
PICO_PER_USD = 10**12


# ---------------------------------------------------------------------------- data file to C


def whole(value, places):
    """A decimal string times 10**places, which must be whole."""
    if not re.fullmatch(r"(0|[1-9]\d*)(\.\d+)?", value):
        raise ValueError(f"not a decimal string: {value!r}")
    scaled = Fraction(value) * 10**places
    if scaled.denominator != 1:
        raise ValueError(f"more than {places} places: {value!r}")
    return int(scaled)


def half_up(value):
    return (value * 2 + 1) // 2


def card(rates):
    """Pico-dollars per token of the five classes."""
    out = [whole(rates[c], 6) if c in rates else None for c in CLASSES]
    plain = out[0]
    if out[2] is None:
        out[2] = plain
    if out[3] is None:
        out[3] = half_up(Fraction(plain * 5, 4))
    if out[4] is None or not 3 * plain <= 2 * out[4] <= 5 * plain:
        out[4] = 2 * plain
    return out


def bands(rates):
    """One card per band: the last threshold at or below the band's lower end decides."""
    steps = {0: card(rates)}
    for above in rates.get("above", []):
        if above["over"] not in BANDS[1:]:
            raise ValueError(f"a threshold of {above['over']} prompt tokens has no band")
        steps[above["over"]] = card(above)
    return [steps[max(s for s in steps if s <= band)] for band in BANDS]


def tiers(entry):
    standard = bands(entry)
    out = [standard]
    for name in TIERS[1:]:
        tier = entry.get("tiers", {}).get(name)
        if tier is None:
            out.append(standard)
        elif "multiplier" in tier:
            times = Fraction(tier["multiplier"])
            out.append([[half_up(r * times) for r in c] for c in standard])
        else:
            out.append(bands(tier))
    return out


def c_text(text):
    return json.dumps(text)


def c_rates(rates):
    return ",\n     ".join("{" + ", ".join("{" + ", ".join(map(str, c)) + "}" for c in b) + "}" for b in rates)


def c_entry(entry):
    valid_from = entry.get("valid_from")
    epoch = datetime.date(1970, 1, 1)
    day = (datetime.date.fromisoformat(valid_from) - epoch).days if valid_from else "DAY_NONE"
    geo = ", ".join(str(whole(entry.get("geo", {}).get(g, "1"), 3)) for g in GEOS)
    search = whole(entry["web_search"], 6) * 10**6 if "web_search" in entry else -1
    return (f"  {{{day},\n    {{{c_rates(tiers(entry))}}},\n"
            f"    {whole(entry.get('fast', '1'), 3)}, {{{geo}}}, {search}}},\n")


def c_header(data):
    doc = json.loads(data)
    if doc["version"] != 1:
        raise ValueError(f"version {doc['version']} is not known")
    entries, models, names, first = [], [], [], 0
    for index, model in enumerate(doc["models"]):
        entries += [c_entry(e) for e in model["entries"]]
        count = len(model["entries"])
        models.append(f"  {{{c_text(model['name'])}, {c_text(model['provider'])}, "
                      f"builtin_entries + {first}, {count}}},\n")
        first += count
        names += [(n, index) for n in [model["name"], *model.get("aliases", [])]]
    names.sort(key=lambda n: n[0].encode())
    digest = hashlib.blake2b(data, digest_size=32).hexdigest()
    return (f"/* Made by make_prices.py from prices.json: do not edit. */\n"
            f"#define BUILTIN_DIGEST {c_text(digest)}\n"
            f"#define BUILTIN_DATE {c_text(doc['as_of'])}\n"
            f"#define BUILTIN_SOURCE {c_text(doc['source'])}\n\n"
            f"static const price_entry builtin_entries[] = {{\n{''.join(entries)}}};\n\n"
            f"static const price_model builtin_models[] = {{\n{''.join(models)}}};\n\n"
            f"static const price_name builtin_names[] = {{\n"
            + "".join(f"  {{{c_text(n)}, {len(n.encode())}, builtin_models + {i}}},\n" for n, i in names)
            + "};\n")


# --------------------------------------------------------------- community table to data file

# Only what the assistants of bp_catalog "sources" and their usual gateways talk to.
KEEP = re.compile(r"claude-|codex-|gpt-(4\.1|4o|5)|o[34](-|$)|gemini-(2\.5|3)|grok-|kimi-|glm-|minimax-|deepseek-")
DROP = re.compile(r"audio|realtime|image|tts|transcribe|search|research|live|computer|customtools")
PROVIDERS = {"bedrock": "anthropic", "vertex_ai-language-models": "google", "gemini": "google",
             "volcengine": "deepseek"}
ALIASES = {
    "claude-opus-4": ["claude-4-opus", "claude-opus-4-0"],
    "claude-sonnet-4": ["claude-4-sonnet", "claude-sonnet-4-0"],
    "claude-opus-4-6": ["claude-opus-4-6-thinking", "claude-opus-4-6-v1"],
    "minimax-m2.7": ["MiniMax-M2.7"],
    "glm-5.1": ["GLM-5.1"],
}
# What the vendor's own list says of all its models and the community table leaves out.
VENDOR = {"anthropic": {"tiers": {"batch": {"multiplier": "0.5"}}, "web_search": "0.01"}}

LITELLM = {"input": "input_cost_per_token", "output": "output_cost_per_token",
           "cache_read": "cache_read_input_token_cost",
           "cache_write_5m": "cache_creation_input_token_cost",
           "cache_write_1h": "cache_creation_input_token_cost_above_1hr"}
LITELLM_TIERS = {"batch": "_batches", "priority": "_priority", "flex": "_flex"}
ORDER = ("valid_from", *CLASSES, "above", "tiers", "fast", "geo", "web_search")
SUFFIX = re.compile(r"(-latest|[-@]20\d{6}|-20\d\d-\d\d-\d\d|-v\d+:\d+)$")


def text_of(value):
    """The shortest decimal string of a fraction with at most 6 places."""
    text = f"{Decimal(half_up(value * 10**6)) / 10**6:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def per_million(row, key):
    value = row.get(key)
    return None if value is None else Fraction(str(value)) * 10**6


def rates_of(row, ending, base=None):
    """Rates by class as fractions; None where the table does not give both input and output."""
    rates = {c: per_million(row, key + ending) for c, key in LITELLM.items()}
    rates = {c: r for c, r in rates.items() if r is not None}
    if "input" not in rates or "output" not in rates:
        return None
    if not rates.get("cache_write_5m", 1):      # zero: the vendor bills a write as plain input
        rates["cache_write_5m"] = rates["input"]
    if not 3 * rates["input"] <= 2 * rates.get("cache_write_1h", 0) <= 5 * rates["input"]:
        rates.pop("cache_write_1h", None)       # a slip of the table: docs/formats/prices.md
    if base is not None:                        # a class the base does not give is a slip here
        rates = {c: rates.get(c, base[c] * rates["input"] / base["input"]) for c in base}
    return rates


def above_of(row, base, ending=""):
    """Rates above each threshold, by threshold."""
    found = {int(m[1]) * 1000 for key in row if (m := re.search(r"_above_(\d+)k_tokens$", key))}
    steps = {over: rates_of(row, f"_above_{over // 1000}k_tokens{ending}", base) for over in sorted(found)}
    return {over: rates for over, rates in steps.items() if rates is not None}


def written(rates, above):
    out = {c: text_of(r) for c, r in rates.items()}
    if above:
        out["above"] = [{"over": over, **written(r, {})} for over, r in above.items()]
    return out


def tier_of(row, base, above, ending):
    """A multiplier where one number says it all, else rates; those above a threshold that the
    table does not give keep the tier's relation to standard."""
    rates = rates_of(row, ending, base)
    if rates is None or rates == base:
        return None
    relation = {c: rates[c] / base[c] for c in base}
    given = above_of(row, base, ending)
    steps = {over: given.get(over, {c: r * relation[c] for c, r in standard.items()})
             for over, standard in above.items()}
    times = relation["input"]
    scaled = all(rates[c] == base[c] * times for c in base) and all(
        steps[over][c] == above[over][c] * times for over in above for c in base)
    if scaled and (times * 1000).denominator == 1:
        return {"multiplier": text_of(times)}
    return written(rates, steps)


def entry_of(row):
    base = rates_of(row, "")
    if base is None or not base["input"] or not base["output"]:
        return None                             # not priced, which is not the same as free
    above = above_of(row, base)
    entry = written(base, above)
    given = {name: tier_of(row, base, above, ending) for name, ending in LITELLM_TIERS.items()}
    given = {name: tier for name, tier in given.items() if tier}
    special = row.get("provider_specific_entry", {})
    fees = row.get("search_context_cost_per_query", {})
    if given:
        entry["tiers"] = given
    if "fast" in special:
        entry["fast"] = text_of(Fraction(str(special["fast"])))
    geo = {g: text_of(Fraction(str(special[g]))) for g in ("us", "eu") if g in special}
    if geo:
        entry["geo"] = geo
    if "search_context_size_medium" in fees:
        entry["web_search"] = text_of(Fraction(str(fees["search_context_size_medium"])))
    return entry


def bare(name):
    while SUFFIX.search(name):
        name = SUFFIX.sub("", name)
    return name


def convert(table):
    """Models by name. A dated or tagged name of the same standard price is its bare model."""
    alias_of = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
    models = {}
    for name, row in sorted(table.items(), key=lambda item: (len(item[0]), item[0])):
        if not KEEP.match(name) or DROP.search(name) or row.get("mode") not in ("chat", "responses"):
            continue
        entry = entry_of(row)
        if entry is None:
            continue
        provider = PROVIDERS.get(row["litellm_provider"], row["litellm_provider"])
        for key, value in VENDOR.get(provider, {}).items():
            entry.setdefault(key, value)
        entry = {key: entry[key] for key in ORDER if key in entry}
        short = alias_of.get(bare(name), bare(name))
        known = models.get(short)
        if known and all(known["entries"][0].get(c) == entry.get(c) for c in ("input", "output", "cache_read")):
            continue
        name = name if known else short
        aliases = ALIASES.get(name, []) + [d for d in [re.sub(r"(\d)-(\d{1,2})(?=-|$)", r"\1.\2", name)]
                                           if name.startswith("claude-") and d != name]
        models[name] = {"name": name, "provider": provider,
                        **({"aliases": sorted(aliases)} if aliases else {}), "entries": [entry]}
    return models


def merge(doc, models, as_of):
    known = {m["name"]: m for m in doc["models"]}
    for name, model in models.items():
        old = known.setdefault(name, model)
        last = {k: v for k, v in old["entries"][-1].items() if k != "valid_from"}
        if last != model["entries"][0]:
            old["entries"].append({"valid_from": as_of, **model["entries"][0]})
    doc["as_of"] = as_of
    doc["models"] = sorted(known.values(), key=lambda m: (m["provider"], m["name"]))


def dump(doc):
    """One line per model and per entry, so that a change of price is a change of one line."""
    def line(value):
        return json.dumps(value, separators=(", ", ": "), ensure_ascii=True)
    head = "".join(f"  {line(k)}: {line(v)},\n" for k, v in doc.items() if k != "models")
    models = []
    for model in doc["models"]:
        about = line({k: v for k, v in model.items() if k != "entries"})[:-1]
        entries = ",\n".join(f"      {line(e)}" for e in model["entries"])
        models.append(f"    {about}, \"entries\": [\n{entries}]}}")
    return f"{{\n{head}  \"models\": [\n" + ",\n".join(models) + "\n  ]\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from-litellm", type=pathlib.Path, metavar="TABLE")
    parser.add_argument("--as-of", type=datetime.date.fromisoformat, metavar="DATE")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("header", type=pathlib.Path, nargs="?")
    args = parser.parse_args()
    if args.from_litellm:
        if not args.as_of:
            parser.error("--from-litellm needs --as-of")
        doc = json.loads(args.data.read_bytes())
        merge(doc, convert(json.loads(args.from_litellm.read_bytes())), args.as_of.isoformat())
        args.data.write_bytes(dump(doc).encode("ascii"))
    elif args.header:
        args.header.write_bytes(c_header(args.data.read_bytes()).encode("ascii"))
    else:
        parser.error("name the header to write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
