// extension.js: an editor extension that uses the addon: records what happens in the editor, and computes the numbers
// of a panel. `host` is the editor's interface for extensions; the test uses one of its own.
"use strict";

const path = require("node:path");

const PANEL = { metrics: ["prompts", "output_tokens", "acceptance_rate", "lines_added"], period: "7d", by: ["time.day"] };

const BUSY = -4; // BP_ERR_BUSY: another process is writing
const WAITING_MOST = 1000;

class Recorder {
  constructor(addon, file, session, now) {
    this.addon = addon;
    this.store = now === undefined ? addon.open(file) : addon.open(file, now);
    this.session = session;
    this.next = 0;
    this.waiting = [];
  }

  // Records one event, which has no field for text. An id must never be reused, so it contains the time: after a
  // restart the counter begins again. If the store is busy, the event is written with the next one, under its own id,
  // and null is returned.
  record(kind, members = {}, time = new Date()) {
    const id = `${this.session}-${time.getTime()}-${this.next++}`;
    const event = { blueplane: 1, kind, platform: "myextension", session: this.session, id, time: time.toISOString(), ...members };
    if (this.waiting.length < WAITING_MOST) this.waiting.push(JSON.stringify(event) + "\n");
    try {
      const told = this.addon.record(this.store, this.waiting.join(""));
      this.waiting = [];
      return told;
    } catch (why) {
      if (why.code !== BUSY) throw why;
      return null;
    }
  }

  panel(zone = Intl.DateTimeFormat().resolvedOptions().timeZone) {
    const result = JSON.parse(this.addon.query(this.store, JSON.stringify({ ...PANEL, zone })));
    const why = Object.fromEntries(result.states.map((one) => [`${one.row}/${one.column}`, one.state]));
    return result.rows.map((row, number) => ({
      day: row["time.day"],
      numbers: PANEL.metrics.map((metric) => ({ metric, value: row[metric], state: why[`${number}/${metric}`] })),
    }));
  }
}

function activate(host, addon, now) {
  const recorder = new Recorder(addon, host.storagePath === null ? null : path.join(host.storagePath, "events.db"), host.windowId, now);
  host.onPrompt((characters, time) => recorder.record("prompt", { characters }, time));
  host.onCompletion((accepted, language, lines, time) =>
    recorder.record("decision", { decision: "completion", accepted, language, lines }, time));
  host.showPanel(() => recorder.panel(host.zone));
  return recorder;
}

module.exports = { activate, Recorder };
