// What all tests of pages share: counting checks, watching for anything a page does beyond showing itself, viewing it
// in both themes and at every width, and axe-core. Knows no particular page. The scripts that use it are run as: SCRIPT
// WORK PROGRAM CHROMIUM
"use strict";

const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [work, program, executable] = process.argv.slice(2);
const shots = process.env.BLUEPLANE_SHOTS;
let checks = 0;
const failures = [];

function check(held, said) {
  checks++;
  if (!held) { failures.push(said); console.log(`FAILED ${said}`); }
}

// The number of checks that fail in an action; they do not count as failures of the test.
async function failing(action) {
  const before = failures.length, counted = checks, log = console.log;
  console.log = () => {};
  await action();
  console.log = log;
  const noticed = failures.length - before;
  failures.length = before;
  checks = counted;
  return noticed;
}

function end(what) {
  console.log(`${what}: ${checks} checks, ${failures.length} failed`);
  process.exit(failures.length ? 1 : 0);
}

function launch() {
  return chromium.launch({ executablePath: executable, args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
}

const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// A new page; any console message or request by it that is not `allowed` is a failure.
async function watched(browser, name, allowed, options = {}) {
  const context = await browser.newContext({ viewport: { width: options.width || 1280, height: 900 }, colorScheme: options.theme || "light", acceptDownloads: true });
  await context.addInitScript(() => {
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => window.refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
  });
  const page = await context.newPage();
  page.on("console", (message) => check(false, `${name}: console says "${message.text()}"`));
  page.on("pageerror", (error) => check(false, `${name}: ${error.stack}`));
  page.on("request", (request) => check(allowed(request.url()), `${name}: asks for ${request.url()}`));
  return page;
}

async function close(page, name) {
  const refused = await page.evaluate(() => window.refused);
  check(refused.length === 0, `${name}: the policy refused ${refused.join("; ")}`);
  await page.context().close();
}

// Checks an open page in a theme: its background, and every width; `more` checks further things at each.
async function fits(page, theme, name, shot, more) {
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  check(theme === "dark" ? Math.max(...ground) < 80 : Math.min(...ground) > 200, `${name}: not ${theme}: ${ground}`);
  for (const width of [1920, 1280, 1024, 768, 480, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await settle(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    check(wide <= 0, `${name}: ${wide} pixels too wide at ${width}, ${theme}`);
    if (more) await more(page, name);
    if (shots) await page.screenshot({ path: path.join(shots, `${shot}-${width}-${theme}.png`), fullPage: true });
  }
}

async function accessible(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations
    .map((each) => ({ id: each.id, impact: each.impact, nodes: each.nodes.slice(0, 3).map((node) => `${node.target} ${node.any.concat(node.all, node.none).map((one) => one.message).join(", ")}`) })));
  for (const each of found) check(!["serious", "critical"].includes(each.impact), `${name}: axe ${each.id} (${each.impact}): ${each.nodes.join(" | ")}`);
}

module.exports = { accessible, check, close, end, failing, fits, launch, program, settle, watched, work };
