// parts.js: the building blocks of pages: elements, tables, bars, small and large charts. Knows no metric.
"use strict";

function el(name, attributes, ...children) {
  const svg = ["svg", "path", "rect", "line", "g", "title", "text", "circle"].includes(name);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "vars") for (const [name_, to] of Object.entries(value)) element.style.setProperty(name_, to);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => typeof child === "string" ? unbroken(child) : child));
  return element;
}

const colours = [1, 2, 3, 4, 5, 6].map((n) => `var(--series-${n})`);

function panel(id, title, classes, summary, ...children) {
  return el("section", { class: `panel ${classes || ""}`, id, "aria-labelledby": `${id}-title` },
    el("header", null, el("h2", { id: `${id}-title` }, title)),
    summary ? el("p", { class: "summary" }, summary) : null, ...children);
}

const spans = { third: [4, 6], half: [6, 6], wide: [8, 12] }; // of twelve columns: on wide and on medium screens
function spanOf(panel_, middle) {
  const kind = Object.keys(spans).find((name) => panel_.classList.contains(name));
  return kind ? spans[kind][middle] : 12;
}

// Fills rows of twelve columns. On wide screens, if a panel does not fit, one of the next two may move before it; on
// medium screens the order stays that of the wide ones. The last panel of a row is widened.
function inRows(panels, middle) {
  const waiting = [...panels], rows = [];
  while (waiting.length) {
    const row = [waiting.shift()];
    let left = 12 - spanOf(row[0], middle);
    for (let at; left > 0 && (at = waiting.findIndex((each, i) => i < (middle ? 1 : 3) && spanOf(each, middle) <= left)) >= 0;) {
      left -= spanOf(waiting[at], middle);
      row.push(...waiting.splice(at, 1));
    }
    row.forEach((each, i) => each.style.setProperty(middle ? "--span-middle" : "--span", spanOf(each, middle) + (i === row.length - 1 ? left : 0)));
    rows.push(...row);
  }
  return rows;
}

function arrange(panels) {
  const rows = inRows(panels, 0);
  inRows(rows, 1);
  return rows;
}

function nothing(said) { return el("p", { class: "nothing" }, said || "Nothing in this period."); }

// A button, styled as a link, that opens details.
function opener(text, action, hint) {
  return el("button", { type: "button", class: "opener", onclick: action, title: hint }, text);
}

// ------------------------------------------------------------------------------------------------------- tables

// Tables that scroll can be focused and moved by keyboard; others do not take the focus.
const scrolling = new ResizeObserver((all) => all.forEach(({ target }) => {
  const wide = target.scrollWidth > target.clientWidth + 1 || target.scrollHeight > target.clientHeight + 1;
  const said = target.querySelector("caption");
  for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", `${said ? said.textContent : "Figures"}, a table that scrolls`]])
    if (wide) target.setAttribute(name, value); else target.removeAttribute(name);
}));

// columns: {title, cell(row) -> node, number, class}. Rows after `first` are added by a button.
function figureTable(columns, rows, options = {}) {
  const body = el("tbody");
  const first = options.first || rows.length;
  const put = (from, to) => rows.slice(from, to).forEach((row) => {
    const line = el("tr", options.row ? options.row(row) : null);
    columns.forEach((column, place) => {
      const cell = el(place === 0 ? "th" : "td", { scope: place === 0 ? "row" : null, class: [column.number ? "number" : "", column.class || ""].join(" ").trim() || null });
      const content = column.cell(row);
      cell.append(...[content].flat().filter((node) => node !== null && node !== undefined));
      line.append(cell);
    });
    body.append(line);
  });
  put(0, first);
  const heads = columns.map((column) => el("th", { scope: "col", class: [column.number ? "number" : "", column.class || ""].join(" ").trim() || null },
    column.title || el("span", { class: "hidden-visually" }, column.spoken || "Share")));
  const table = el("table", { class: `figures ${options.class || ""}` },
    options.caption ? el("caption", { class: options.captionHidden ? "hidden-visually" : null }, options.caption) : null,
    el("thead", null, el("tr", null, heads)), body);
  const wrapped = el("div", { class: "scroll" }, table);
  scrolling.observe(wrapped);
  if (rows.length <= first) return wrapped;
  const more = el("button", { type: "button", class: "button more" }, `Show all ${rows.length}`);
  more.addEventListener("click", () => { put(first, rows.length); more.remove(); table.querySelectorAll("tbody tr")[first].querySelector("button, th").focus?.(); });
  return el("div", null, wrapped, more);
}

function bar(part, colour) {
  return el("span", { class: "bar", "aria-hidden": "true", vars: { "--part": Math.max(0, Math.min(1, part || 0)).toFixed(4), "--colour": colour || colours[0] } });
}

// The row numbers of a result.
function rowsOf(table) { return Array.from({ length: table.rows }, (_, row) => row); }

// The table of a chart's figures.
function tableBehind(table, dimension, names, open) {
  const columns = [{ title: dimensionTitle(dimension), cell: (row) => open
    ? opener(label(dimension, table.value(row, dimension)), () => open(row)) : label(dimension, table.value(row, dimension)) }];
  for (const name of names.filter((each) => table.has(each)))
    columns.push({ title: Result.describe(name).title || titleOf(name), number: true, cell: (row) => figure(table, row, name) });
  const details = el("details", { class: "behind" }, el("summary", null, "As a table"));
  details.addEventListener("toggle", () => { // made when first opened
    if (details.open && details.children.length === 1) details.append(figureTable(columns, rowsOf(table), { caption: "The figures of the chart", captionHidden: true }));
  });
  return details;
}

// ------------------------------------------------------------------------------------------------------- charts

// A line chart as small as a word; null is a gap.
function sparkline(values, spoken) {
  const most = Math.max(...values, 0), width = 120, height = 26;
  if (values.length < 2 || most === 0) return el("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const x = (i) => 2 + i * (width - 4) / (values.length - 1), y = (v) => height - 3 - v * (height - 6) / most;
  const stretches = [];
  values.forEach((value, i) => {
    if (value === null) return;
    if (i === 0 || values[i - 1] === null) stretches.push([]);
    stretches[stretches.length - 1].push([x(i), y(value)]);
  });
  const paths = stretches.map((points) => {
    const [first, last] = [points[0][0], points[points.length - 1][0]];
    const line = points.map(([left, top], i) => `${i ? "L" : "M"}${left.toFixed(1)} ${top.toFixed(1)}`).join("") + (points.length === 1 ? "h1" : "");
    return [el("path", { class: "spark-area", d: `${line}L${last} ${height - 3}L${first} ${height - 3}Z` }), el("path", { class: "spark-line", d: line })];
  });
  return el("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: spoken ? "img" : null,
    "aria-label": spoken || null, "aria-hidden": spoken ? null : "true" }, paths);
}

// A CSS colour as a canvas needs it.
function resolved(variable) {
  const probe = el("span", { vars: { color: `var(${variable})` }, hidden: true });
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

const charts = new Set(); // redrawn when the theme changes

// Columns over time with the baseline as a line, drawn by uPlot, or without it as simple columns.
// options: {labels, values, baseline, unit, ticks(i), summary, pick(i), readout(i), rest()}
function timeChart(options) {
  const readout = el("p", { class: "readout", "aria-live": "polite" });
  const box = el("div", { class: "chart", tabindex: 0, role: "group", "aria-roledescription": "chart", "aria-label": `${options.summary} Left and right arrows move through it, Enter opens what is chosen.` });
  let chosen = -1, plot = null;
  const say = () => readout.replaceChildren(...(chosen >= 0 ? options.readout(chosen) : options.rest()));
  const choose = (place) => { chosen = place; say(); mark(place); };
  const mark = (place) => {
    if (plot) plot.setCursor(place < 0 ? { left: -10, top: -10 } : { left: plot.valToPos(place, "x"), top: 4 }, false);
    else box.querySelectorAll(".column").forEach((column, i) => column.classList.toggle("chosen", i === place));
  };
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], last = options.values.length - 1;
    if (step) choose(Math.max(0, Math.min(last, chosen < 0 ? (step > 0 ? 0 : last) : chosen + step)));
    else if (event.key === "Home") choose(0);
    else if (event.key === "End") choose(last);
    else if (event.key === "Enter" && chosen >= 0) options.pick(chosen);
    else return;
    event.preventDefault();
  });
  const draw = () => {
    if (plot) plot.destroy();
    plot = null;
    box.replaceChildren();
    if (!box.isConnected || !box.clientWidth) return;
    if (typeof uPlot === "function") plot = drawPlot(box, options, (place) => { if (place !== chosen) { chosen = place; say(); } });
    else drawColumns(box, options, choose);
  };
  box.addEventListener("click", () => { if (chosen >= 0) options.pick(chosen); });
  box.addEventListener("pointerleave", () => { if (document.activeElement !== box) choose(-1); });
  const watcher = new ResizeObserver(() => { const size = `${box.clientWidth} ${box.clientHeight}`; if (box.dataset.size !== size) { box.dataset.size = size; draw(); } });
  watcher.observe(box);
  charts.add({ box, draw });
  say();
  return el("div", { class: "chart-and-readout" }, readout, box);
}

function redraw() {
  for (const chart of charts) if (chart.box.isConnected) chart.draw(); else charts.delete(chart);
}

function drawPlot(box, options, chosen) {
  const ink = resolved("--ink-faint"), grid = resolved("--line"), series = resolved("--series-1"), other = resolved("--ink-soft");
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const count = options.values.length, width = box.clientWidth;
  const places = options.values.map((_, i) => i);
  const most = Math.max(1e-9, ...options.values.map((v) => v || 0), ...(options.baseline || []).map((v) => v || 0));
  const steps = niceSteps(options.unit, most);
  const shown = Math.max(1, Math.ceil(count / Math.max(2, Math.floor((width - 60) / 74))));
  const columns = uPlot.paths.bars({ size: [0.66, 44], radius: 0.08 });
  const lines = [{}, { stroke: series, fill: series, width: 0, paths: columns, points: { show: false } }];
  const data = [places, options.values];
  if (options.baseline) {
    lines.push({ stroke: other, width: 1.5, dash: [3, 3], points: { show: count < 3, size: 5 }, paths: uPlot.paths.stepped ? uPlot.paths.linear() : null });
    data.push(options.baseline);
  }
  return new uPlot({
    width, height: box.clientHeight, padding: [8, 6, 0, 0], legend: { show: false },
    scales: { x: { time: false, range: [-0.6, count - 0.4] }, y: { range: [0, steps[steps.length - 1]] } },
    axes: [
      { stroke: ink, font, size: 26, gap: 4, grid: { show: false }, ticks: { show: false }, splits: () => places.filter((i) => i % shown === 0), values: (_, all) => all.map((i) => options.ticks(i)) },
      { stroke: ink, font, size: 58, gap: 6, grid: { stroke: grid, width: 1 }, ticks: { show: false }, splits: () => steps, values: (_, all) => all.map((v) => short(options.unit, v)) },
    ],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, move: (u, left, top) => [left, top] },
    hooks: { setCursor: [(u) => { if (u.cursor.idx !== null && u.cursor.idx !== undefined && u.cursor.left >= 0) chosen(u.cursor.idx); }] },
    series: lines,
  }, data, box);
}

// All decimals, unlike rounded figures: it labels the exact height of a grid line.
function exact(size) {
  let decimals = 0;
  while (decimals < 10 && Math.abs(size * 10 ** decimals - Math.round(size * 10 ** decimals)) > 1e-6) decimals++;
  return fixed(size, decimals);
}

// A round number as a label of the grid: "45m", not "45m 00s".
function short(unit, value) {
  if (unit === "ratio") return `${exact(value * 100)}\u00a0%`;
  if (unit === "nUSD") return `$${exact(value / 1e9).replace(/(\.\d)$/, "$10")}`;
  return number(unit, value).replace(/\u00a000[ms]$/, "").replace(/^0s$/, "0").replace(/\.0([kMBT])$/, "$1");
}

// Heights of grid lines at round numbers of the unit, such as hours rather than thousands of seconds.
function niceSteps(unit, most) {
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800, 432000, 864000, 1728000, 4320000, 8640000].map((s) => s * 1e6);
  let step;
  if (unit === "us") step = seconds.find((s) => most / s <= 4) || most / 4;
  else {
    const power = 10 ** Math.floor(Math.log10(most / 4));
    step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => most / s <= 4);
    if (unit !== "nUSD" && unit !== "ratio") step = Math.max(1, Math.ceil(step));
  }
  const steps = [];
  for (let at = 0; at < most + step * 0.999 && steps.length < 8; at += step) steps.push(at);
  if (steps.length < 2) steps.push(step);
  return steps;
}

// The chart without uPlot: simple columns, with a dash at the baseline.
function drawColumns(box, options, choose) {
  const baseline = options.baseline || [], most = Math.max(1e-9, ...options.values.map((v) => v || 0), ...baseline.map((v) => v || 0));
  const shown = Math.max(1, Math.ceil(options.values.length / Math.max(2, Math.floor(box.clientWidth / 74))));
  const part = (value) => ({ "--part": ((value || 0) / most).toFixed(4) });
  box.append(el("div", { class: "columns" }, options.values.map((value, i) => el("span", { class: "column", onpointerenter: () => choose(i) },
    el("span", { class: "column-space" }, el("i", { vars: part(value) }), baseline[i] ? el("b", { vars: part(baseline[i]) }) : null), el("small", null, i % shown === 0 ? options.ticks(i) : "")))));
}

// A histogram; items: {name, value, text}.
function histogram(items, spoken) {
  const most = Math.max(1e-9, ...items.map((item) => item.value || 0));
  return el("figure", { class: "histogram", role: "img", "aria-label": spoken },
    items.map((item) => el("div", { class: "histogram-item" }, el("span", { class: "histogram-value" }, item.text),
      el("i", { vars: { "--part": ((item.value || 0) / most).toFixed(4) } }), el("span", { class: "histogram-name" }, item.name))));
}

// ------------------------------------------------------------------------------------------------------ controls

function segments(name, options, chosen, change_) {
  return el("fieldset", { class: "segments" }, el("legend", { class: "hidden-visually" }, name), options.map(([value, text]) =>
    el("label", null, el("input", { type: "radio", name, value, checked: value === chosen, onchange: () => change_(value) }), el("span", null, text))));
}

function brand() { return el("div", { class: "brand" }, el("span", { class: "mark", "aria-hidden": "true" }), "blueplane"); }

const themes = ["auto", "light", "dark"];
function themeButton(changed) {
  const root = document.documentElement, now = root.dataset.theme || "auto";
  return el("button", { type: "button", class: "button theme", onclick: () => {
    const next = themes[(themes.indexOf(now) + 1) % 3];
    if (next === "auto") delete root.dataset.theme; else root.dataset.theme = next;
    changed();
  }, title: "Colours: as the system, light, dark", "aria-label": `Colours: ${now}` }, { auto: "Auto", light: "Light", dark: "Dark" }[now]);
}

// A share with its confidence interval.
function withInterval(from, row, name) {
  const low = from.value(row, `${name}.low`), high = from.value(row, `${name}.high`);
  const nodes = [figure(from, row, name)];
  if (low !== null && high !== null) nodes.push(el("span", { class: "interval", title: "where the true share lies with 95 %" }, ` ${share(low).replace("\u00a0%", "")}–${share(high)}`));
  return nodes;
}
