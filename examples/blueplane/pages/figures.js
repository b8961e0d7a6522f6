// figures.js: reads the results in the page, and formats figures for people by the same rules as the program
// (figures.c).
"use strict";

const page = JSON.parse(document.getElementById("data").textContent);

// A result as written by data.c.
class Result {
  constructor(raw) {
    this.rows = raw.rows;
    this.meta = raw.meta;
    this.columns = raw.columns;
    this.states = new Map();
  }

  has(name) { return name in this.columns; }
  names() { return Object.keys(this.columns); }
  static describe(name) { return page.columns[name] || {}; }

  value(row, name) {
    const column = this.columns[name];
    if (!column || row >= this.rows) return null;
    const value = column.values[row];
    return value !== null && column.names ? column.names[value] : value;
  }

  state(row, name) {
    if (!this.states.has(name)) this.states.set(name, new Map((this.columns[name] || {}).states || []));
    return this.states.get(name).get(row) || (this.value(row, name) === null ? "empty" : "value");
  }

  // The value in a small chart: an empty count is 0, other cells without a value are gaps.
  drawn(row, name) {
    const value = this.value(row, name);
    return value === null && this.state(row, name) === "empty" && Result.describe(name).type === "int" ? 0 : value;
  }

  // The greatest value of a column, at least 0.
  most(name) {
    let most = 0;
    for (let row = 0; row < this.rows; row++) most = Math.max(most, this.value(row, name) || 0);
    return most;
  }

  // The metrics of the table, and the companions of one of them.
  metrics() { return this.names().filter((name) => Result.describe(name).role === "metric"); }
  beside(metric) {
    return this.names().filter((name) => Result.describe(name).of === metric && Result.describe(name).role === "companion");
  }
  find(name, wanted) {
    for (let row = 0; row < this.rows; row++) if (this.value(row, name) === wanted) return row;
    return -1;
  }
}

const results = new WeakMap();
function result(raw) {
  if (!raw) return new Result({ rows: 0, meta: {}, columns: {} });
  if (!results.has(raw)) results.set(raw, new Result(raw));
  return results.get(raw);
}

// ---------------------------------------------------------------------------------------------------- numbers

const formats = Array.from({ length: 12 }, (_, decimals) =>
  new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
function fixed(size, decimals) { return formats[decimals].format(size); }

function tokens(size) {
  for (const [step, letter] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]]) {
    if (size < step * 0.9995) continue;
    return fixed(size / step, size / step < 99.95 ? 1 : 0) + letter;
  }
  return fixed(size, 0);
}

// Cents; below a dollar three digits.
function money(nano) {
  let decimals = nano > 0 && nano < 9.995e8 ? 3 : 2;
  for (let size = 9.995e7; decimals > 2 && decimals < 11 && nano < size; size /= 10) decimals++;
  return "$" + fixed(nano / 1e9, decimals);
}

function duration(us) {
  const seconds = Math.round(us / 1e6), minutes = Math.round(us / 6e7);
  if (seconds >= 3600) return `${fixed(Math.floor(minutes / 60), 0)}h\u00a0${String(minutes % 60).padStart(2, "0")}m`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)}m\u00a0${String(seconds % 60).padStart(2, "0")}s`;
  return us >= 999500 || us <= 0 ? `${seconds}s` : `${Math.round(us / 1e3)}ms`;
}

function share(ratio) {
  const percent = ratio * 100;
  return fixed(percent, percent < 9.95 && percent > 0 ? 1 : 0) + "\u00a0%";
}

function plain(size) { return fixed(size, Number.isInteger(size) || size >= 100 ? 0 : 1); }

const units = { factor: (f) => `${fixed(f, 1)}×`, tokens, nUSD: money, us: duration, ratio: share, hour: (h) => `${String(h % 24).padStart(2, "0")}:00` };

// A value in a unit of the library; `signed`: positive values start with "+".
function number(unit, value, signed) {
  const sign = value < 0 ? "−" : signed && value > 0 ? "+" : "";
  return sign + (units[unit] || plain)(Math.abs(value));
}

// A value in the unit of its column.
function numberOf(name, value, signed) { return number(Result.describe(name).unit, value, signed); }

// A relative change; large increases are factors, as percentages become hard to read.
function change(ratio) {
  if (ratio >= 9.995) return "×" + fixed(ratio + 1, 0);
  return (ratio < 0 ? "−" : ratio > 0 ? "+" : "±") + share(Math.abs(ratio));
}

const clock = new Intl.DateTimeFormat("en-US", { timeZone: page.kind === "team" ? "UTC" : page.zone, year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// An instant, in microseconds or as text of a result, in the page's time zone.
function timeText(instant, withClock) {
  if (instant === null || instant === undefined) return "";
  const at = typeof instant === "number" ? new Date(instant / 1000) : new Date(instant);
  const parts = Object.fromEntries(clock.formatToParts(at).map((part) => [part.type, part.value]));
  const day = `${parts.day} ${parts.month} ${parts.year}`;
  return withClock ? `${day}, ${parts.hour}:${parts.minute}` : day;
}

// The days from one instant up to another, excluded: "23 to 29 Nov 2026".
function daysText(from, until) {
  const first = timeText(from), last = timeText(new Date(Date.parse(until) - 1).toISOString());
  if (first === last) return first;
  const [day, month, year] = first.split(" "), [, lastMonth, lastYear] = last.split(" ");
  if (year !== lastYear) return `${first} to ${last}`;
  return month === lastMonth ? `${day} to ${last}` : `${day} ${month} to ${last}`;
}

// Keeps a number and its unit in one line.
function unbroken(said) { return said.replace(/(\d) (?=(%|points?|times|ms|s|min|h|[KMGT]?i?B)(?![\w]))/g, "$1\u00a0"); }

// ------------------------------------------------------------------------------------------------------ cells

const stateWords = {
  withheld: ["withheld", "kept back for privacy"],
  uncovered: ["–", "not recorded by any source that saw this"],
  empty: ["", "nothing to count"],
};

// The text of a cell with its marks.
function textOf(table, row, name) {
  const state = table.state(row, name), column = Result.describe(name);
  if (stateWords[state]) return stateWords[state][0];
  const value = table.value(row, name);
  if (state === "lower_bound" && value === 0) return "–"; // no information
  const marks = (state === "lower_bound" ? "≥" : "") + (column.estimate === "true" ? "~" : "");
  if (column.type === "text") return label(name, value);
  if (column.type === "time") return timeText(value, true);
  if (column.type === "bool") return value ? "yes" : "no";
  if (column.role === "relative") return change(value);
  return marks + numberOf(name, value, column.role === "difference");
}

// "1 task", "12 tasks".
function counted(table, row, name, one) { return `${textOf(table, row, name)} ${one}${table.value(row, name) === 1 ? "" : "s"}`; }

// A data element with the text and the exact value of the cell.
function figure(table, row, name) {
  const state = table.state(row, name);
  const element = document.createElement("data");
  const value = table.value(row, name);
  element.value = value === null ? "" : String(value);
  element.dataset.column = name;
  element.dataset.state = state;
  element.textContent = textOf(table, row, name);
  if (stateWords[state]) {
    element.className = state;
    element.title = stateWords[state][1];
  } else if (state === "lower_bound") {
    element.title = "the true number is at least this";
  }
  return element;
}

// ------------------------------------------------------------------------------------------------------ names

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function words(name) { return name.replace(/_/g, " "); }

// A civil day as "23 Nov", with the weekday or the year if asked for.
function dayText(day, how) {
  const [year, month, date] = day.split("-").map(Number);
  const plainDay = `${date} ${months[month - 1]}`;
  if (how === "weekday") return `${days[(new Date(Date.UTC(year, month - 1, date)).getUTCDay() + 6) % 7].slice(0, 3)} ${plainDay}`;
  return how === "year" ? `${plainDay} ${year}` : plainDay;
}

// Escapes control characters, line separators and directional marks: names of folders may contain them.
function safe(name) {
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// A value of a dimension for people.
function label(dimension, value) {
  if (value === null || value === undefined) return "not known";
  if (page.words[dimension]) return Object.hasOwn(page.words[dimension], value) ? page.words[dimension][value] : words(safe(value));
  switch (dimension) {
    case "task_type": case "model_family": case "experience": return words(value);
    case "time.hour": return value.slice(11, 16);
    case "time.day": return dayText(value, "weekday");
    case "time.week": return `Week of ${dayText(value)}`;
    case "time.month": return `${months[Number(value.slice(5, 7)) - 1]} ${value.slice(0, 4)}`;
    case "time.day_of_week": return days[value - 1];
    case "time.hour_of_day": return `${String(value).padStart(2, "0")}:00`;
    case "session_depth": return value.replace("-", "–");
    case "pattern": return value.replace(/ > /g, " → ");
    default: return safe(String(value));
  }
}

function titleOf(metric) { return (page.catalog[metric] || {}).title || Result.describe(metric).title || words(metric); }
function dimensionTitle(dimension) {
  const title = Result.describe(dimension).title || words(dimension).replace("time.", "");
  return title[0].toUpperCase() + title.slice(1);
}
// A companion's own name: "low" for "Resolution rate: low".
function shortTitle(name) {
  const title = Result.describe(name).title || name;
  return title.includes(": ") ? title.slice(title.indexOf(": ") + 2) : title;
}
