"""The conformance driver in Python: reads cases, writes a file for each; see tests/conformance/README.md."""
import datetime
import json
import pathlib
import sys

import blueplane as bp

DETAILS = ("metric", "dimension", "name", "zone", "topic", "allowed", "reason")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def instant(us: int) -> datetime.datetime:
    return EPOCH + datetime.timedelta(microseconds=us)


def step(store: bp.Store, one: dict, root: pathlib.Path) -> None:
    kind, value = next(iter(one.items()))
    if kind == "ingest":
        store.ingest((root / value).read_bytes(), one["source"], origin=value)
    elif kind == "configure":
        store.configure(value, one["document"])
    elif kind == "consent":
        store.consent(value, until=instant(one["until_us"]))
    elif kind == "erase":
        store.erase(**value)
    elif kind == "publish_lead":
        store.publish_lead(value, one["team"])
    elif kind == "merge":
        store.merge(root / value)
    else:
        by_name = {"narrow": store.narrow, "withdraw": store.withdraw, "share": store.share, "publish": store.publish}
        by_name[kind](value)


def ask(store: bp.Store, call: dict, root: pathlib.Path) -> bp.Result:
    if "inspect" in call:
        return store.inspect(call["inspect"])
    if "catalog" in call:
        return bp.catalog(call["catalog"])
    if "pending" in call:
        return store.pending(root / call["pending"], call["source"])
    if "preview" in call:
        return store.preview((root / call["preview"]).read_bytes())
    if "describe" in call:
        return bp.describe(root / call["describe"])
    return store.run(bp.Query.from_json(call["query"]))


def run(one: dict, root: pathlib.Path, out: pathlib.Path) -> str:
    key = out / "key"
    key.write_bytes(bytes.fromhex(one["key"]))
    now = instant(one["now"])
    try:
        with bp.open(out / (one["name"] + ".db"), access=one.get("access", "owner"), key_path=key,
                     clock=lambda: now) as store:
            for each in one["steps"]:
                step(store, each, root)
            return ask(store, one["call"], root).format(one.get("format", "json"))
    except bp.Error as error:
        told = [f"{key}: {error.details[key]}" for key in DETAILS if key in error.details]
        return "".join(line + "\n" for line in [f"error {error.code}", *told])


def main() -> None:
    root, cases, out = map(pathlib.Path, sys.argv[1:])
    for one in json.loads(cases.read_text(encoding="utf-8")):
        (out / one["name"]).write_bytes(run(one, root, out).encode("utf-8"))


if __name__ == "__main__":
    main()
