// personal.js: a person's own dashboard. Arranges the figures; all of them come from the library.
"use strict";

const view = { period: 1, baseline: "average", metric: "active_time" };
const period = () => page.periods[view.period];
const table = (name) => result(period()[name]);
// The table with the chosen baseline.
const compared = (name) => {
  const all = period()[name];
  return result(all[view.baseline] || all.average || all.none);
};
const comparing = () => view.baseline !== "none" && "average" in period().totals;

const periodNames = { today: "Today", week: "Week", month: "Month", quarter: "Quarter", all: "All" };
const baselineNames = {
  average: { today: "your average day", week: "your average for as many days", month: "your average for as many days", quarter: "your average for as many days" },
  previous: { today: "yesterday", week: "the same days last week", month: "the same days last month", quarter: "the same days of last quarter" },
  year: { today: "this day last year", week: "these days last year", month: "these days last year", quarter: "these days last year" },
};
const baselineText = () => (baselineNames[view.baseline] || {})[period().name] || "";

// The figures of which more is better, each with the rate by which the library compares it, and that rate's verdict if
// there is more. Most figures are neither good nor bad.
const better = { tool_success_rate: ["tool_error_rate", "lower"], resolution_rate: ["resolution_rate", "higher"] };

// Green or red only where the library finds more than chance.
function judgement(metric, way) {
  const [rate, more] = better[metric] || [], verdicts = compared("verdicts");
  const verdict = rate ? verdicts.value(verdicts.find("metric", rate), "verdict") : null;
  if (!["higher", "lower"].includes(verdict)) return "";
  return verdict === more ? way === "up" ? "good" : "" : way === "down" ? "bad" : "";
}

// ----------------------------------------------------------------------------------------------------- head

function rangeText() {
  const meta = compared("totals").meta;
  if (!meta.from || !meta.until) return "Everything recorded";
  const days_ = daysText(meta.from, meta.until);
  return days_.includes(" to ") ? days_ : `${weekdayOf(meta.from)}, ${days_}`;
}

function weekdayOf(instant) { return new Intl.DateTimeFormat("en-US", { timeZone: page.zone, weekday: "long" }).format(new Date(instant)); }

function delta(metric, from = compared("totals")) {
  const name = `${metric}.relative`;
  if (!comparing() || !from.has(`${metric}.baseline`)) return null;
  const baseline = `${metric}.baseline`;
  if (from.state(0, baseline) === "empty" || from.value(0, baseline) === null) return el("span", { class: "tile-delta" }, "nothing to compare with");
  const against = el("span", { class: "against" }, " vs ", figure(from, 0, baseline));
  if (from.value(0, metric) === null) return el("span", { class: "tile-delta" }, against);
  const relative = from.value(0, name), difference = from.value(0, `${metric}.difference`);
  const ratio = Result.describe(metric).unit === "ratio";
  const way = difference > 0 ? "up" : difference < 0 ? "down" : "same";
  const arrow = { up: "▲", down: "▼", same: "" }[way];
  const said = ratio && difference !== null ? `${difference < 0 ? "−" : "+"}${fixed(Math.abs(difference) * 100, 1)} points` : relative === null ? "new" : change(relative);
  return el("span", { class: `tile-delta ${judgement(metric, way)}` }, arrow ? el("span", { "aria-hidden": "true", class: "arrow" }, arrow + " ") : null, said, against);
}

// "20 % less active time than"; from a factor of about eleven as a factor, like change().
function muchAs(relative) {
  if (Math.abs(relative) < 0.02) return "As much active time as";
  if (relative >= 9.995) return `${fixed(relative + 1, 0)} times as much active time as`;
  return `${share(Math.abs(relative))} ${relative > 0 ? "more" : "less"} active time than`;
}

function lede() {
  const totals = compared("totals");
  if (!totals.value(0, "interactions")) return "Nothing was recorded in this period.";
  const said = [`${textOf(totals, 0, "active_time")} of active time in ${counted(totals, 0, "sessions", "session")}`];
  if (period().name !== "today") said.push(` on ${counted(totals, 0, "active_days", "day")}`);
  if (totals.state(0, "lines_added") !== "uncovered") said.push(`, ${textOf(totals, 0, "lines_added")} lines added and ${textOf(totals, 0, "lines_removed")} removed`);
  said.push(`, at a list price of ${textOf(totals, 0, "cost")}`);
  const relative = totals.value(0, "active_time.relative");
  if (comparing() && relative !== null) said.push(`. ${muchAs(relative)} ${baselineText()}`);
  return said.join("") + ".";
}

function head() {
  const baselines = [["average", "own average"], ["previous", "period before"], ["year", "year before"], ["none", "nothing"]];
  return el("header", { class: "top" },
    brand(),
    el("div", { class: "controls screen-only" },
      segments("Period", page.periods.map((each, i) => [String(i), periodNames[each.name]]), String(view.period), (value) => { view.period = Number(value); show("Period", value); }),
      el("label", { class: "compare" }, el("span", null, "vs"), el("select", { class: "select", "aria-label": "Compare with", disabled: !("average" in period().totals),
        onchange: (event) => { view.baseline = event.target.value; show("Compare with"); } },
        baselines.map(([value, text]) => el("option", { value, selected: value === view.baseline }, text)))),
      themeButton(() => show("theme"))));
}

// ---------------------------------------------------------------------------------------------------- tiles

const tiles = [["active_time"], ["interactions"], ["sessions"], ["lines_added", "lines_removed"], ["total_tokens"], ["cost"], ["tool_success_rate"], ["resolution_rate"]];

function tile([metric, second]) {
  const from = compared(compared("totals").has(metric) ? "totals" : "work"), trend = compared("trend");
  const values = trend.has(metric) ? rowsOf(trend).map((row) => trend.drawn(row, metric)) : [];
  const value = figure(from, 0, metric);
  if (from.state(0, metric) === "empty") value.textContent = "–";
  const shown = second ? ["+", value, el("span", { class: "tile-second" }, " −", figure(from, 0, second))] : [value];
  return el("button", { type: "button", class: "tile", onclick: () => openDetail(() => figureDetail(metric)), "aria-haspopup": "dialog" },
    el("span", { class: "tile-label" }, second ? "Lines" : titleOf(metric)),
    el("span", { class: "tile-value" }, shown),
    delta(metric, from) || el("span", { class: "tile-delta" }, period().name === "all" ? "since the first record" : ""),
    values.length > 1 ? sparkline(values) : el("span", { class: "spark tile-note" }, tileNote(metric, from)));
}

function tileNote(metric, from) {
  if (metric === "resolution_rate" && from.value(0, "resolution_rate.to_resolve")) return `${textOf(from, 0, "resolution_rate.resolved")} of ${textOf(from, 0, "resolution_rate.to_resolve")} tasks`;
  if (metric === "tool_success_rate" && from.value(0, "tool_success_rate.ok") !== null) return `${textOf(from, 0, "tool_success_rate.ok")} of ${textOf(from, 0, "tool_success_rate.ok_or_error")} calls`;
  return "";
}

// ---------------------------------------------------------------------------------------------------- trend

const trendMetrics = [["active_time", "Active time"], ["interactions", "Interactions"], ["lines_added", "Lines"], ["total_tokens", "Tokens"], ["cost", "Cost"], ["sessions", "Sessions"]];
const cuts = { "time.hour": "Hour by hour", "time.day": "Day by day", "time.week": "Week by week", "time.month": "Month by month" };

function tick(by, value) {
  if (by === "time.hour") return value.slice(11, 13);
  return by === "time.month" ? label(by, value).slice(0, 3) : dayText(value);
}

function trendPanel() {
  const trend = compared("trend"), by = period().by, metric = view.metric, unit = Result.describe(metric).unit;
  const values = rowsOf(trend).map((row) => trend.value(row, metric));
  const baseline = comparing() && trend.has(`${metric}.baseline`) ? rowsOf(trend).map((row) => trend.value(row, `${metric}.baseline`)) : null;
  const best = values.reduce((at, value, row) => (value || 0) > (values[at] || 0) ? row : at, 0);
  const active = values.filter((value) => value > 0).length;
  const name = trendMetrics.find(([id]) => id === metric)[1];
  const noun = { "time.hour": "hours", "time.day": "days", "time.week": "weeks", "time.month": "months" }[by];
  const summary = active === 0 ? "Nothing to draw in this period."
    : `${name}: ${active} of ${values.length} ${noun} with activity; the most, ${textOf(trend, best, metric)}, ${by === "time.hour" ? `from ${label(by, trend.value(best, by))}` : by === "time.day" ? `on ${label(by, trend.value(best, by))}` : `in the ${label(by, trend.value(best, by)).replace("Week", "week")}`}.`;
  const node = panel("trend", cuts[by] || "Over time", "wide", null);
  node.querySelector("header").append(el("div", { class: "screen-only" }, segments("Figure of the trend", trendMetrics, metric, (value) => { view.metric = value; show("Figure of the trend", value); })));
  const legend = el("span", { class: "legend" }, el("span", { class: "key" }), name, baseline ? [el("span", { class: "key line" }), baselineText()] : null);
  node.append(el("p", { class: "summary" }, summary));
  if (active === 0 && !(baseline || []).some((value) => value > 0)) return node;
  node.append(timeChart({
    values, baseline, unit, summary, ticks: (i) => tick(by, trend.value(i, by)),
    pick: (i) => openDetail(() => timeDetail(by, trend.value(i, by))),
    rest: () => [legend],
    readout: (i) => [el("strong", null, label(by, trend.value(i, by))), " ", figure(trend, i, metric), baseline ? el("span", { class: "faint" }, " vs ", figure(trend, i, `${metric}.baseline`)) : null].filter(Boolean),
  }), tableBehind(trend, by, [...trendMetrics.map(([id]) => id), `${metric}.baseline`], (row) => openDetail(() => timeDetail(by, trend.value(row, by)))));
  return node;
}

// ---------------------------------------------------------------------------------------------------- heat

function heatPanel() {
  const heat = table("heat"), most = heat.most("interactions");
  const at = new Map(rowsOf(heat).map((row) => [heat.value(row, "time.day_of_week") * 24 + heat.value(row, "time.hour_of_day"), row]));
  let peak = -1;
  for (const row of rowsOf(heat)) if (peak < 0 || heat.value(row, "interactions") > heat.value(peak, "interactions")) peak = row;
  const summary = peak < 0 || !most ? null : `Busiest: ${label("time.day_of_week", heat.value(peak, "time.day_of_week"))} from ${label("time.hour_of_day", heat.value(peak, "time.hour_of_day"))}, ${counted(heat, peak, "interactions", "interaction")} in this period.`;
  if (!summary) return panel("hours", "Days and hours", "wide", null, nothing());
  const weekdays = page.week_start === "sunday" ? [7, 1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6, 7];
  const grid = el("div", { class: "heat", role: "grid", "aria-label": `Interactions by day of the week and hour. ${summary} Arrow keys move.` });
  grid.append(el("div", { class: "heat-row", role: "row" }, el("span", { role: "columnheader" }, el("span", { class: "hidden-visually" }, "Day")),
    Array.from({ length: 24 }, (_, hour) => el("span", { role: "columnheader", class: `heat-hour ${hour % 3 ? "between" : ""}` }, String(hour).padStart(2, "0")))));
  weekdays.forEach((day, line) => grid.append(el("div", { class: "heat-row", role: "row" }, el("span", { class: "heat-day", role: "rowheader" }, days[day - 1].slice(0, 3)),
    Array.from({ length: 24 }, (_, hour) => {
      const row = at.get(day * 24 + hour), value = row === undefined ? 0 : heat.value(row, "interactions") || 0;
      const said = `${days[day - 1]} ${String(hour).padStart(2, "0")}:00: ${row === undefined ? "nothing" : `${counted(heat, row, "interactions", "interaction")}, ${textOf(heat, row, "active_time")} active`}`;
      return el("span", { role: "gridcell" }, el("button", { type: "button", class: `heat-cell ${value ? "" : "none"}`, title: said, "aria-label": said, tabindex: line === 0 && hour === 0 ? 0 : -1,
        vars: { "--part": value ? (0.12 + 0.88 * Math.sqrt(value / most)).toFixed(3) : 0 }, onclick: () => openDetail(() => heatDetail(day, hour, row)) }));
    }))));
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -24, ArrowDown: 24 }[event.key], cells = [...grid.querySelectorAll(".heat-cell")];
    const to = cells.indexOf(document.activeElement) + (step || NaN);
    if (!(to >= 0 && to < cells.length)) return;
    cells.forEach((cell, i) => { cell.tabIndex = i === to ? 0 : -1; });
    cells[to].focus();
    event.preventDefault();
  });
  return panel("hours", "Days and hours", "wide", summary, grid,
    el("p", { class: "heat-legend", "aria-hidden": "true" }, "fewer", [0.12, 0.4, 0.7, 1].map((part) => el("i", { vars: { "--part": part } })), "more interactions"),
    tableBehind(heat, "time.day_of_week", ["time.hour_of_day", "interactions", "interactions.per_active_day", "active_time", "lines_added"]));
}

// ---------------------------------------------------------------------------------------------------- lists

// A panel with a list by a dimension: name with a bar, then figures.
function listPanel(id, title, classes, source, dimension, main, names, options = {}) {
  const from = table(source), rows = rowsOf(from).filter((row) => options.keep ? options.keep(from, row) : (from.value(row, main) || 0) !== 0 || from.state(row, main) !== "value");
  if (rows.length === 0) return panel(id, title, classes, null, nothing(options.nothing));
  const most = from.most(main);
  const columns = [
    { title: dimensionTitle(dimension), cell: (row) => opener(label(dimension, from.value(row, dimension)), () => openDetail(() => groupDetail(source, dimension, row))) },
    { title: "", spoken: `Size by ${titleOf(main).toLowerCase()}`, class: "bar-cell", cell: (row) => bar(most > 0 ? from.value(row, main) / most : 0, options.colour ? options.colour(from, row) : colours[0]) },
    ...names.map((name) => ({ title: (options.heads || {})[name] || titleOf(name), number: true, class: (options.minor || []).includes(name) ? "minor" : "", cell: (row) => options.cell?.[name] ? options.cell[name](from, row) : figure(from, row, name) })),
  ];
  return panel(id, title, classes, options.summary ? options.summary(from, rows) : null, options.above ? options.above(from, rows) : null,
    figureTable(columns, rows, { first: options.first || 8, caption: title, captionHidden: true, class: options.class }), options.below ? options.below(from, rows) : null);
}

// A platform keeps its colour in all periods.
function colourOf(dimension, source, value) {
  const all = result(page.periods[page.periods.length - 1][source]);
  return colours[Math.max(0, all.find(dimension, value)) % colours.length];
}

function platformsPanel() {
  return listPanel("platforms", "Platforms", "third", "platforms", "platform", "interactions", ["interaction_share", "active_time", "cost"], {
    heads: { interaction_share: "Share" }, colour: (from, row) => colourOf("platform", "platforms", from.value(row, "platform")),
    summary: (from, rows) => rows.length === 1 ? `All in ${label("platform", from.value(rows[0], "platform"))}.` : `${textOf(from, rows[0], "interaction_share")} of interactions in ${label("platform", from.value(rows[0], "platform"))}.`,
    above: (from, rows) => el("div", { class: "mix", "aria-hidden": "true" }, rows.map((row) => el("i", { vars: { "--part": from.value(row, "interaction_share") || 0, "--colour": colourOf("platform", "platforms", from.value(row, "platform")) } }))) });
}

function workspacesPanel() {
  return listPanel("workspaces", "Workspaces", "half", "workspaces", "workspace", "interactions", ["active_time", "sessions", "lines_added", "cost"], {
    heads: { lines_added: "Lines +" }, minor: ["sessions", "lines_added"],
    summary: (from, rows) => `${rows.length === 1 ? "One workspace" : `${rows.length} workspaces`}; most in ${label("workspace", from.value(rows[0], "workspace"))}, ${textOf(from, rows[0], "interaction_share")} of interactions.` });
}

function codePanel() {
  const totals = compared("totals"), work = compared("work");
  return listPanel("code", "Code", "half", "languages", "language", "lines_added", ["lines_added", "lines_removed", "files_touched"], {
    heads: { lines_added: "Added", lines_removed: "Removed", files_touched: "Files" },
    summary: () => {
      const said = [`${textOf(totals, 0, "net_lines")} lines net in ${counted(totals, 0, "files_touched", "file")}`];
      if (totals.value(0, "code_velocity") !== null) said.push(`${textOf(totals, 0, "code_velocity")} lines added for each active hour`);
      if (work.value(0, "commits")) said.push(`${counted(work, 0, "commits", "commit")}, ${textOf(work, 0, "ai_commits")} assisted`);
      return said.join("; ") + ".";
    } });
}

function modelsPanel() {
  const kinds = ["cache_read_tokens", "cache_write_tokens", "input_tokens", "output_tokens"];
  return listPanel("models", "Tokens and cost by model", "", "models", "model", "cost", ["cost", "mix", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_efficiency", "cache_savings"], {
    heads: { mix: "Token mix", input_tokens: "Input", output_tokens: "Output", cache_read_tokens: "Cache read", cache_write_tokens: "Cache write", cache_savings: "Saved by cache" },
    minor: ["mix", "cache_write_tokens", "input_tokens", "cache_read_tokens"], class: "many", keep: (from, row) => (from.value(row, "total_tokens") || 0) > 0 || (from.value(row, "responses") || 0) > 0,
    cell: { mix: (from, row) => el("span", { class: "mix small", "aria-hidden": "true" }, kinds.map((kind, i) => el("i", { vars: { "--part": (from.value(row, kind) || 0) / Math.max(1, from.value(row, "total_tokens") || 1), "--colour": [colours[0], colours[3], colours[2], colours[1]][i] } }))) },
    summary: () => {
      const totals = compared("totals"), saved = totals.value(0, "cache_savings");
      const said = [`${textOf(totals, 0, "cost")} at list prices for ${counted(totals, 0, "total_tokens", "token")}, ${textOf(totals, 0, "cost_per_session")} a session`];
      if (saved !== null) said.push(saved >= 0 ? `reading from caches saved ${textOf(totals, 0, "cache_savings")}; ${textOf(totals, 0, "cache_efficiency")} of what was sent came from them` : `caches cost ${number("nUSD", -saved)} more than they saved`);
      return said.join("; ") + ".";
    },
    below: () => el("p", { class: "mix-legend", "aria-hidden": "true" }, kinds.map((kind, i) => [el("i", { vars: { "--colour": [colours[0], colours[3], colours[2], colours[1]][i] } }), words(kind.replace("_tokens", ""))])) });
}

function toolsPanel() {
  return listPanel("tools", "Tools", "half", "tools", "tool", "tool_calls", ["tool_calls", "tool_success_rate", "tool_errors", "rejection_rate", "tool_duration"], {
    heads: { tool_calls: "Calls", tool_success_rate: "Success", tool_errors: "Errors", rejection_rate: "Rejected", tool_duration: "Mean time" }, minor: ["rejection_rate", "tool_duration"],
    cell: { tool_success_rate: (from, row) => withInterval(from, row, "tool_success_rate") },
    summary: () => {
      const totals = compared("totals");
      return totals.value(0, "tool_success_rate") === null ? null : `${textOf(totals, 0, "tool_success_rate")} of calls that ended by themselves succeeded.`;
    } });
}

function tasksPanel() {
  const work = compared("work");
  return listPanel("tasks", "Tasks", "half", "types", "task_type", "tasks", ["tasks", "resolution_rate", "time_to_resolution.median", "cost_per_task", "verdict"], {
    heads: { resolution_rate: "Resolved", "time_to_resolution.median": "Median time", cost_per_task: "Cost each", verdict: "Delegate?" }, minor: ["cost_per_task", "time_to_resolution.median"],
    cell: {
      resolution_rate: (from, row) => withInterval(from, row, "resolution_rate"),
      verdict: (from, row) => {
        const verdict = from.value(row, "delegation");
        return verdict ? el("span", { class: `verdict ${verdict === "delegate" ? "good" : ""}` }, verdict) : el("span", { class: "empty", title: "too little data" }, "·");
      },
    },
    summary: () => {
      const said = [counted(work, 0, "tasks", "task")];
      if (work.value(0, "resolution_rate") !== null) said.push(`${textOf(work, 0, "resolution_rate.resolved")} of ${textOf(work, 0, "resolution_rate.to_resolve")} with something to resolve were resolved`);
      if (work.value(0, "first_try_rate") !== null) said.push(`${textOf(work, 0, "first_try_rate")} of applied edits succeeded at the first try`);
      return said.join("; ") + ".";
    },
    below: () => work.value(0, "time_saved") === null || textOf(work, 0, "time_saved.low") === textOf(work, 0, "time_saved.high") ? null
      : el("p", { class: "note" }, "Time saved, an estimate: likely ", figure(work, 0, "time_saved"), ", between ", figure(work, 0, "time_saved.low"), " and ", figure(work, 0, "time_saved.high"), `, under these assumptions: ${work.meta.assumptions || ""}.`) });
}

// ---------------------------------------------------------------------------------------------------- sessions

function depthPanel() {
  const depth = table("depth"), spread = table("spread");
  const rows = rowsOf(depth).filter((row) => depth.value(row, "session_depth") !== null);
  if (!spread.value(0, "sessions")) return panel("depth", "Session depth and duration", "third", null, nothing());
  const deepest = rows.reduce((at, row) => depth.value(row, "sessions") > depth.value(at, "sessions") ? row : at, rows[0]);
  const summary = rows.length ? `Most sessions, ${textOf(depth, deepest, "sessions")} of ${textOf(spread, 0, "sessions")}, have ${label("session_depth", depth.value(deepest, "session_depth"))} interactions.` : null;
  const kinds = [["interactions_per_session", "Interactions"], ["session_duration", "Duration"], ["active_time_per_session", "Active time"]];
  const outliers = spread.value(0, "session_duration.outliers");
  return panel("depth", "Session depth and duration", "third", summary,
    histogram(rows.map((row) => ({ name: label("session_depth", depth.value(row, "session_depth")), value: depth.value(row, "sessions"), text: textOf(depth, row, "sessions") })), `Sessions by their number of interactions. ${summary}`),
    figureTable([
      { title: "Of a session", cell: ([, title]) => title },
      ...[["", "Mean"], [".median", "Median"], [".p90", "90 % below"]].map(([part, title]) => ({ title, number: true, cell: ([name]) => figure(spread, 0, name + part) })),
    ], kinds, { caption: "Mean, median and 90th percentile of sessions", captionHidden: true }),
    outliers ? el("p", { class: "note" }, figure(spread, 0, "session_duration.outliers"), ` of unusual duration: beyond one and a half interquartile ranges; marked in the list.`) : null,
    tableBehind(depth, "session_depth", ["sessions", "interactions", "active_time", "cost"]));
}

function unusual(list, row) {
  const spread = table("spread"), high = spread.value(0, "session_duration.outlier_above"), low = spread.value(0, "session_duration.outlier_below");
  const duration_ = list.value(row, "session_duration");
  return duration_ !== null && ((high !== null && duration_ > high) || (low !== null && duration_ < low));
}

function sessionColumns(list, main) {
  const names = ["active_time", "interactions", "lines_added", "cost"];
  if (main && !names.includes(main) && list.has(main)) names.unshift(main);
  return [
    { title: "Last activity", cell: (row) => opener(timeText(list.value(row, "last_activity"), true), () => openDetail(() => sessionDetail(list.value(row, "session")))) },
    { title: "Workspace", class: "name", cell: (row) => label("workspace", list.value(row, "workspace")) },
    { title: "Platform", class: "minor", cell: (row) => label("platform", list.value(row, "platform")) },
    { title: "Duration", number: true, class: "minor", cell: (row) => [unusual(list, row) ? el("span", { class: "flag", title: "of unusual duration" }, "unusual ") : null, figure(list, row, "session_duration")] },
    ...names.map((name) => ({ title: { lines_added: "Lines +" }[name] || titleOf(name), number: true, cell: (row) => figure(list, row, name) })),
  ];
}

const listMost = 300; // SESSIONS_MOST in pages/personal.c
function sessionsPanel() {
  const list = table("list"), spread = table("spread");
  if (list.rows === 0) return panel("sessions", "Sessions", "wide", null, nothing());
  const all = spread.value(0, "sessions") || list.rows, silent = list.rows - all; // sessions that only ran tools are not counted
  return panel("sessions", "Sessions", "wide", list.rows >= listMost && all > list.rows ? `The latest ${list.rows} of ${fixed(all, 0)}.` : `All ${list.rows} of this period, the latest first${silent > 0 ? `; ${silent} of them without a prompt or response` : ""}.`,
    figureTable(sessionColumns(list), rowsOf(list), { first: 9, caption: "Sessions", captionHidden: true, class: "many" }));
}

// ---------------------------------------------------------------------------------------------------- findings

// Fewer days are not enough for insights.
function lookedAt() { return { today: "7d", week: "7d", all: "all" }[period().name] || "28d"; }
const lookedAtNames = { "7d": "the last 7 days", "28d": "the last 28 days", all: "all that is recorded" };
function findings() { return result(page.insights[lookedAt()]); }

// Insights may cover more days than a short period, so each shows its own.
function finding(found, row) {
  const days = daysText(...["evidence_from", "evidence_until"].map((name) => new Date(found.value(row, name) / 1000).toISOString()));
  return el("li", null, el("p", { class: "finding" }, found.value(row, "sentence")), el("p", { class: "advice" }, found.value(row, "advice")),
    opener("Evidence", () => openDetail(() => findingDetail(row)), `Evidence for: ${found.value(row, "sentence")}`), el("span", { class: "finding-days" }, days));
}

function insightsPanel() {
  const found = findings();
  const note = found.meta.notes ? el("p", { class: "note" }, found.meta.notes) : null;
  const list = (most) => el("ol", { class: "findings" }, rowsOf(found).slice(0, most).map((row) => finding(found, row)));
  if (found.rows === 0) return panel("insights", "What stands out", "third", null, nothing(`Nothing that is more than chance in ${lookedAtNames[lookedAt()]}.`), note);
  return panel("insights", "What stands out", "third", "Each difference is more than chance, over the days given below it.", list(3),
    found.rows > 3 ? opener(`All ${found.rows}`, () => openDetail(() => ({ title: "What stands out", sub: "Over the days given below each.", nodes: [list(found.rows), note] }))) : null);
}

function featuresPanel() {
  const features = table("features"), patterns = table("patterns");
  const used = rowsOf(features).filter((row) => features.value(row, "feature_usage")).sort((a, b) => features.value(b, "feature_usage") - features.value(a, "feature_usage"));
  const most = features.most("feature_usage");
  return panel("features", "Features and ways of working", "", null, el("div", { class: "two" },
    el("div", null, el("h3", null, "Tasks that used a feature"), used.length ? figureTable([
      { title: "Feature", cell: (row) => label("feature", features.value(row, "feature")) },
      { title: "", spoken: "Size", class: "bar-cell", cell: (row) => bar(features.value(row, "feature_usage") / most, colours[2]) },
      { title: "Of tasks", number: true, cell: (row) => withInterval(features, row, "feature_usage") }], used, { caption: "Share of tasks that used a feature", captionHidden: true }) : nothing("None of them in this period.")),
    el("div", null, el("h3", null, "The most frequent ways of working"), patterns.rows ? figureTable([
      { title: "Sequence of tools", cell: (row) => label("pattern", patterns.value(row, "pattern")) },
      { title: "Tasks", number: true, cell: (row) => figure(patterns, row, "task_patterns") },
      { title: "Resolved", number: true, cell: (row) => withInterval(patterns, row, "pattern_resolution_rate") }], rowsOf(patterns), { first: 6, caption: "Patterns of tools", captionHidden: true }) : nothing())));
}

// ---------------------------------------------------------------------------------------------------- details

const groups = [["platforms", "platform", "By platform"], ["workspaces", "workspace", "By workspace"], ["models", "model", "By model"], ["languages", "language", "By language"], ["tools", "tool", "By tool"], ["types", "task_type", "By type of task"]];

function figureDetail(metric) {
  const from = compared(compared("totals").has(metric) ? "totals" : "work"), trend = compared("trend"), list = table("list");
  const beside = from.beside(metric).filter((name) => from.state(0, name) !== "empty");
  const main = list.has(metric) ? metric : "interactions";
  const rows = rowsOf(list).filter((row) => !list.has(metric) || list.value(row, metric) !== 0).sort((a, b) => (list.value(b, main) || 0) - (list.value(a, main) || 0));
  return { title: titleOf(metric), sub: (page.catalog[metric] || {}).definition, nodes: [
    el("p", { class: "big" }, figure(from, 0, metric), " ", delta(metric, from)),
    el("p", { class: "note" }, `${rangeText()}${comparing() ? `, beside ${baselineText()}` : ""}.`),
    beside.length ? facts(from, 0, beside) : null,
    trend.has(metric) ? parts(cuts[period().by], trend, period().by, metric, (row) => openDetail(() => timeDetail(period().by, trend.value(row, period().by))), 14) : null,
    ...groups.map(([source, dimension, title]) => table(source).has(metric) ? parts(title, table(source), dimension, metric, (row) => openDetail(() => groupDetail(source, dimension, row))) : null),
    rows.length ? el("section", { class: "parts" }, el("h3", null, `Sessions, by ${titleOf(main).toLowerCase()}`), figureTable(sessionColumns(list, main), rows, { first: 12, caption: "Sessions", captionHidden: true })) : null] };
}

// The sessions of the period that match a filter.
function sessionsWhere(keep, title = "Sessions") {
  const list = table("list"), rows = rowsOf(list).filter((row) => keep(list, row));
  return rows.length === 0 ? null : el("section", { class: "parts" }, el("h3", null, `${title}: ${rows.length}`), figureTable(sessionColumns(list), rows, { first: 15, caption: title, captionHidden: true }));
}

// The tables that hold, by session, the values of a dimension.
const insideOf = { model: ["session_models", ["responses", "total_tokens", "cost"]], tool: ["session_tools", ["tool_calls", "tool_errors"]], language: ["session_languages", ["lines_added", "lines_removed"]], task_type: ["session_types", ["tasks"]] };

function groupDetail(source, dimension, row) {
  const from = table(source), value = from.value(row, dimension);
  const nodes = [facts(from, row, from.names().filter((name) => name !== dimension))];
  if (dimension === "platform" || dimension === "workspace") nodes.push(sessionsWhere((list, at) => list.value(at, dimension) === value));
  if (insideOf[dimension]) {
    const [inside, names] = insideOf[dimension], parts_ = result(page[inside]), list = table("list");
    const known_ = new Map(rowsOf(list).map((at) => [list.value(at, "session"), at]));
    const rows = rowsOf(parts_).filter((at) => parts_.value(at, dimension) === value && known_.has(parts_.value(at, "session")))
      .sort((a, b) => (parts_.value(b, names[0]) || 0) - (parts_.value(a, names[0]) || 0));
    if (rows.length) nodes.push(el("section", { class: "parts" }, el("h3", null, `Sessions with it: ${rows.length}`), el("p", { class: "note" }, "For each session all of its part, also outside the period."), figureTable([
      { title: "Session", cell: (at) => opener(timeText(list.value(known_.get(parts_.value(at, "session")), "last_activity"), true), () => openDetail(() => sessionDetail(parts_.value(at, "session")))) },
      { title: "Workspace", cell: (at) => label("workspace", list.value(known_.get(parts_.value(at, "session")), "workspace")) },
      ...names.map((name) => ({ title: titleOf(name), number: true, cell: (at) => figure(parts_, at, name) }))], rows, { first: 15, caption: "Sessions", captionHidden: true })));
  }
  return { title: label(dimension, value), sub: `${dimensionTitle(dimension)}, ${rangeText()}.`, nodes };
}

// Sessions in the hours that match a filter.
function hoursWhere(keep) {
  const hours = result(page.session_hours), list = result(page.periods[page.periods.length - 1].list);
  const named = new Map(rowsOf(list).map((row) => [list.value(row, "session"), row]));
  const rows = rowsOf(hours).filter((row) => keep(hours.value(row, "time.hour")));
  if (rows.length === 0) return el("p", { class: "note" }, "No session of these hours is broken down in this page; blueplane sessions lists them all.");
  return el("section", { class: "parts" }, el("h3", null, "Sessions, hour by hour"), figureTable([
    { title: "Hour", cell: (row) => opener(`${dayText(hours.value(row, "time.hour").slice(0, 10), "weekday")}, ${hours.value(row, "time.hour").slice(11, 16)}`, () => openDetail(() => sessionDetail(hours.value(row, "session")))) },
    { title: "Workspace", cell: (row) => named.has(hours.value(row, "session")) ? label("workspace", list.value(named.get(hours.value(row, "session")), "workspace")) : hours.value(row, "session") },
    ...["interactions", "active_time", "lines_added", "cost"].map((name) => ({ title: { lines_added: "Lines +" }[name] || titleOf(name), number: true, cell: (row) => figure(hours, row, name) }))], rows, { first: 20, caption: "Sessions hour by hour", captionHidden: true }));
}

function timeDetail(by, value) {
  const trend = compared("trend"), row = trend.find(by, value);
  const last = by === "time.week" ? new Date(Date.parse(`${value}T00:00:00Z`) + 6 * 864e5).toISOString().slice(0, 10) : null;
  const keep = { "time.hour": (hour) => hour === value, "time.day": (hour) => hour.startsWith(value), "time.month": (hour) => hour.startsWith(value), "time.week": (hour) => hour.slice(0, 10) >= value && hour.slice(0, 10) <= last }[by];
  return { title: by === "time.hour" ? `${dayText(value.slice(0, 10), "weekday")}, from ${value.slice(11, 16)}` : label(by, value), sub: null,
    nodes: [facts(trend, row, trend.names().filter((name) => Result.describe(name).role === "metric" || (comparing() && Result.describe(name).role === "baseline"))), hoursWhere(keep)] };
}

function heatDetail(day, hour, row) {
  const heat = table("heat"), meta = heat.meta, clock = String(hour).padStart(2, "0");
  const from = meta.from ? new Date(meta.from) : null, until = meta.until ? new Date(meta.until) : null;
  const keep = (at) => at.slice(11, 13) === clock && (new Date(`${at.slice(0, 10)}T00:00:00Z`).getUTCDay() + 6) % 7 === day - 1 && (!from || new Date(at) >= from) && (!until || new Date(at) < until);
  return { title: `${days[day - 1]}, ${clock}:00 to ${String((hour + 1) % 24).padStart(2, "0")}:00`, sub: rangeText(),
    nodes: row === undefined ? [nothing("Nothing in this hour.")] : [facts(heat, row, heat.names().filter((name) => !name.startsWith("time."))), hoursWhere(keep)] };
}

function sessionDetail(id) {
  const lists = [table("list"), ...[...page.periods].reverse().map((each) => result(each.list))];
  const list = lists.find((each) => each.find("session", id) >= 0);
  const nodes = [];
  let sub = null;
  if (list) {
    const row = list.find("session", id);
    sub = `${label("platform", list.value(row, "platform"))} in ${label("workspace", list.value(row, "workspace"))}.`;
    nodes.push(facts(list, row, list.metrics()));
  }
  const inside = (source, dimension, title, name) => {
    const all = result(page[source]), rows = rowsOf(all).filter((row) => all.value(row, "session") === id);
    if (rows.length === 0) return null;
    rows.sort((a, b) => String(all.value(a, dimension)).localeCompare(String(all.value(b, dimension))));
    const most = Math.max(...rows.map((row) => all.value(row, name) || 0), 1e-9);
    return el("section", { class: "parts" }, el("h3", null, title), figureTable([
      { title: dimensionTitle(dimension), cell: (row) => dimension === "time.hour" ? `${dayText(all.value(row, dimension).slice(0, 10), "weekday")}, ${all.value(row, dimension).slice(11, 16)}` : label(dimension, all.value(row, dimension)) },
      { title: "", spoken: "Size", class: "bar-cell", cell: (row) => bar((all.value(row, name) || 0) / most) },
      ...all.metrics().map((metric) => ({ title: titleOf(metric), number: true, cell: (row) => figure(all, row, metric) }))], rows, { caption: title, captionHidden: true }));
  };
  nodes.push(inside("session_hours", "time.hour", "Hour by hour", "interactions"), inside("session_models", "model", "By model", "total_tokens"), inside("session_tools", "tool", "By tool", "tool_calls"),
    inside("session_languages", "language", "By language", "lines_added"), inside("session_types", "task_type", "By type of task", "tasks"),
    el("p", { class: "note" }, "In a terminal: ", el("code", null, `blueplane session ${id}`)));
  return { title: `Session ${id}`, sub, nodes };
}

function findingDetail(row) {
  const found = findings(), unit = found.value(row, "unit"), kind = found.value(row, "effect_kind");
  const effect = (name) => {
    const value = found.value(row, name);
    if (value === null) return "";
    if (kind === "factor") return `× ${fixed(value, 2)}`;
    return unit === "ratio" ? `${value < 0 ? "−" : "+"}${fixed(Math.abs(value) * 100, 1)} points` : number(unit, value, true);
  };
  const line = (name, ...value) => el("div", null, el("dt", null, name), el("dd", null, value));
  const p = found.value(row, "p_adjusted");
  return { title: "Evidence", sub: found.value(row, "sentence"), nodes: [el("p", { class: "advice" }, found.value(row, "advice")), el("dl", { class: "facts long" },
    line("Metric", titleOf(found.value(row, "metric"))),
    line("Here", number(unit, found.value(row, "value") || 0), ` of ${fixed(found.value(row, "n") || 0, 0)}`),
    line("Elsewhere", number(unit, found.value(row, "other") || 0), ` of ${fixed(found.value(row, "n_other") || 0, 0)}`),
    line(kind === "slope" ? "Change a week" : "Effect", `${effect("effect")} (${effect("effect_low")} to ${effect("effect_high")})`),
    line("Days of sessions", fixed(found.value(row, "clusters") || 0, 0)),
    line("Test", found.value(row, "test") || ""),
    line("p, for all that was compared", p === null ? "" : p < 0.0001 ? "below 0.0001" : fixed(p, 4)),
    line("Days looked at", `${timeText(found.value(row, "evidence_from"))} to ${timeText(found.value(row, "evidence_until") - 1)}`)),
    found.meta.notes ? el("p", { class: "note" }, found.meta.notes) : null] };
}

// ---------------------------------------------------------------------------------------------------- the page

function foot() {
  const meta = compared("totals").meta;
  const line = (name, text) => text ? el("div", null, el("dt", null, name), el("dd", null, text)) : null;
  return el("footer", { class: "foot" }, el("h2", { class: "hidden-visually" }, "About the figures"), el("dl", null,
    line("Sources", (meta.coverage || "").split("; ").map((each) => each.replace(/^[a-z_]+/, (name) => label("platform", name))).join("; ")),
    line("Prices", meta.prices ? `list prices of ${meta.prices.split(" ")[0]}` : null),
    line("Marks", "~ an estimate; ≥ the true number is at least this; – not recorded by any source that saw it; blank where there is nothing to count"),
    line("Notes", meta.notes), line("Made", `${page.made} (${page.zone}), blueplane ${page.version}; the file contains its figures and sends no requests`)));
}

function show(keep, value) {
  charts.clear();
  const root = document.getElementById("page");
  root.replaceChildren(el("div", { class: "page" }, head(),
    el("main", null,
      el("div", { class: "lede" }, el("h1", null, rangeText()), el("p", null, lede())),
      el("section", { class: "tiles", "aria-label": "At a glance" }, tiles.map(tile)),
      el("div", { class: "grid" }, arrange([trendPanel(), insightsPanel(), heatPanel(), platformsPanel(), workspacesPanel(), codePanel(), modelsPanel(),
        depthPanel(), sessionsPanel(), toolsPanel(), tasksPanel(), featuresPanel()]))),
    foot()));
  if (!document.contains(drawer)) document.body.append(drawer);
  requestAnimationFrame(redraw);
  location.replace(`#${page.periods[view.period].name},${view.baseline},${view.metric}`);
  if (keep === "theme") root.querySelector(".theme").focus();
  else if (keep) (root.querySelector(value === undefined ? `[aria-label="${keep}"]` : `input[name="${keep}"][value="${value}"]`))?.focus();
}

// Starts with this week, or with the next longer period that has data.
const holds = (each) => (result(each.totals.none || each.totals.average || Object.values(each.totals)[0]).value(0, "interactions") || 0) > 0;
const [fromPeriod, fromBaseline, fromMetric] = location.hash.slice(1).split(",");
const index = page.periods.findIndex((each) => each.name === fromPeriod);
view.period = index >= 0 ? index : Math.max(view.period, page.periods.findIndex((each, i) => i >= view.period && holds(each)));
if (["average", "previous", "year", "none"].includes(fromBaseline)) view.baseline = fromBaseline;
if (trendMetrics.some(([id]) => id === fromMetric)) view.metric = fromMetric;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
show();
