// Runs the extension with a host of its own; builds nothing.
//
//     node test.js ADDON                 runs the test
//     node test.js ADDON PROGRAM         also measures a panel through the addon and through the program
"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { activate } = require("./extension.js");

const addon = require(path.resolve(process.argv[2]));
const NOW = Date.UTC(2026, 2, 2, 12) * 1000;

function makeHost(storagePath) {
  const host = { storagePath, windowId: "window-7", zone: "UTC" };
  for (const name of ["onPrompt", "onCompletion", "showPanel"]) host[name] = (call) => (host[`fire_${name}`] = call);
  return host;
}

function testPanel() {
  const host = makeHost(null);
  const recorder = activate(host, addon, NOW);
  const nine = new Date(Date.UTC(2026, 2, 2, 9));
  assert.deepEqual(host.fire_onPrompt(80, nine), { stored: 1, known: 0, rejected: 0 });
  host.fire_onCompletion(true, "rust", 3, nine);
  host.fire_onCompletion(false, "rust", 1, nine);
  const panel = host.fire_showPanel();
  assert.equal(panel.length, 7);
  assert.equal(panel[6].day, "2026-03-02");
  assert.deepEqual(panel[6].numbers.map((one) => one.value), [1, 0, 0.5, 0]);
  recorder.next = 0; // after a restart the counter begins again: nothing counts twice, and nothing is lost
  assert.deepEqual(host.fire_onPrompt(80, nine), { stored: 0, known: 1, rejected: 0 });
  recorder.next = 0;
  assert.deepEqual(host.fire_onPrompt(80, new Date(Date.UTC(2026, 2, 2, 10))), { stored: 1, known: 0, rejected: 0 });
}

function testErrors() {
  const store = addon.open(null);
  assert.throws(() => addon.query(store, '{"metrics":["costs"]}'), (why) => why.code === -5 && why.metric === "costs" && why.hint !== "");
  assert.throws(() => addon.query(store, "{"), (why) => why.code === -6 && why.byte === "1");
  assert.throws(() => addon.open("/nowhere/at/all.db"), (why) => why.code < 0);
  assert.throws(() => addon.query({}, "{}"), /a store is expected/);
  assert.throws(() => addon.record(store, 7), /a string is expected/);
  assert.equal(addon.record(store, "not an event\n").rejected, 1);
}

// While another process writes, events wait; none is lost, and none counts twice.
function testBusy() {
  const host = makeHost(null);
  let busy = true;
  const waits = { ...addon, record: (...all) => { if (busy) throw Object.assign(new Error("busy"), { code: -4 }); return addon.record(...all); } };
  const nine = new Date(Date.UTC(2026, 2, 2, 9));
  activate(host, waits, NOW);
  assert.equal(host.fire_onPrompt(80, nine), null);
  busy = false;
  assert.deepEqual(host.fire_onPrompt(90, nine), { stored: 2, known: 0, rejected: 0 });
  assert.deepEqual(host.fire_onPrompt(90, nine), { stored: 1, known: 0, rejected: 0 });
}

// Many stores that are never closed explicitly.
function testMemory() {
  for (let i = 0; i < 200; i++) addon.query(addon.open(null), '{"metrics":["prompts"]}');
}

function measure(program) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "blueplane-node-"));
  const file = path.join(folder, "events.db");
  const store = addon.open(file);
  for (let i = 0; i < 1000; i++) {
    const time = new Date(Date.now() - i * 600000).toISOString();
    addon.record(store, JSON.stringify({ blueplane: 1, kind: "prompt", platform: "x", session: `s${i % 40}`, id: String(i), time }) + "\n");
  }
  const asked = JSON.stringify({ metrics: ["prompts", "sessions"], period: "7d", by: ["time.day"] });
  const arguments_ = ["metric", "prompts", "sessions", "--by", "time.day", "--period", "7d", "--json", "--no-sync", "--store", file];
  const median = (run, times) => {
    const taken = [];
    for (let i = 0; i < times; i++) {
      const start = process.hrtime.bigint();
      run();
      taken.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
    return taken.sort((a, b) => a - b)[times >> 1];
  };
  console.log(`a panel, median: addon ${median(() => addon.query(store, asked), 200).toFixed(3)} ms, ` +
    `program ${median(() => execFileSync(program, arguments_), 40).toFixed(1)} ms`);
  fs.rmSync(folder, { recursive: true });
}

testPanel();
testErrors();
testBusy();
testMemory();
console.log(`libblueplane ${addon.version()}: the extension works`);
if (process.argv[3] !== undefined) measure(path.resolve(process.argv[3]));
