// detail.js: a drawer beside the page with the details of a figure, in steps that lead deeper and back.
"use strict";

const drawer = el("dialog", { class: "drawer", "aria-labelledby": "drawer-title" });
const steps = []; // functions that make the content of each step

// `make` returns {title, sub, nodes}.
function openDetail(make) {
  if (!drawer.open) steps.length = 0;
  steps.push(make);
  showStep();
  if (!drawer.open) drawer.showModal();
  drawer.scrollTop = 0;
  drawer.querySelector("h2").focus();
}

function showStep() {
  const { title, sub, nodes } = steps[steps.length - 1]();
  drawer.replaceChildren(...[
    el("div", { class: "drawer-bar" },
      steps.length > 1 ? el("button", { type: "button", class: "button", onclick: () => { steps.pop(); showStep(); drawer.querySelector("h2").focus(); } }, "Back") : el("span"),
      el("button", { type: "button", class: "button", onclick: () => drawer.close() }, "Close")),
    el("h2", { id: "drawer-title", tabindex: -1 }, title),
    sub ? el("p", { class: "summary" }, sub) : null, ...nodes].filter(Boolean));
}

// The event arrives later than the dialog closes, and the dialog gives the focus back itself: by then the reader may be
// elsewhere, or have opened another figure.
drawer.addEventListener("close", () => { if (!drawer.open) drawer.replaceChildren(); });
drawer.addEventListener("click", (event) => { if (event.target === drawer) drawer.close(); }); // the backdrop

// A list of the parts of a figure: name, bar, value.
function parts(title, table, dimension, name, open, limit = 12) {
  const rows = rowsOf(table).filter((row) => table.value(row, name) !== 0 && !["empty", "uncovered"].includes(table.state(row, name)));
  if (rows.length === 0) return null;
  const most = table.most(name), total = rows.length;
  return el("section", { class: "parts" }, el("h3", null, title), figureTable([
    { title: dimensionTitle(dimension), cell: (row) => open ? opener(label(dimension, table.value(row, dimension)), () => open(row)) : label(dimension, table.value(row, dimension)) },
    { title: "", spoken: "Size", class: "bar-cell", cell: (row) => most > 0 ? bar(table.value(row, name) / most) : "" },
    { title: titleOf(name), number: true, cell: (row) => figure(table, row, name) },
  ], rows, { first: limit, caption: `${title}, ${total} in all`, captionHidden: true }));
}

// The figures of a row, as names and values.
function facts(table, row, names) {
  const shown = names.filter((name) => table.has(name) && table.state(row, name) !== "empty");
  return el("dl", { class: "facts" }, shown.map((name) => el("div", null, el("dt", null, Result.describe(name).role === "companion" ? shortTitle(name) : titleOf(name)), el("dd", null, figure(table, row, name)))));
}
