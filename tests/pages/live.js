// Opens the live pages over loopback in Chromium: live.js WORK PROGRAM CHROMIUM
//
// Checks what docs/health.md promises: nothing is loaded from elsewhere, logged or refused by the policy; every control
// is reached with the keyboard; nothing overflows from 360 to 1,920 pixels in either theme; axe-core finds nothing
// serious; the figures on the page are those of the program's JSON; a new line in a transcript is shown without a
// reload, and what was open stays open.
"use strict";

const { execFileSync, spawn } = require("child_process");
const fs = require("fs");
const http = require("http");
const path = require("path");
const { accessible, check, close, end, fits, launch, program, watched } = require("./browser.js");

const patience = 30000;

// ------------------------------------------------------------------------------------------------- serving

function serve(...words) {
  const child = spawn(program, ["serve", "--port", "0", ...words], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((done, failed) => {
    child.stdout.once("data", (data) => done({ child, address: String(data).trim(), origin: new URL(String(data).trim()).origin }));
    child.once("exit", (code) => failed(new Error(`blueplane serve ended with ${code}`)));
  });
}

function stop(served) {
  served.child.removeAllListeners("exit");
  return new Promise((done) => { served.child.once("exit", done); served.child.kill("SIGTERM"); });
}

let written = 0;

function write() {
  const folder = path.join(process.env.HOME, ".claude", "projects", "live");
  fs.mkdirSync(folder, { recursive: true });
  fs.appendFileSync(path.join(folder, "live.jsonl"), `${JSON.stringify({ type: "user", uuid: `live-${written++}`, sessionId: "live",
    cwd: "/home/sample/live", version: "2.0.0", timestamp: new Date().toISOString(), message: { role: "user", content: "go on" } })}\n`);
}

// ------------------------------------------------------------------------------------------------- pages

// Opens a page; anything it does beyond showing itself and following its own stream is a failure.
async function open(browser, served, where, theme) {
  const page = await watched(browser, where, (url) => url.startsWith(`${served.origin}/`), { theme });
  await page.goto(served.address);
  const place = new URL(page.url()).pathname;
  check(/^\/[0-9a-f]{16}\/$/.test(place) || !served.address.includes("token"), `${where}: the cookie is bound to no place, ${place}`);
  if (where !== "/") await page.goto(`${served.origin}${place}${where.slice(1)}`);
  check(!page.url().includes("token"), `${where}: the token stays in the address`);
  await page.locator("#state.is-live").waitFor({ timeout: patience });
  return page;
}

async function looks(browser, served, where, name) {
  for (const theme of ["light", "dark"]) {
    const page = await open(browser, served, where, theme);
    await fits(page, theme, where, name);
    await accessible(page, `${where}, ${theme}`);
    await close(page, where);
  }
}

// Tab reaches each control, and the focus is visible.
async function keyboard(page, where) {
  const controls = "button, summary, a[href]";
  const wanted = await page.locator(controls).count();
  const reached = new Set();
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < wanted + 5; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((all) => ({ index: [...document.querySelectorAll(all)].indexOf(document.activeElement),
      ring: document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== "none" }), controls);
    if (at.index >= 0) reached.add(at.index);
    check(at.ring, `${where}: nothing shows that control ${at.index} has the focus`);
  }
  check(wanted > 0 && reached.size === wanted, `${where}: Tab reaches ${reached.size} of ${wanted} controls`);
}

// ------------------------------------------------------------------------------------------------- what is shown

const number = (text) => Number(text.replace(/[,\s]/g, ""));
const tile = (page, label) => page.locator(".tile", { hasText: label }).locator(".tile-value").first();

async function figures(page, where) {
  const told = JSON.parse(execFileSync(program, ["stats", "today", "--json", "--no-sync"], { encoding: "utf8" }));
  const words = execFileSync(program, ["stats", "today", "--no-sync", "--color", "never"], { encoding: "utf8" });
  for (const [label, metric] of [["Sessions", "sessions"], ["Interactions", "interactions"], ["Lines added", "lines_added"], ["Lines removed", "lines_removed"]])
    check(number(await tile(page, label).textContent()) === told.totals[metric].value, `${where}: ${label} is ${await tile(page, label).textContent()}, the program tells ${told.totals[metric].value}`);
  for (const label of ["Active time", "Input tokens", "Output tokens", "Cost"]) {
    const shown = (await tile(page, label).textContent()).trim();
    check(words.includes(shown), `${where}: ${label} is ${shown}, which the program does not say`);
  }
  await page.locator("#hours-table summary").click();
  const hours = await page.locator("#hours-table tbody td").allTextContents();
  const counted = told.hours.map((each) => each.interactions.value).filter((each) => each > 0);
  check(JSON.stringify(hours.map(number)) === JSON.stringify(counted), `${where}: hours are ${hours}, the program tells ${counted}`);
  check(await page.locator("svg.hours rect:not(.rail)").count() === counted.length, `${where}: another number of bars than of hours`);
}

// New data is shown at once; what was open and had the focus keeps it; Pause holds updates back until Go on.
async function comes(page, where) {
  const interactions = tile(page, "Interactions");
  const before = number(await interactions.textContent());
  const shows = (count) => page.waitForFunction((wanted) => [...document.querySelectorAll(".tile")].some((one) => one.textContent.startsWith("Interactions") &&
    one.querySelector(".tile-value").textContent.replace(/\D/g, "") === String(wanted)), count, { timeout: patience });
  await page.locator("#hours-table summary").focus();
  write();
  await shows(before + 1);
  check(await page.locator("#hours-table[open]").count() === 1, `${where}: what was open is closed by a change`);
  check(await page.evaluate(() => document.activeElement.tagName) === "SUMMARY", `${where}: the focus is lost by a change`);
  await page.locator("#pause").press("Enter");
  write();
  await page.waitForTimeout(1500);
  check(number(await interactions.textContent()) === before + 1, `${where}: it goes on while it is paused`);
  await page.locator("#pause").press("Enter");
  await shows(before + 2);
}

// If the server ends while the page is paused, "Go on" does not make the page live again. The browser logs the failed
// request in the console.
async function gone(browser) {
  const served = await serve("--health"), context = await browser.newContext(), page = await context.newPage();
  await page.goto(served.address);
  await page.locator("#state.is-live").waitFor({ timeout: patience });
  await page.locator("#pause").press("Enter");
  check(await page.locator("#state").textContent() === "paused", "gone: it is not paused");
  await stop(served);
  await page.locator("#state.is-gone").waitFor({ timeout: patience });
  await page.locator("#pause").press("Enter");
  const said = await page.locator("#state").textContent();
  check(said === "blueplane serve does not answer", `gone: the page says "${said}"`);
  await context.close();
}

// Started again on the same port, it has another token: a page that is left open says what to do.
async function restarted(browser) {
  let served = await serve();
  const context = await browser.newContext(), page = await context.newPage();
  await page.goto(served.address);
  await page.locator("#state.is-live").waitFor({ timeout: patience });
  await stop(served);
  served = await serve("--port", new URL(served.origin).port);
  await page.locator("#state.is-gone", { hasText: "blueplane serve was started again: open the address that it printed" }).waitFor({ timeout: patience });
  await context.close();
  await stop(served);
}

// If clients that stopped reading take all places, a page is told so, tries again and gets one.
async function crowded(browser) {
  const served = await serve("--health"), context = await browser.newContext(), page = await context.newPage();
  const held = await Promise.all(Array.from({ length: 24 }, () => new Promise((done, failed) => {
    http.get(`${served.origin}/health/events`, (answer) => { answer.on("error", () => {}); done(answer.pause()); }).on("error", failed);
  })));
  await page.goto(served.address);
  await page.locator("#state.is-gone", { hasText: "blueplane serve has no room for another page" }).waitFor({ timeout: patience });
  await page.locator("#state.is-live").waitFor({ timeout: patience });
  for (const answer of held) answer.destroy();
  await context.close();
  await stop(served);
}

async function main() {
  const browser = await launch();
  let served = await serve();
  write(); // so that today is never empty
  for (const [where, name] of [["/", "today"], ["/health", "health"]]) {
    await looks(browser, served, where, name);
    const page = await open(browser, served, where);
    await keyboard(page, where);
    if (where === "/") { await figures(page, where); await comes(page, where); }
    await close(page, where);
  }
  await stop(served);
  served = await serve("--health");
  const page = await open(browser, served, "/");
  check(await page.locator("h1").textContent() === "Health" && await page.locator("nav").count() === 0, "health alone: there is more");
  await keyboard(page, "health alone");
  await accessible(page, "health alone");
  await close(page, "health alone");
  await stop(served);
  await gone(browser);
  await restarted(browser);
  await crowded(browser);
  await browser.close();
  end("live pages");
}

main().catch((error) => { console.error(error); process.exit(1); });
