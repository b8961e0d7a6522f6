// Opens the reports and the mails in Chromium, and prints the reports: reports.js WORK PROGRAM CHROMIUM
//
// Checks the same as pages.js, and on paper: A4, the first page of the executive report complete and alone, no chart
// cut by a page break, no table of a dashboard cut by the edge. All files are made by `blueplane demo`, including its
// dashboards.
"use strict";

const { execFileSync } = require("child_process");
const fs = require("fs");
const path = require("path");
const { accessible, check, close, end, launch, program, work } = require("./browser.js");
const { environment, keyboard, looks, open, whole } = require("./pages.js");

const demo = path.join(work, "demo");
const SHEET = { width: 703, height: 1017 }; // what the margins leave of A4, in pixels of 1/96 inch
const PAPER = 794; // all of its width, which is what media queries ask for

// The HTML part of a mail, decoded from quoted-printable.
function pageOf(mail) {
  const part = fs.readFileSync(mail, "latin1").split("Content-Type: text/html")[1].split("\r\n\r\n").slice(1).join("\r\n\r\n").split("\r\n--=_")[0];
  const bytes = part.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  const file = mail.replace(".eml", "-mail.html");
  fs.writeFileSync(file, Buffer.from(bytes, "latin1"));
  return file;
}

async function printed(browser, file, most) {
  const page = await open(browser, file, { width: SHEET.width }), name = path.basename(file);
  await page.emulateMedia({ media: "print" });
  const advice = await page.evaluate(() => { const last = document.querySelector(".advice"); return last ? last.getBoundingClientRect().bottom : 0; });
  check(advice <= SHEET.height, `${name}: its first page ends at ${advice} of ${SHEET.height} pixels`);
  const tall = await page.evaluate(() => Math.max(...[...document.querySelectorAll(".bp-chart")].map((chart) => chart.getBoundingClientRect().height)));
  check(tall > 0 && tall <= SHEET.height, `${name}: a drawing of ${tall} pixels does not fit on a page`);
  const cut = await page.evaluate(() => [...document.querySelectorAll(".bp-chart")].filter((chart) => getComputedStyle(chart).breakInside !== "avoid").length);
  check(cut === 0, `${name}: ${cut} drawings may be cut`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  check(wide <= SHEET.width, `${name}: ${wide} pixels wide on paper`);
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const pages = pdf.match(/\/Type\s*\/Page\b/g).length, [, width, height] = pdf.match(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/);
  check(pages <= most, `${name}: ${pages} pages`);
  check(Math.abs(width - 595) < 1 && Math.abs(height - 842) < 1, `${name}: a page is ${width} by ${height}`);
  await close(page, name);
}

// Paper does not scroll: every table of a dashboard is visible up to its last column.
async function uncut(browser, file) {
  const page = await open(browser, file, { width: PAPER }), name = path.basename(file);
  await page.emulateMedia({ media: "print" });
  const cut = await page.evaluate((width) => {
    document.body.style.width = `${width}px`;
    const all = [...document.querySelectorAll(".panel .scroll")].filter((each) => each.checkVisibility());
    const hidden = [...document.querySelectorAll(".panel .minor, .panel > .mix-legend")].filter((each) => !each.checkVisibility());
    return { count: all.length, hidden: hidden.length, titles: all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.closest(".panel").id) };
  }, SHEET.width);
  check(cut.count >= 4, `${name}: ${cut.count} tables on paper`);
  check(cut.hidden === 0, `${name}: on paper, which has no drawer, ${cut.hidden} cells of narrow tables are hidden`);
  check(cut.titles.length === 0, `${name}: on paper the edge cuts ${cut.titles.join(", ")}`);
  await close(page, name);
}

async function one(browser, file) {
  const name = path.basename(file);
  await looks(browser, file);
  for (const theme of ["light", "dark"]) {
    const page = await open(browser, file, { theme });
    await accessible(page, `${name}, ${theme}`);
    if (theme === "light") await keyboard(page, name);
    await close(page, name);
  }
}

async function mail(browser, file) {
  const page = await open(browser, file, { width: 600 }), name = path.basename(file);
  await accessible(page, name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  check(wide <= 600, `${name}: ${wide} pixels wide at 600`);
  await close(page, name);
}

async function main() {
  fs.rmSync(demo, { recursive: true, force: true });
  execFileSync(program, ["demo", demo, "--weeks", "13", "--until", "2026-03-29", "--quiet"], { env: environment, stdio: ["ignore", "ignore", "inherit"] });
  const browser = await launch();
  try {
    for (const name of ["executive-quarter", "research", "health", "index"]) await one(browser, path.join(demo, `${name}.html`));
    for (const name of ["dashboard", "team", "organisation"]) {
      await whole(browser, path.join(demo, `${name}.html`), `demo ${name}`, [undefined]);
      await uncut(browser, path.join(demo, `${name}.html`));
    }
    await printed(browser, path.join(demo, "executive-quarter.html"), 6);
    await printed(browser, path.join(demo, "research.html"), 12);
    for (const name of ["mail-lead", "mail-manager"]) await mail(browser, pageOf(path.join(demo, `${name}.eml`)));
  } finally {
    await browser.close();
  }
  end("reports");
}

main().catch((error) => { console.error(error); process.exit(1); });
