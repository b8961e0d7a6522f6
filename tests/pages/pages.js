// Opens every dashboard from its file in Chromium: pages.js WORK PROGRAM CHROMIUM
//
// Checks what docs/dashboard.md promises: nothing is loaded, logged or refused by the policy; every control is reached
// with the keyboard; nothing overflows from 360 to 1,920 pixels in either theme; axe-core finds nothing serious; and
// the figures on the page are those of the program's JSON, queried again one by one.
"use strict";

const { execFileSync } = require("child_process");
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const { accessible, check, close, end, failing, fits, launch, program, settle, watched, work } = require("./browser.js");

const environment = { ...process.env, LD_PRELOAD: process.env.BLUEPLANE_FAKENOW };
function run(...words) {
  return execFileSync(program, words, { env: environment, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
}

// A query without an answer ends with status 3, or 4 if all of it is withheld; its document is complete.
function ask(...words) {
  try {
    return JSON.parse(run(...words, "--json", "--no-sync"));
  } catch (error) {
    if (error.status !== 3 && error.status !== 4) throw error;
    return JSON.parse(error.stdout);
  }
}

// ------------------------------------------------------------------------------------------------- opening

// Opens a file; anything it does beyond showing itself is a failure.
async function open(browser, file, options = {}) {
  const itself = pathToFileURL(file).href;
  const page = await watched(browser, path.basename(file), (url) => url === itself || url.startsWith(`${itself}#`) || url.startsWith("blob:"), options);
  await page.goto(`${itself}${options.hash ? `#${options.hash}` : ""}`);
  await settle(page);
  return page;
}

// What small screens hide or cut is offered: every choice is visible, a table that scrolls has a shadow at its edge, and
// a legend has the column that it explains.
async function offered(page, name) {
  const lacking = await page.evaluate(() => {
    const all = (what) => [...document.querySelectorAll(what)].filter((each) => each.checkVisibility());
    return [...all(".segments").filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => `choices of ${each.textContent}`),
      ...all(".scroll, .bp-scroll, .bp-chart").filter((each) => innerWidth <= 760 && each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).backgroundImage === "none").map((each) => `a sign that ${each.textContent.slice(0, 40)} goes on`),
      ...all(".panel").filter((each) => each.querySelector(".mix-legend")?.checkVisibility() && !each.querySelector(".mix.small")?.checkVisibility()).map((each) => `a column for the legend of ${each.id}`)];
  });
  check(lacking.length === 0, `${name}: at ${page.viewportSize().width} it lacks ${lacking.join("; ")}`);
}

async function looks(browser, file, hash) {
  const name = path.basename(file, ".html");
  for (const theme of ["light", "dark"]) {
    const page = await open(browser, file, { theme, width: 1920, hash });
    await fits(page, theme, hash ? `${name} ${hash}` : name, hash ? `${name}-${hash.split(",")[0]}` : name, offered);
    await close(page, name);
  }
}

// ------------------------------------------------------------------------------------------------- keyboard

// Tab reaches each enabled control from the first to the last; of a group of radio buttons it reaches one.
async function keyboard(page, name) {
  const wanted = await page.evaluate(() => {
    let count = 0;
    for (const each of document.querySelectorAll("button, select, summary, a[href], [tabindex='0']")) {
      if (each.closest("dialog") || each.disabled || each.tabIndex < 0 || each.getClientRects().length === 0 || !each.checkVisibility()) continue;
      each.dataset.wanted = String(count++);
    }
    const groups = new Set([...document.querySelectorAll("input[type=radio]")].map((each) => each.name));
    for (const group of groups) (document.querySelector(`input[name="${group}"]:checked`) || {}).dataset.wanted = String(count++);
    document.activeElement.blur();
    return count;
  });
  const reached = new Set();
  for (let i = 0; i < wanted + 60 && reached.size < wanted; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement, box = element.getBoundingClientRect();
      const ring = getComputedStyle(element.matches(".segments input") ? element.nextElementSibling : element);
      return { wanted: element.dataset.wanted, seen: box.width > 0 && box.height > 0, ring: ring.outlineStyle !== "none" || element.tagName === "BODY", what: element.outerHTML.slice(0, 80) };
    });
    if (at.wanted !== undefined) reached.add(at.wanted);
    check(at.ring, `${name}: nothing shows that ${at.what} has the focus`);
  }
  check(reached.size === wanted, `${name}: Tab reaches ${reached.size} of ${wanted} controls`);
}

// A tile opens the drawer, a part of it leads on, Back and Escape lead back.
async function drill(page, name) {
  const tile = page.locator("button.tile").first();
  await tile.focus();
  await page.keyboard.press("Enter");
  check(await page.locator("dialog[open] h2").count() === 1, `${name}: Enter on a tile opens nothing`);
  await accessible(page, `${name}, drawer`);
  const part = page.locator("dialog[open] button.opener").first();
  if (await part.count()) {
    const before = await page.locator("dialog[open] h2").textContent();
    await part.focus();
    await page.keyboard.press("Enter");
    check(await page.locator("dialog[open] h2").textContent() !== before, `${name}: a part of a figure leads nowhere`);
    await page.locator("dialog[open] button", { hasText: "Back" }).press("Enter");
    check(await page.locator("dialog[open] h2").textContent() === before, `${name}: Back does not lead back`);
  }
  await page.keyboard.press("Escape");
  check(await page.locator("dialog[open]").count() === 0, `${name}: Escape does not close`);
  check(await page.evaluate(() => document.activeElement.classList.contains("tile")), `${name}: the focus does not return to the tile`);
  await drillOn(page, name);
}

// A reader who goes on before the event of the closed drawer arrives is neither called back nor shown an empty drawer.
async function drillOn(page, name) {
  const after = await page.evaluate(async () => {
    const drawer = document.querySelector("dialog"), [tile, other] = document.querySelectorAll("button.tile");
    const closed = () => new Promise((done) => drawer.addEventListener("close", () => setTimeout(done), { once: true }));
    const close = () => { const event = closed(); drawer.close(); return event; };
    tile.focus();
    tile.click();
    let event = close();
    other.focus();
    await event;
    const focus = document.activeElement === other;
    tile.click();
    event = close();
    other.click();
    await event;
    const shown = drawer.open && drawer.querySelector("h2") !== null, back = [...drawer.querySelectorAll("button")].some((each) => each.textContent === "Back");
    await close();
    return { focus, shown, back };
  });
  check(after.focus, `${name}: closing a figure takes the focus from where the reader went`);
  check(after.shown && !after.back, `${name}: a figure opened at once after another is empty or leads back to it`);
}

async function chartKeys(page, name) {
  const chart = page.locator(".chart").first();
  if (!await chart.count()) return;
  await page.mouse.move(0, 0); // a pointer over the chart chooses, too, whenever the page moves below it
  await chart.focus();
  await page.keyboard.press("End");
  const said = await page.locator(".readout").first().textContent();
  await page.keyboard.press("ArrowLeft");
  check(await page.locator(".readout").first().textContent() !== said, `${name}: an arrow key does not move through the chart`);
  await page.keyboard.press("Enter");
  check(await page.locator("dialog[open]").count() === 1, `${name}: Enter in the chart opens nothing`);
  await page.keyboard.press("Escape");
}

async function heatKeys(page, name) {
  await page.locator(".heat-cell[tabindex='0']").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  const said = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  check(/^(Tuesday|Monday) 01:00/.test(said), `${name}: arrow keys in the map of hours lead to "${said}"`);
}

// ------------------------------------------------------------------------------------------------- figures

// The data in the page's file.
function dataOf(file) {
  return JSON.parse(fs.readFileSync(file, "utf8").match(/id="data">(.*?)<\/script>/s)[1]);
}

function cell(table, row, name) {
  const column = table.columns[name], value = column.values[row];
  return value !== null && column.names ? column.names[value] : value;
}

function equal(held, told, type) {
  if (held === null || told === null) return held === told;
  if (type === "time") return held === Date.parse(told) * 1000;
  return typeof held === "number" ? Math.abs(held - told) <= 1e-5 * Math.max(1e-9, Math.abs(told)) : held === told;
}

// A table of the page compared with the same query, run again by the program.
function compareTable(data, table, where, question) {
  const names = Object.keys(table.columns), roles = (role) => names.filter((name) => (data.columns[name].role || "metric") === role);
  const told = question(roles("metric"), roles("dimension"));
  check(told.rows.length === table.rows, `${where}: ${table.rows} rows, the program tells ${told.rows.length}`);
  const states = new Map(told.states.map((each) => [`${each.row} ${each.column}`, each.state]));
  for (const name of names) {
    const own = new Map(table.columns[name].states || []);
    for (let row = 0; row < Math.min(table.rows, told.rows.length); row++) {
      check(equal(cell(table, row, name), told.rows[row][name], data.columns[name].type), `${where}: ${name} in row ${row} is ${cell(table, row, name)}, the program tells ${told.rows[row][name]}`);
      check((own.get(row) || "") === (states.get(`${row} ${name}`) || ""), `${where}: ${name} in row ${row} is ${own.get(row)}, the program tells ${states.get(`${row} ${name}`)}`);
    }
  }
}

const orders = { platforms: "-interactions", workspaces: "-interactions", languages: "-lines_added", models: "-cost", tools: "-tool_calls", types: "-tasks", features: "-feature_usage", patterns: "-task_patterns", list: "-last_activity" };
const limits = { workspaces: 60, languages: 24, models: 24, tools: 40, patterns: 10, list: 300 };

function personalFigures(file) {
  const data = dataOf(file);
  for (const period of data.periods)
    for (const [name, tables] of Object.entries(period)) {
      if (typeof tables !== "object") continue;
      if (name === "verdicts") {
        for (const [baseline, table] of Object.entries(tables)) compareTable(data, table, `${period.name} ${name} ${baseline}`, () => ask("compare", period.name, "--compare", baseline));
        continue;
      }
      for (const [baseline, table] of tables.columns ? [[null, tables]] : Object.entries(tables))
        compareTable(data, table, `${period.name} ${name} ${baseline || ""}`, (metrics, by) => ask("metric", ...metrics, ...(by.length ? ["--by", by.join(",")] : []), "--period", period.name,
          ...(baseline && baseline !== "none" ? ["--compare", baseline] : []), ...(orders[name] ? ["--order", orders[name]] : []), ...(limits[name] ? ["--limit", String(limits[name])] : [])));
    }
  check(Object.keys(data.insights).join() === "7d,28d,all", `insights over ${Object.keys(data.insights)}`);
  for (const [period, table] of Object.entries(data.insights)) compareTable(data, table, `insights ${period}`, () => ask("insights", "--period", period));
  return data;
}

function teamFigures(file, release, ...eyes) {
  const data = dataOf(file);
  const question = (metrics, by) => ask("release", "show", release, ...metrics.filter((name, i) => metrics.indexOf(name) === i), ...(by.length ? ["--by", by.join(",")] : []), ...eyes);
  // the program shows published numbers over all windows; metrics with parts are queried by the name before the dot
  for (const [name, table] of [["trend", data.sources[0].trend], ...Object.entries(data.sources[0].windows[0])].filter(([, each]) => each && each.columns)) {
    const sorted = { teams: 1, platforms: 1, projects: 1, models: 1, tools: 1, languages: 1 }[name];
    if (sorted) continue; // the program does not order it
    compareTable(data, table, `${path.basename(file)} ${name}`, (metrics, by) => question(metrics.filter((each) => each !== "contributors").map((each) => each.split(".")[0]), by));
  }
  return data;
}

// The figures visible in the page are those of the program: the tiles compared with its JSON, and as text with `stats`.
async function seen(browser, file, period) {
  const page = await open(browser, file, { hash: `${period},${period === "today" ? "average" : "previous"},active_time` });
  const totals = ask("stats", period).totals;
  const text = run("stats", period, "--no-sync", "--color", "never").replace(/\s+/g, " ");
  const tiles = await page.locator("button.tile .tile-value data").evaluateAll((all) => all.map((each) => ({ name: each.dataset.column, value: each.value, text: each.textContent.replace(/\u00a0/g, " ") })));
  check(tiles.length >= 8, `${period}: ${tiles.length} figures in the tiles`);
  let compared = 0;
  for (const tile of tiles) {
    const told = totals[tile.name];
    if (!told) continue;
    compared++;
    check(equal(tile.value === "" ? null : Number(tile.value), told.value), `${period}: the tile of ${tile.name} holds ${tile.value}, the program ${told.value}`);
    if (["active_time", "cost", "sessions", "interactions"].includes(tile.name) && told.value) check(text.includes(tile.text), `${period}: the tile of ${tile.name} says "${tile.text}", and stats does not: ${text.slice(0, 600)}`);
  }
  check(compared >= 6, `${period}: only ${compared} tiles were compared`);
  await close(page, period);
}

// Nothing personal is in the file: no name, device, session or workspace of a person.
function nobody(file) {
  const text = fs.readFileSync(file, "utf8");
  for (const word of ["ana", "ben", "cleo", "sample-", "session_"]) check(!new RegExp(`"[^"]*\\b${word}`).test(text.slice(text.indexOf('id="data"'), text.indexOf("</script>", text.indexOf('id="data"'))).replace(/"catalog":\{.*?\}\},/s, "")), `${path.basename(file)}: holds ${word}`);
  check(!/\b[0-9a-f]{64}\b/.test(text), `${path.basename(file)}: holds a key`);
}

// The members who agreed to be seen are in a table with the program's numbers; nobody else is in the file, and a name
// opens the member's numbers week by week.
async function agreed(browser, file, release) {
  const page = await open(browser, file), text = fs.readFileSync(file, "utf8");
  check((await page.locator("h1").textContent()).startsWith("Team core "), "members: the page is not headed by the file's team");
  const shown = await page.locator("#members tbody tr").evaluateAll((rows) => rows.map((row) => ({ name: row.querySelector("th, td").textContent,
    cells: [...row.querySelectorAll("data")].map((each) => ({ column: each.dataset.column, value: each.value, state: each.dataset.state })) })));
  check(shown.length === 1 && shown[0].name === "ana", `members: the table has ${JSON.stringify(shown.map((each) => each.name))}`);
  for (const other of ["ben", "cleo"]) check(!new RegExp(`"${other}"`).test(text), `members: ${other} is in the file`);
  const told = ask("release", "show", release, ...shown[0].cells.map((each) => each.column), "--by", "member", "--as", "lead").rows[0];
  let compared = 0;
  for (const cell of shown[0].cells) {
    const value = told[cell.column] ?? null;
    compared += value !== null;
    check(equal(cell.value === "" ? null : Number(cell.value), value), `members: ${cell.column} is ${cell.value}, the program says ${value}`);
    check((cell.state === "withheld") === (value === null), `members: ${cell.column} is ${cell.state}, the program says ${value}`);
  }
  check(compared >= 2 && compared < shown[0].cells.length, `members: ${compared} of ${shown[0].cells.length} figures are told`);
  await page.locator("#members .opener").focus();
  await page.keyboard.press("Enter");
  check((await page.locator("dialog[open] h2").first().textContent()) === "ana", "members: the drawer is not the member's");
  check((await page.locator("dialog[open] .parts tbody tr").count()) >= 1, "members: the drawer has no weeks");
  await page.keyboard.press("Escape");
  check((await page.locator("dialog[open]").count()) === 0, "members: Escape does not close the drawer");
  await close(page, "members");
}

// The saved page of patterns works alone, under the same policy.
async function patterns(browser, file) {
  const page = await open(browser, file);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#patterns button", { hasText: "Save as a page" }).click()]);
  const saved = path.join(work, "patterns.html");
  await download.saveAs(saved);
  await close(page, "lead");
  const alone = await open(browser, saved);
  check(await alone.locator("#patterns table tbody tr").count() > 3, "the saved patterns have no table");
  check(await alone.locator("script").count() === 0, "the saved patterns have a script");
  await accessible(alone, "patterns");
  await close(alone, "patterns");
}

// ------------------------------------------------------------------------------------------------- control

// Control: a page with an injected script, a request and a wrong figure is noticed.
async function control(browser, file) {
  const broken = path.join(work, "broken.html");
  fs.writeFileSync(broken, fs.readFileSync(file, "utf8").replace("</main>", "").replace('<div id="page"></div>', '<div id="page"></div><img src="https://example.org/x.png"><script>window.ran = true</script><div style="width:3000px">x</div>'));
  let ran, refused;
  const noticed = await failing(async () => {
    const page = await open(browser, broken);
    await accessible(page, "control"); // the picture of nothing has no name
    ran = await page.evaluate(() => window.ran === true);
    refused = await page.evaluate(() => window.refused.length);
    await page.context().close();
  });
  check(!ran, "control: an injected script ran");
  check(refused >= 3, `control: the policy refused ${refused} of 3 things`);
  check(noticed >= 2, `control: ${noticed} of what is wrong was noticed`);
}

// Names that look like markup, or like a member of every JavaScript object, are shown as names; so is one that no list
// of platforms has.
async function named(browser) {
  const names = ["<img src=x onerror=alert(1)>", "</script><script>document.title='ran'</script>", "constructor", "__proto__", "a\u202eb", "'\"&amp;", `mcp__${"name_of_a_server_".repeat(3)}`];
  const events = path.join(work, "names.blueplane.jsonl"), file = path.join(work, "names.html"), store = path.join(work, "home", "names.db");
  const time = new Date(1000 * process.env.FAKE_NOW - 864e5).toISOString();
  fs.writeFileSync(events, names.flatMap((name, i) => {
    const event = { blueplane: 1, platform: /^[a-z_]{1,20}$/.test(name) ? name : "mytool", session: `s${i}`, time };
    return [{ ...event, kind: "session", workspace: `/home/ada/${name.replace(/\//g, "|")}` }, { ...event, kind: "prompt", id: `p${i}` },
      { ...event, kind: "tool_call", id: `t${i}`, tool: name, outcome: "ok" }, { ...event, kind: "response", id: `r${i}`, model: name, output_tokens: 9 }];
  }).map((event) => JSON.stringify(event)).join("\n") + "\n");
  run("sync", events, "--store", store, "--quiet");
  run("dashboard", "--store", store, "--no-sync", "--output", file);
  const page = await open(browser, file, { hash: "all,none,interactions" });
  const shown = async (panel) => page.locator(`#${panel} tbody th`).allTextContents();
  const platforms = await shown("platforms"), workspaces = await shown("workspaces");
  for (const name of ["constructor", "proto", "mytool"]) check(platforms.some((each) => each.includes(name) && !each.includes("{")), `names: no platform ${name} in ${platforms}`);
  for (const name of ["<img src=x onerror=alert(1)>", "a\\u202eb", "'\"&amp;", "constructor"]) check(workspaces.includes(name), `names: no workspace ${name} in ${workspaces}`);
  const said = await page.evaluate(() => [1, 7].map((value) => counted(result({ rows: 1, meta: {}, columns: { tasks: { values: [value] } } }), 0, "tasks", "task")));
  check(said.join() === "1 task,7 tasks", `names: ${said}`);
  await page.setViewportSize({ width: 1280, height: 900 });
  check(await page.locator("#tools .scroll").first().evaluate((each) => each.scrollWidth <= each.clientWidth + 1), "names: a long name pushes the figures out of sight");
  await close(page, "names");
  await gaps(browser, file);
}

// Missing is neither new nor zero: tool calls yesterday and none today, and a withheld week, which is a gap.
async function gaps(browser, file) {
  const page = await open(browser, file, { hash: "today,previous,interactions" });
  const tile = (await page.locator(".tile", { hasText: "Tool success rate" }).textContent()).replace(/\u00a0/g, " ");
  check(/ vs 100 %/.test(tile) && !/new|±|−/.test(tile), `gaps: a figure that is not there changed: ${tile}`);
  const drawn = await page.evaluate(() => [...sparkline([4, null, 0, 2]).querySelectorAll(".spark-line")].map((path) => path.getAttribute("d")));
  check(drawn.join(" ") === "M2.0 3.0h1 M79.3 23.0L118.0 13.0", `gaps: drawn as ${drawn}`);
  const values = await page.evaluate(() => {
    const table = result({ rows: 4, meta: {}, columns: { lines_added: { values: [5, null, null, null], states: [[1, "withheld"], [2, "uncovered"]] }, tool_success_rate: { values: [0.5, null, null, null], states: [[1, "withheld"]] } } });
    return ["lines_added", "tool_success_rate"].map((name) => [0, 1, 2, 3].map((row) => table.drawn(row, name)));
  });
  check(JSON.stringify(values) === "[[5,null,null,0],[0.5,null,null,null]]", `gaps: ${JSON.stringify(values)}`);
  const grid = await page.evaluate(() => [["nUSD", 1e8], ["nUSD", 1.2e9], ["ratio", 0.01], ["ratio", 0.9], ["us", 5.4e9], ["tokens", 9e3]].map(([unit, most]) => niceSteps(unit, most).map((step) => short(unit, step)).join(" ")));
  check(grid.join("; ").replace(/\u00a0/g, "") === "$0 $0.025 $0.05 $0.075 $0.10; $0 $0.50 $1 $1.50; 0% 0.25% 0.5% 0.75% 1%; 0% 25% 50% 75% 100%; 0 30m 1h 1h30m; 0 2.5k 5k 7.5k 10k", `gaps: levels are ${grid.join("; ")}`);
  const listed = await page.evaluate(() => parts("Weeks", result({ rows: 3, meta: {}, columns: { "time.week": { values: ["2026-03-09", "2026-03-16", "2026-03-23"] }, cost: { values: [5, null, 0], states: [[1, "withheld"]] } } }), "time.week", "cost").textContent);
  check(/withheld/.test(listed) && !/23 Mar/.test(listed), `gaps: a list of weeks without the one that is withheld: ${listed}`);
  await close(page, "gaps");
}

// The average is of ranges as long as the period so far, so an incomplete week is not compared with a whole average
// week.
async function againstAverage(browser, file) {
  for (const [period, name] of [["today", "your average day"], ["week", "your average for as many days"]]) {
    const page = await open(browser, file, { hash: `${period},average,active_time` });
    const text = await page.innerText("body");
    check(text.includes(name) && !text.includes("average week"), `personal ${period}: the baseline is not called "${name}"`);
    await close(page, "personal");
  }
}

// Green and red stand only where `blueplane compare` finds a difference, which in the sample nothing does; with a verdict
// put in its place they are seen.
async function coloured(browser, file) {
  for (const [period, baseline] of [["month", "previous"], ["quarter", "average"]]) {
    const page = await open(browser, file, { hash: `${period},${baseline},active_time` });
    const rates = { tool_success_rate: "tool_error_rate", resolution_rate: "resolution_rate" };
    const told = new Map(ask("compare", period, "--compare", baseline).rows.map((row) => [row.metric, row.verdict]));
    const seen = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll("button.tile")].map((tile) => [tile.querySelector("data").dataset.column, (tile.querySelector(".good, .bad") || { className: "" }).className])));
    for (const [metric, colour] of Object.entries(seen))
      check(colour === "" || ["higher", "lower"].includes(told.get(rates[metric])), `${period} ${baseline}: ${metric} is coloured (${colour}), and compare says ${told.get(rates[metric])}`);
    const put = await page.evaluate(() => {
      const verdicts = compared("verdicts"), at = verdicts.find("metric", "tool_error_rate");
      return ["lower", "higher", "no difference shown", "too little data"].map((said) => { verdicts.columns.verdict = { values: verdicts.columns.metric.values.map((_, row) => row === at ? said : "higher") }; return ["up", "down"].map((way) => judgement("tool_success_rate", way)).join("|"); });
    });
    check(put.join(" ") === "good| |bad | |", `${period} ${baseline}: verdicts are coloured ${put.join(" ")}`);
    check(await page.evaluate(() => judgement("cost", "up")) === "", `${period} ${baseline}: cost is coloured`);
    await close(page, "colours");
  }
}

// What the first sentence says of a change.
async function sentences(browser, file) {
  const page = await open(browser, file, { hash: "month,average,active_time" });
  const said = await page.evaluate(() => [15, 9.994, 0.2, 0.01, -0.2].map((relative) => muchAs(relative).replace(/\u00a0/g, " ")));
  const money = await page.evaluate(() => [0, 0.2, 10, 1.2345e7, 4.8421e8, 9.994e8, 9.9951e8, 9.996e7, 1e9, 1.2345e12].map((nano) => number("nUSD", nano)).join(" "));
  check(money === "$0.00 $0.00000000020 $0.0000000100 $0.0123 $0.484 $0.999 $1.00 $0.100 $1.00 $1,234.50", `sentences: amounts are ${money}`);
  const kept = await page.evaluate(() => el("p", null, "3.9 % of 12 calls took 20 s, 5 points more").textContent);
  check(kept === "3.9\u00a0% of 12 calls took 20\u00a0s, 5\u00a0points more", `sentences: a line may end before a unit: ${kept}`);
  check(said.join("; ") === "16 times as much active time as; 999 % more active time than; 20 % more active time than; As much active time as; 20 % less active time than", `sentences: ${said.join("; ")}`);
  await close(page, "sentences");
}

// Every fact in the drawer has its place: it neither overlaps the next one nor is cut off.
async function placed(page, name) {
  for (const width of [1280, 480, 360]) {
    await page.setViewportSize({ width, height: 900 });
    for (const button of await page.locator("button.tile, .findings .opener, .panel tbody tr:first-child .opener").all()) {
      await button.press("Enter");
      const cut = await page.evaluate(() => [...document.querySelectorAll("dialog[open] .facts > div, dialog[open] .facts dd")].filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent));
      check(cut.length === 0, `${name}: at ${width} facts overlap: ${cut.join("; ")}`);
      await page.keyboard.press("Escape");
    }
  }
}

// Every row of panels fills the width.
async function filled(page, name) {
  for (const width of [1920, 1280, 1024, 768]) {
    await page.setViewportSize({ width, height: 900 });
    await settle(page);
    const short = await page.evaluate(() => {
      const edge = document.querySelector(".grid").getBoundingClientRect().right, rows = new Map();
      for (const panel of document.querySelectorAll(".grid > .panel")) {
        const box = panel.getBoundingClientRect(), row = rows.get(box.top);
        if (!row || row.right < box.right) rows.set(box.top, { id: panel.id, right: box.right });
      }
      return [...rows.values()].filter((row) => edge - row.right > 1).map((row) => row.id);
    });
    check(short.length === 0, `${name}: nothing beside ${short.join(", ")} at ${width}`);
  }
}

async function whole(browser, file, name, hashes) {
  for (const hash of hashes) await looks(browser, file, hash);
  for (const theme of ["light", "dark"]) {
    const page = await open(browser, file, { theme, hash: hashes[hashes.length - 1] });
    await accessible(page, `${name}, ${theme}`);
    if (theme === "light") {
      await drill(page, name);
      await chartKeys(page, name);
      if (await page.locator(".heat").count()) await heatKeys(page, name);
      await keyboard(page, name);
      await filled(page, name);
      await placed(page, name);
    }
    await close(page, name);
  }
}

async function main() {
  const browser = await launch();
  try {
    const personal = path.join(work, "personal.html");
    run("dashboard", "--no-sync", "--output", personal);
    check((fs.statSync(personal).mode & 0o777) === 0o600, "the file is not the person's alone");
    check(fs.statSync(personal).size < 1e6, `the file has ${fs.statSync(personal).size} bytes`);
    personalFigures(personal);
    for (const period of ["today", "week", "month"]) await seen(browser, personal, period);
    await whole(browser, personal, "personal", ["today,average,active_time", "all,none,cost", "month,previous,interactions"]);
    await control(browser, personal);
    await againstAverage(browser, personal);
    await coloured(browser, personal);
    await sentences(browser, personal);

    const empty = path.join(work, "empty.html");
    run("dashboard", "--store", path.join(work, "home", "empty.db"), "--no-sync", "--output", empty);
    await whole(browser, empty, "empty", ["week,average,active_time"]);
    await named(browser);
    const team = path.join(work, "team");
    for (const [eyes, release, ...words] of [["manager", "acme.db"], ["research", "acme.db"], ["lead", "acme.release", "--team", "core"], ["nobody", "acme.release", "--as", "lead", "--team", "web"]]) {
      const file = path.join(work, `${eyes}.html`), as = eyes === "nobody" ? words : ["--as", eyes, ...words];
      run("dashboard", "--release", path.join(team, release), ...as, "--output", file);
      teamFigures(file, path.join(team, release), ...as);
      nobody(file);
      await whole(browser, file, eyes, [undefined]);
      if (eyes === "lead") await patterns(browser, file);
    }
    const lead = path.join(work, "member.html"), leadFile = path.join(team, "core.lead"); // a consent ended in the week before
    run("dashboard", "--release", leadFile, "--as", "lead", "--output", lead);
    await whole(browser, lead, "member", [undefined]);
    await agreed(browser, lead, leadFile);
  } finally {
    await browser.close();
  }
  end("pages");
}

module.exports = { environment, keyboard, looks, open, whole };
if (require.main === module) main().catch((error) => { console.error(error); process.exit(1); });
