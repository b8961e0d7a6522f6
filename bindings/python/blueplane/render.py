"""How results look: in a notebook, as a chart, in words.

Knows states, roles and units; computes nothing.
"""
from __future__ import annotations

import html as escaping
from typing import TYPE_CHECKING, Any, Sequence, Union

if TYPE_CHECKING:
    from .result import Column, Result

ROWS_MOST = 60
REASONS = {
    "lower_bound": "the true number is at least this",
    "empty": "truly nothing",
    "withheld": "kept back for privacy",
    "uncovered": "not recorded by any source that saw this activity",
}
NOTHING = "nothing is known about it"  # for a lower bound of zero, which is shown as a dash
_STYLE = ("<style>.blueplane td{text-align:right}.blueplane td.t{text-align:left}.blueplane .m{opacity:.55;"
          "font-style:italic}.blueplane p{margin:.2em 0;font-size:90%}</style>")


def table_of_text(result: Result) -> list[list[str]]:
    """The cells as text for people, by the library's own rules: the rows of its markdown table."""
    lines = result.format("markdown").splitlines()
    rows = [line for line in lines if line.startswith("|")][2:]
    return [[part.strip() for part in _split(line)] for line in rows]


def _split(line: str) -> list[str]:
    """The cells of a line, with markdown escapes removed."""
    parts, escaped = [""], False
    for c in line.strip()[1:-1]:
        if escaped or c not in "\\|":
            parts[-1] += c
        elif c == "|":
            parts.append("")
        escaped = c == "\\" and not escaped
    return parts


def _cell(shown: str, state: str, text: bool) -> str:
    kind = " class=t" if text else ""
    if state in ("withheld", "uncovered", "empty"):
        word = {"withheld": "withheld", "uncovered": "not recorded", "empty": ""}[state]
        return f'<td{kind}><span class=m title="{REASONS[state]}">{word}</span></td>'
    told = "" if state != "lower_bound" else NOTHING if shown == "–" else REASONS[state]
    title = f' title="{told}"' if told else ""
    return f"<td{kind}{title}>{escaping.escape(shown)}</td>"


def html(result: Result) -> str:
    """A table for notebooks: each missing cell says why, and the withheld and unrecorded cells are counted below."""
    shown = table_of_text(result)
    states = [[result.state(row, column.index).value for column in result.columns] for row in range(len(result))]
    head = "".join(f'<th title="{escaping.escape(column.definition or "", quote=True)}">'
                   f"{escaping.escape(column.title or column.name)}</th>" for column in result.columns)
    body = "".join("<tr>" + "".join(_cell(shown[row][i], states[row][i], column.type == "text")
                                    for i, column in enumerate(result.columns)) + "</tr>"
                   for row in range(min(len(result), ROWS_MOST)))
    notes = [_counted(states, state) for state in ("withheld", "uncovered", "lower_bound")]
    if len(result) > ROWS_MOST:
        notes.append(f"{len(result) - ROWS_MOST} more rows")
    meta = result.meta
    if "from" in meta:
        notes.insert(0, f"{meta['from']} to {meta.get('until', '')}, {meta.get('zone', 'UTC')}")
    said = "".join(f"<p>{escaping.escape(note)}</p>" for note in notes if note)
    return f'{_STYLE}<div class=blueplane><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{said}</div>'


def _counted(states: list[list[str]], state: str) -> str:
    count = sum(row.count(state) for row in states)
    name = {"withheld": "withheld", "uncovered": "not recorded", "lower_bound": "lower bounds"}[state]
    return f"{count} {name}: {REASONS[state]}" if count else ""


def card(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """A short list of names and values."""
    body = "".join(f"<tr><td class=t>{escaping.escape(name)}</td><td>{escaping.escape(value)}</td></tr>"
                   for name, value in rows)
    return f"{_STYLE}<div class=blueplane><b>{escaping.escape(title)}</b><table><tbody>{body}</tbody></table></div>"


class Explanation:
    """The meaning of a result, in words."""

    def __init__(self, result: Result) -> None:
        self.lines: list[tuple[str, str]] = []
        for column in result.columns:
            if column.role in ("metric", "companion") and column.definition:
                unit = f" [{column.unit}]" if column.unit else ""
                self.lines.append((f"{column.title or column.name}{unit}", column.definition))
        states = [result.state(row, column.index).value for row in range(len(result)) for column in result.columns]
        for state, reason in REASONS.items():
            if states.count(state):
                self.lines.append((f"{states.count(state)} cells {state.replace('_', ' ')}", reason))
        self.lines += [(key.replace("_", " "), value) for key, value in result.meta.items() if key != "schema"]

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {said}" for name, said in self.lines)

    def _repr_html_(self) -> str:
        return card("What this rests on", self.lines)


def _scaled(column: Column, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """The name of a unit for people, and the values in it."""
    divisor, unit = {"nUSD": (1e9, "USD"), "us": (3.6e9, "hours"), "ratio": (0.01, "%")}.get(
        column.unit or "", (1, column.unit or ""))
    return unit, [None if value is None else value / divisor for value in values]


def plot(result: Result, y: Union[str, Sequence[str], None], ax: Any, pyplot: Any) -> Any:
    dimensions = [column for column in result.columns if column.role == "dimension"]
    wanted = [y] if isinstance(y, str) else list(y) if y else []
    metrics = ([result.column(name) for name in wanted] or
               [column for column in result.columns if column.role == "metric"][:1])
    axes = ax or pyplot.subplots(figsize=(8, 4))[1]
    over_time = bool(dimensions) and dimensions[0].name.startswith("time.")
    labels = [str(value) for value in result[dimensions[0].index]] if dimensions else [""] * len(result)
    kinds = [result[dimension.index] for dimension in dimensions[1:]]
    series: dict[str, dict[str, Any]] = {}
    unit = ""
    for metric in metrics:
        unit, values = _scaled(metric, result[metric.index])
        for row, value in enumerate(values):
            names = [str(kind[row]) for kind in kinds]
            if len(metrics) > 1:
                names.insert(0, metric.title or metric.name)
            series.setdefault(" ".join(names), {})[labels[row]] = value
    ticks = list(dict.fromkeys(labels))
    for number, (name, points) in enumerate(series.items()):
        values = [points.get(tick) for tick in ticks]
        heights = [float("nan") if value is None else value for value in values]
        if over_time:
            axes.plot(range(len(ticks)), heights, marker="o", label=name)
        else:
            width = 0.8 / len(series)
            axes.bar([place + (number - (len(series) - 1) / 2) * width for place in range(len(ticks))], heights, width,
                     label=name)
    step = max(1, len(ticks) // 12)
    axes.set_xticks(range(0, len(ticks), step), ticks[::step], rotation=30, ha="right")
    axes.set_ylabel(unit)
    axes.set_title(", ".join(metric.title or metric.name for metric in metrics))
    if len(series) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))  # beside the chart, so that it hides no line
    axes.figure.tight_layout()
    return axes
