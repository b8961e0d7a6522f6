/* live.js: replaces the content by each update; open details stay open, and the focus is kept. */
"use strict";
(() => {
  const main = document.getElementById("live");
  const state = document.getElementById("state");
  const pause = document.getElementById("pause");
  const own = { createHTML: (html) => html }; // HTML of the same program, its texts escaped
  const policy = window.trustedTypes ? window.trustedTypes.createPolicy("live", own) : own;
  let held = null;
  let paused = false;

  function say(word, kind) {
    if (state.textContent !== word) state.textContent = word;
    state.className = kind;
  }

  function show(html) {
    const open = [...main.querySelectorAll("details[open]")].map((one) => one.id);
    const focused = main.contains(document.activeElement) ? document.activeElement.closest("[id]") : null;
    main.innerHTML = policy.createHTML(html);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused && focused !== main) document.getElementById(focused.id)?.querySelector("summary")?.focus();
  }

  const silent = "blueplane serve does not answer";
  let source = null;

  function tell() {
    if (source.readyState !== EventSource.OPEN) say(silent, "is-gone");
    else if (paused) say("paused", "");
    else say("live", "is-live");
  }

  // An EventSource does not tell why it was refused.
  const refusals = {
    401: "blueplane serve was started again: open the address that it printed",
    503: "blueplane serve has no room for another page",
  };

  async function explain() {
    const stop = new AbortController();
    const answer = await fetch(main.dataset.events, { signal: stop.signal }).catch(() => null);
    stop.abort();
    if (source.readyState !== EventSource.OPEN) say(refusals[answer?.status] ?? silent, "is-gone");
  }

  // Browsers reconnect by themselves, except after an error response.
  function follow() {
    source = new EventSource(main.dataset.events);
    source.addEventListener("open", tell);
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) {
        tell();
        return;
      }
      explain();
      setTimeout(follow, 5000);
    });
    source.addEventListener("message", (event) => {
      if (paused) held = event.data;
      else show(event.data);
      tell();
    });
  }

  follow();

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    tell();
    if (!paused && held !== null) show(held);
    held = null;
  });
})();
