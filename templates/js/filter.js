// Filters the rows of tables that say how the field is called, and what to say when none is left:
// <table data-filter="Filter this page" data-none="Nothing on this page matches.">.
// Without it nothing is missing: the field is made here.
"use strict";

for (const table of document.querySelectorAll("table[data-filter]")) {
  const rows = [...table.tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
  const label = document.createElement("label");
  const field = document.createElement("input");
  const shown = document.createElement("output");
  label.className = "filter";
  field.type = "search";
  field.autocomplete = "off";
  label.append(table.dataset.filter, field, shown);
  (table.closest(".scroll") || table).before(label);

  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      left += row.hidden ? 0 : 1;
    }
    shown.value = !words.length ? "" : left ? `${left} / ${rows.length}` : table.dataset.none;
  };
  field.addEventListener("input", filter);
  filter();
}
