// team.js: the dashboard of a team or an organisation, from published data only. Panels without data are omitted.
"use strict";

// Concatenates the rows of several files, without adding anything up.
function joined(tables) {
  const there = tables.filter(Boolean), columns = {};
  let rows = 0;
  for (const each of there) {
    for (const [name, column] of Object.entries(each.columns)) {
      columns[name] ??= { values: Array(rows).fill(null), states: [] };
      columns[name].values.push(...column.values.map((value) => value !== null && column.names ? column.names[value] : value));
      columns[name].states.push(...(column.states || []).map(([row, state]) => [rows + row, state]));
    }
    rows += each.rows;
    for (const column of Object.values(columns)) while (column.values.length < rows) column.values.push(null);
  }
  return there.length ? { rows, meta: there[0].meta, columns } : null;
}

const began = (each) => ((each.totals || each.quality || { meta: {} }).meta.from || "").slice(0, 10);
page.sources.sort((a, b) => began(a.windows[0]) < began(b.windows[0]) ? -1 : 1);
for (const name of ["trend", "platform_trend", "member_trend"]) page[name] = joined(page.sources.map((each) => each[name]));
page.windows = page.sources.length === 1 ? page.sources[0].windows : page.sources.map((each) => each.windows[0]).reverse();

const view = { window: 0, metric: null };
const shown = () => page.windows[view.window];
const table = (name) => result(shown()[name]);
const known_ = (name) => table(name).rows > 0;

const audiences = { lead: "For a team's lead", manager: "For managers", research: "For researchers" };

// The return on cost is shown as a factor.
for (const [name, column] of Object.entries(page.columns)) if (/^roi(\.|$)/.test(name)) column.unit = "factor";

// --------------------------------------------------------------------------------------------------- ranges

// The bounds of a value if they differ, else null.
function range(from, row, name) {
  const low = from.value(row, `${name}.at_least`), high = from.value(row, `${name}.at_most`);
  if (low === null || (high !== null && low === high)) return null;
  if (high === null) return `at least ${numberOf(name, low)}`;
  const least = numberOf(name, low), most = numberOf(name, high);
  return least === most ? null : `${trimmed(least, most)}–${most}`;
}

function trimmed(low, high) {
  const end = "\u00a0%";
  return low.endsWith(end) && high.endsWith(end) ? low.slice(0, -end.length) : low;
}

// The value with its range; the tooltip explains the range.
function ranged(from, row, name, always) {
  const value = figure(from, row, name), told = range(from, row, name);
  if (!told) return [value];
  value.title = `the true number lies between ${told.replace("–", " and ")}`;
  const low = from.value(row, `${name}.at_least`), high = from.value(row, `${name}.at_most`), middle = from.value(row, name);
  const wide = middle && (high - low) / Math.abs(middle) > 0.1;
  if (wide) value.classList.add("rough");
  return high !== null && (always || wide) ? [value, el("span", { class: "interval" }, ` ${told}`)] : [value];
}

// A band of people: "3-4" as "3–4", "5-5" as "5". A group has no more people than the whole window, even if its band is
// wider.
function band(said, most = Infinity) {
  const [low, high] = said.split("-"), end = Math.min(Number(high), most);
  return !high ? said : Number(low) >= end ? low : `${low}–${end}`;
}

function people(from, row, most = Infinity) {
  if (!from.has("contributors")) return null;
  return from.state(row, "contributors") === "value" ? band(from.value(row, "contributors"), most) : figure(from, row, "contributors");
}

function peopleOf(from, row) {
  const all = table("totals"), told = all.rows && all.has("contributors") && all.state(0, "contributors") === "value";
  return people(from, row, told ? Number(all.value(0, "contributors").split("-")[1] || Infinity) : Infinity);
}

// --------------------------------------------------------------------------------------------------- head

function windowText(each) {
  if (each.kind === "month") return label("time.month", each.name);
  if (each.kind === "week") return `Week of ${dayText(each.name, "year")}`;
  return page.sources.length > 1 ? daysText((each.totals || each.quality).meta.from, (each.totals || each.quality).meta.until) : "All published weeks";
}

function days_() {
  const meta = (shown().totals || shown().quality || { meta: {} }).meta;
  if (!meta.from) return windowText(shown());
  return daysText(meta.from, meta.until);
}

function head() {
  return el("header", { class: "top" }, brand(), el("div", { class: "controls screen-only" },
    page.windows.length < 2 ? null : el("label", { class: "compare" }, el("span", null, "Window"), el("select", { class: "select", "aria-label": "Window", onchange: (event) => { view.window = Number(event.target.value); show("Window"); } },
      page.windows.map((each, i) => el("option", { value: i, selected: i === view.window }, windowText(each))))),
    themeButton(() => show("theme"))));
}

// Weeks of a window that some team's store has not published, so that their sums are incomplete.
function lacking(from, until) {
  return (page.partly || []).filter((monday) => !from || (monday >= from.slice(0, 10) && monday < until.slice(0, 10)));
}

function lede() {
  const totals = table("totals"), said = [];
  const has = (name) => totals.has(name) && totals.state(0, name) !== "empty" && totals.state(0, name) !== "withheld";
  if (totals.rows && totals.state(0, "contributors") === "withheld") return "Nothing of this window is published.";
  if (totals.has("contributors") && totals.value(0, "contributors")) said.push(`${band(totals.value(0, "contributors")).replace("–", " to ")} people contributed`);
  if (has("adoption_rate")) said.push(`${textOf(totals, 0, "adoption_rate")} of the members were active`);
  if (has("sessions")) said.push(`${textOf(totals, 0, "sessions")} sessions${has("active_time") ? ` and ${textOf(totals, 0, "active_time")} of active time` : ""}`);
  else if (has("interactions")) said.push(`${textOf(totals, 0, "interactions")} interactions`);
  if (has("lines_added")) said.push(`${textOf(totals, 0, "lines_added")} lines added`);
  if (has("cost")) said.push(`a list price of ${textOf(totals, 0, "cost")}`);
  const { from, until } = (totals.meta || {}), partly = lacking(from, until);
  return said.join("; ") + "." + (partly.length ? ` Not every team's store has published ${partly.length < 2 ? `the week of ${dayText(partly[0])}` : `${partly.length} of its weeks`}.` : "");
}

// --------------------------------------------------------------------------------------------------- tiles

const tileMetrics = [["totals", "active_users"], ["totals", "adoption_rate"], ["totals", "active_time"], ["totals", "sessions"], ["totals", "lines_added"], ["totals", "cost"],
  ["money", "license_utilization"], ["money", "cost_per_active_seat"], ["money", "roi"], ["quality", "resolution_rate"], ["quality", "retry_rate"], ["totals", "interactions"], ["totals", "prompts"],
  ["totals", "total_tokens"], ["quality", "tool_success_rate"], ["quality", "rejection_rate"], ["quality", "api_error_rate"], ["quality", "cache_efficiency"]];

function tile([source, metric]) {
  const from = table(source), trend = result(page.trend), told = range(from, 0, metric);
  const values = trend.has(metric) ? rowsOf(trend).map((row) => trend.drawn(row, metric)) : [];
  const value = figure(from, 0, metric);
  if (metric === "active_users" && told) value.textContent = told;
  return el("button", { type: "button", class: "tile", "aria-haspopup": "dialog", onclick: () => openDetail(() => figureDetail(source, metric)) },
    el("span", { class: "tile-label" }, titleOf(metric)), el("span", { class: "tile-value" }, value),
    el("span", { class: "tile-delta" }, told && metric !== "active_users" ? `between ${told.replace("–", " and ")}` : ""),
    result(page.trend).rows > 2 ? values.length ? sparkline(values) : el("span", { class: "spark" }) : null);
}

function tilesOf() {
  const there = tileMetrics.filter(([source, metric]) => table(source).has(metric) && table(source).state(0, metric) !== "empty");
  return there.length > 4 ? there.slice(0, 8).slice(0, there.length >= 8 ? 8 : 4) : there;
}

// --------------------------------------------------------------------------------------------------- trend

const trendNames = { active_users: "People", adoption_rate: "Adoption", active_time: "Active time", interactions: "Interactions", lines_added: "Lines", cost: "Cost", total_tokens: "Tokens", resolution_rate: "Resolved" };

function trendPanel() {
  const trend = result(page.trend), there = Object.keys(trendNames).filter((name) => trend.has(name));
  if (trend.rows < 2 || there.length === 0) return null;
  const metric = there.includes(view.metric) ? view.metric : there.includes("active_time") ? "active_time" : there.includes("interactions") ? "interactions" : there[0];
  view.metric = metric;
  const values = rowsOf(trend).map((row) => trend.value(row, metric)), unit = Result.describe(metric).unit;
  const first = values.findIndex((value) => value !== null), last = values.length - 1;
  const hidden = rowsOf(trend).filter((row) => trend.state(row, metric) === "withheld").length;
  const summary = first < 0 ? "Withheld in every week." : `${titleOf(metric)}: ${textOf(trend, first, metric)} in the ${label("time.week", trend.value(first, "time.week")).toLowerCase()} and ${trend.state(last, metric) === "withheld" ? "withheld" : textOf(trend, last, metric)} in the last one.`
    .replace(/week of (\d+) ([a-z])/g, (_, day, letter) => `week of ${day} ${letter.toUpperCase()}`) + (hidden ? ` ${hidden} of ${values.length} weeks withheld.` : "");
  const node = panel("trend", "Week by week", "wide", null);
  node.querySelector("header").append(el("div", { class: "screen-only" }, segments("Figure of the trend", there.map((name) => [name, trendNames[name]]), metric, (value) => { view.metric = value; show("Figure of the trend", value); })));
  node.append(el("p", { class: "summary" }, summary), timeChart({ values, baseline: null, unit, summary, ticks: (i) => dayText(trend.value(i, "time.week")),
    pick: (i) => openDetail(() => weekDetail(i)), rest: () => [el("span", { class: "legend" }, el("span", { class: "key" }), titleOf(metric))],
    readout: (i) => [el("strong", null, label("time.week", trend.value(i, "time.week"))), " ", ...ranged(trend, i, metric, true)] }),
  tableBehind(trend, "time.week", ["contributors", ...there], (row) => openDetail(() => weekDetail(row))));
  return node;
}

function adoptionPanel() {
  const trend = result(page.trend), name = ["adoption_rate", "license_utilization"].find((each) => trend.has(each));
  if (!name) return null;
  const rows = rowsOf(trend);
  return panel("adoption", "Adoption by week", "third", (page.catalog[name] || {}).definition || "Active members divided by members of the roster.", figureTable([
    { title: "Week", cell: (row) => dayText(trend.value(row, "time.week"), "year") },
    { title: "", spoken: "Size", class: "bar-cell", cell: (row) => bar(trend.value(row, name)) },
    { title: "Share", number: true, cell: (row) => ranged(trend, row, name, true) },
    ...(trend.has("active_users") ? [{ title: "People", number: true, cell: (row) => range(trend, row, "active_users") || figure(trend, row, "active_users") }] : [])],
  [...rows].reverse(), { first: 10, caption: "Adoption by week", captionHidden: true }));
}

// --------------------------------------------------------------------------------------------------- shares

// The library's title of a part of a metric: "Read, then edit".
function partName(part) { const said = page.words.part[part] || words(part); return said[0].toUpperCase() + said.slice(1); }

// The parts of a metric, whose names follow a dot.
function members(from, metric) {
  return from.names().filter((name) => name.startsWith(`${metric}.`) && !/\.(at_least|at_most|benchmark)$/.test(name));
}

function sharesPanel(id, title, source, metric, classes, summary) {
  const from = table(source), there = members(from, metric);
  if (there.length === 0) return null;
  const part = (name) => name.slice(metric.length + 1);
  return panel(id, title, classes, summary, figureTable([
    { title: "Members", cell: (name) => partName(part(name)) },
    { title: "", spoken: "Size", class: "bar-cell", cell: (name) => from.state(0, name) === "withheld" ? "" : rangeBar(from.value(0, name), from.value(0, `${name}.at_least`), from.value(0, `${name}.at_most`)) },
    { title: "Share", number: true, cell: (name) => { const told = range(from, 0, name); return told ? [figure(from, 0, name), el("span", { class: "interval" }, ` ${told}`)] : figure(from, 0, name); } },
  ], there, { caption: title, captionHidden: true }));
}

// A share of which only bounds are known.
function rangeBar(value, low, high) {
  return el("span", { class: "bar range", "aria-hidden": "true", vars: { "--part": low ?? value ?? 0, "--to": high ?? value ?? 0 } });
}

// --------------------------------------------------------------------------------------------------- lists

function listPanel(id, title, classes, source, dimension, main, names, heads = {}) {
  const from = table(source);
  if (!from.has(dimension) || from.rows === 0) return null;
  const lead = from.has(main) ? main : from.metrics()[0], most = from.most(lead);
  const told = names.filter((name) => from.has(name));
  if (told.every((name) => rowsOf(from).every((row) => from.state(row, name) === "withheld")))
    return panel(id, title, classes, null, el("p", { class: "nothing" }, el("span", { class: "withheld" }, "withheld"), ` for all ${from.rows} of them: too few people contributed to some, and the others would reveal those.`));
  const columns = [
    { title: dimensionTitle(dimension), cell: (row) => opener(label(dimension, from.value(row, dimension)), () => openDetail(() => groupDetail(source, dimension, row))) },
    { title: "", spoken: `Size by ${titleOf(lead).toLowerCase()}`, class: "bar-cell", cell: (row) => from.state(row, lead) === "withheld" ? "" : bar(most > 0 ? from.value(row, lead) / most : 0) },
    ...told.map((name) => ({ title: heads[name] || titleOf(name), number: true, cell: (row) => ranged(from, row, name) })),
    { title: "People", number: true, class: "minor", cell: (row) => peopleOf(from, row) || "" }];
  return panel(id, title, classes, null, figureTable(columns, rowsOf(from), { first: 10, caption: title, captionHidden: true, class: "list" }));
}

const qualityMetrics = ["tool_success_rate", "rejection_rate", "interruption_rate", "acceptance_rate", "api_error_rate", "retry_rate", "recovery_rate", "first_try_rate", "rework_rate", "resolution_rate", "time_to_resolution", "cache_efficiency", "context_pressure"];

// Omits empty columns. With few rows it takes the full width, as beside a longer list it would leave a gap.
function qualityPanel() {
  const from = table("quality"), trend = result(page.trend), there = qualityMetrics.filter((name) => from.has(name) && from.state(0, name) !== "empty");
  if (there.length === 0) return null;
  const weekly = trend.rows > 2 && there.some((name) => trend.has(name)), ranges = there.some((name) => range(from, 0, name));
  return panel("quality", "Errors, retries, outcomes", there.length < 4 ? "" : "half", null, figureTable([
    { title: "Figure", cell: (name) => opener(titleOf(name), () => openDetail(() => figureDetail("quality", name))) },
    weekly ? { title: "Weeks", class: "spark-cell", cell: (name) => trend.has(name) ? sparkline(rowsOf(trend).map((row) => trend.drawn(row, name))) : "" } : null,
    { title: "Value", number: true, cell: (name) => figure(from, 0, name) },
    ranges ? { title: "Between", number: true, class: "minor soft", cell: (name) => range(from, 0, name) || "" } : null].filter(Boolean), there, { caption: "Errors, retries, outcomes", captionHidden: true }));
}

// --------------------------------------------------------------------------------------------------- patterns


// A pattern stands out if its lower bound is above the upper bound of all tasks.
function patternRows() {
  const from = table("journeys"), all = table("quality"), most = all.value(0, "resolution_rate.at_most") ?? all.value(0, "resolution_rate");
  return members(from, "journeys").map((name) => {
    const rate = name.replace("journeys", "journey_resolution_rate"), low = from.value(0, `${rate}.at_least`) ?? from.value(0, rate);
    return { name: name.slice("journeys.".length), count: name, rate, stands: most !== null && low !== null && low > most };
  });
}

function patternsPanel() {
  const from = table("journeys"), rows = patternRows();
  if (rows.length === 0) return null;
  const sharing = rows.filter((row) => row.stands && row.name !== "other").map((row) => page.words.part[row.name]);
  const most = Math.max(1, ...rows.filter((row) => row.name !== "other").map((row) => from.value(0, row.count) || 0));
  const all = table("quality"), whole = all.value(0, "resolution_rate") === null ? "" : ` Of all tasks that could be resolved ${textOf(all, 0, "resolution_rate")} were.`;
  const node = panel("patterns", "Patterns worth sharing", "wide",
    (sharing.length ? `Tasks with these ways of working were resolved more often than tasks overall: ${sharing.join("; ")}.` : "No way of working was resolved more often than tasks overall, beyond what rounding hides.") + whole,
    figureTable([
      { title: "Way of working", cell: (row) => [partName(row.name), row.stands && row.name !== "other" ? el("span", { class: "good small" }, " stands out") : null] },
      { title: "", spoken: "Size", class: "bar-cell", cell: (row) => bar((from.value(0, row.count) || 0) / most, colours[2]) },
      { title: "Tasks", number: true, cell: (row) => ranged(from, 0, row.count) },
      { title: "Resolved", number: true, cell: (row) => ranged(from, 0, row.rate, true) }], rows, { caption: "Ways of working", captionHidden: true }));
  node.append(el("button", { type: "button", class: "button more screen-only", onclick: () => savePage(node) }, "Save as a page"));
  return node;
}

// Saves the panel as a page of its own, with the same policy but without scripts.
function savePage(node) {
  const style = document.querySelector("style"), policy = document.querySelector("meta[http-equiv]").content.replace(/script-src [^;]*/, "script-src 'none'");
  const doc = document.implementation.createHTMLDocument("Patterns worth sharing");
  doc.documentElement.lang = "en";
  doc.head.append(el("meta", { charset: "utf-8" }), el("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
    el("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }), style.cloneNode(true));
  const copy = node.cloneNode(true);
  copy.querySelectorAll("button").forEach((button) => button.replaceWith(...(button.classList.contains("opener") ? button.childNodes : [])));
  [copy, ...copy.querySelectorAll("[style]")].forEach((each) => each.removeAttribute("style")); // widths of bars, which the policy refuses
  copy.querySelectorAll(".bar-cell").forEach((each) => each.remove());
  doc.body.append(el("div", { class: "page" }, copy, el("p", { class: "note" }, `${page.team ? `Team ${page.team}. ` : ""}${days_()}. ${notes()}`)));
  const link = el("a", { href: URL.createObjectURL(new Blob([`<!doctype html>\n${doc.documentElement.outerHTML}`], { type: "text/html" })), download: "patterns.html" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// --------------------------------------------------------------------------------------------------- people

function membersPanel() {
  if (page.access !== "lead") return null;
  const from = table("members");
  if (!from.has("member") || from.rows === 0)
    return panel("members", "Members who agreed to be seen", "", null, el("p", { class: "nothing" }, "This file has no numbers of single members. A member can agree to that, for a family of metrics and for a time: blueplane consent."));
  const names = from.metrics();
  return panel("members", "Members who agreed to be seen", "", "By their own consent, for as long as it lasts. This file has nothing that a member did not agree to.", figureTable([
    { title: "Member", cell: (row) => opener(label("member", from.value(row, "member")), () => openDetail(() => groupDetail("members", "member", row))) },
    ...names.map((name) => ({ title: titleOf(name), number: true, cell: (row) => figure(from, row, name) }))], rowsOf(from), { first: 20, caption: "Members who agreed to be seen", captionHidden: true }));
}

function signalsPanel() {
  const from = table("signals");
  if (!from.has("support_signals")) return null;
  const state = from.state(0, "support_signals"), value = from.value(0, "support_signals");
  return panel("signals", "Who may need support", "third", null, el("p", null, state === "withheld" || value === null ? figure(from, 0, "support_signals") : value > 0
    ? "Some member's error rate, retry rate or activity lies far outside those of the others." : "Nobody's error rate, retry rate or activity lies far outside those of the others."),
  el("p", { class: "note" }, "Nobody is named, and nothing in this file reveals who. Ask the team."));
}

// --------------------------------------------------------------------------------------------------- details

const groups = [["teams", "team", "By team"], ["platforms", "platform", "By platform"], ["projects", "project", "By project"], ["models", "model_family", "By model family"], ["tools", "tool_category", "By kind of tool"], ["languages", "language", "By language"], ["experience", "experience", "By experience"], ["members", "member", "By member who agreed"]];

function endsOf(from, row, name) {
  const told = range(from, row, name);
  return el("dl", { class: "facts" }, [["Range", told || "exact"], ["Contributors", people(from, row) || "–"]].map(([what, said]) => el("div", null, el("dt", null, what), el("dd", null, said))));
}

function figureDetail(source, metric) {
  const from = table(source), trend = result(page.trend);
  return { title: titleOf(metric), sub: (page.catalog[metric] || {}).definition || Result.describe(metric).definition, nodes: [
    el("p", { class: "big" }, figure(from, 0, metric)), el("p", { class: "note" }, `${days_()}.`), endsOf(from, 0, metric),
    trend.has(metric) && trend.rows > 1 ? parts("Week by week", trend, "time.week", metric, (row) => openDetail(() => weekDetail(row)), 12) : null,
    ...groups.map(([group, dimension, title]) => table(group).has(metric) ? parts(title, table(group), dimension, metric, (row) => openDetail(() => groupDetail(group, dimension, row))) : null),
    el("p", { class: "note" }, notes())] };
}

function rangedFacts(from, row) {
  return figureTable([{ title: "Figure", cell: (name) => titleOf(name) }, { title: "Value", number: true, cell: (name) => figure(from, row, name) },
    { title: "Between", number: true, cell: (name) => range(from, row, name) || "" }], from.metrics().filter((name) => from.state(row, name) !== "empty"), { caption: "Figures", captionHidden: true });
}

function groupDetail(source, dimension, row) {
  const from = table(source), value = from.value(row, dimension), weeks = dimension === "platform" ? result(page.platform_trend) : dimension === "member" ? result(page.member_trend) : null;
  const nodes = [rangedFacts(from, row)];
  if (weeks && weeks.rows > 0) {
    const metric = weeks.metrics()[0], own = rowsOf(weeks).filter((each) => weeks.value(each, dimension) === value);
    nodes.push(el("section", { class: "parts" }, el("h3", null, `${titleOf(metric)}, week by week`), figureTable([{ title: "Week", cell: (each) => label("time.week", weeks.value(each, "time.week")) },
      { title: "", spoken: "Size", class: "bar-cell", cell: (each) => bar((weeks.value(each, metric) || 0) / (weeks.most(metric) || 1)) }, { title: titleOf(metric), number: true, cell: (each) => figure(weeks, each, metric) }], own, { caption: "Week by week", captionHidden: true })));
  }
  return { title: label(dimension, value), sub: `${dimensionTitle(dimension)}, ${days_()}.${people(from, row) && from.state(row, "contributors") === "value" ? ` ${peopleOf(from, row)} people.` : ""}`, nodes };
}

function weekDetail(row) {
  const trend = result(page.trend), week = trend.value(row, "time.week"), window_ = page.windows.length < 2 ? -1 : page.windows.findIndex((each) => began(each) === week && (each.kind === "week" || page.sources.length > 1));
  return { title: label("time.week", week), sub: people(trend, row) && trend.state(row, "contributors") === "value" ? `${people(trend, row)} people.` : null, nodes: [rangedFacts(trend, row),
    window_ >= 0 ? el("p", { class: "more" }, el("button", { type: "button", class: "button", onclick: () => { drawer.close(); view.window = window_; show("Window"); } }, "Show this week")) : null] };
}

// --------------------------------------------------------------------------------------------------- the page

function notes() { return (Object.values(shown()).find((each) => each && each.meta && each.meta.notes) || { meta: { notes: "" } }).meta.notes.split(" Assumed")[0]; }

function foot() {
  const line = (name, text) => text ? el("div", null, el("dt", null, name), el("dd", null, text)) : null;
  return el("footer", { class: "foot" }, el("h2", { class: "hidden-visually" }, "About the figures"), el("dl", null, line("Notes", notes()),
    line("Assumed", (table("money").meta.notes || "").includes("Assumed for roi") ? `${table("money").meta.notes.split("Assumed for roi: ")[1]} The return on cost depends on it.` : null),
    line("Hidden", "Withheld is what too few people contributed to, what would reveal it, and what was retracted: the same word for all of them, and the file contains no more than the page shows."),
    line("Marks", "~ an estimate; ≥ the true number is at least this; – not recorded by any source that saw it; blank where there is nothing to count"),
    line("Made", `${page.made} (${page.zone}), blueplane ${page.version}; the file sends no requests`)));
}

function show(keep, value) {
  charts.clear();
  const root = document.getElementById("page"), panels = [trendPanel(), adoptionPanel(), qualityPanel(),
    sharesPanel("features", "Features in use", "features", "feature_adoption", "half", "Share of members who used a feature in the week, in tenths."),
    patternsPanel(), signalsPanel(),
    listPanel("teams", "Teams", "", "teams", "team", "sessions", ["active_time", "sessions", "lines_added", "cost", "cost_per_line", "tool_success_rate", "api_error_rate"]),
    sharesPanel("bands", "Distribution of use", "bands", "usage_distribution", "half", "Members by their hours of active time in a week, in tenths."),
    listPanel("platforms", "Platforms", "half", "platforms", "platform", "interactions", ["interactions", "sessions", "active_time", "lines_added", "cost"], { lines_added: "Lines +" }),
    listPanel("projects", "Projects", "half", "projects", "project", "sessions", ["sessions", "active_time", "lines_added", "cost"], { lines_added: "Lines +" }),
    listPanel("models", "Model families", "half", "models", "model_family", "cost", ["cost", "total_tokens", "responses", "cache_efficiency"]),
    listPanel("languages", "Languages", "half", "languages", "language", "lines_added", ["lines_added", "lines_removed"]),
    listPanel("tools", "Kinds of tools", "half", "tools", "tool_category", "tool_calls", ["tool_calls", "tool_success_rate", "rejection_rate"], { tool_calls: "Calls", tool_success_rate: "Success", rejection_rate: "Rejected" }),
    listPanel("types", "Types of tasks", "half", "types", "task_type", "resolution_rate", ["resolution_rate", "time_to_resolution"]),
    listPanel("experience", "Experience", "half", "experience", "experience", "interactions", ["active_time", "sessions", "retry_rate", "resolution_rate", "tool_success_rate"]),
    membersPanel()];
  root.replaceChildren(el("div", { class: "page" }, head(), el("main", null,
    el("div", { class: "lede" }, el("h1", null, page.team ? `Team ${page.team}` : "Organisation", el("span", { class: "h1-soft" }, ` ${days_()}`)), el("p", null, lede()), el("p", { class: "note" }, `${audiences[page.access] || ""}. Aggregated, at least three contributors, published once.`)),
    el("section", { class: "tiles", "aria-label": "At a glance" }, tilesOf().map(tile)), el("div", { class: "grid" }, arrange(panels.filter(Boolean)))), foot()));
  if (!document.contains(drawer)) document.body.append(drawer);
  requestAnimationFrame(redraw);
  if (keep === "theme") root.querySelector(".theme").focus();
  else if (keep) (root.querySelector(value === undefined ? `[aria-label="${keep}"]` : `input[name="${keep}"][value="${value}"]`))?.focus();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
show();
