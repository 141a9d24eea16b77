// What pages do with script, all of it optional: the key `/`, a guess at a lost page, the choice of colours, copying, tabs
// of clients.
(() => {
  "use strict";

  const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* not kept */ } };

  // `/` goes to the search field, unless somebody is writing.
  addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const field = document.querySelector("input[type=search]");
    if (event.key === "/" && field && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });

  // A page that is not there offers to search for the words of its address.
  for (const field of document.querySelectorAll("[data-guess]")) {
    const address = location.pathname.replace(/%[\da-f]{2}/gi, " ");
    const names = address.split("/").filter((part) => !/^(?:packs|index\.html|\d[\w.+-]*)?$/.test(part));
    field.value = (names.at(-1) ?? "").replace(/\.\w{1,5}$|\W+/g, " ").trim();
  }

  // The colours: as the system has them, light, dark. The button says what holds; its texts are in the page.
  const button = document.querySelector(".theme");
  if (button) {
    const show = () => {
      const name = theme.names.includes(theme.get()) ? theme.get() : "system";
      button.setAttribute("aria-label", button.dataset[name]);
      button.title = button.dataset[name];
      button.dataset.now = name;
    };
    button.addEventListener("click", () => {
      theme.set(theme.names[(theme.names.indexOf(button.dataset.now) + 1) % theme.names.length]);
      show();
    });
    show();
  }

  // A button on each terminal puts its commands on the clipboard. Its words come from the element around.
  for (const terminal of document.querySelectorAll(".terminal")) {
    const words = terminal.closest("[data-copy]").dataset;
    const copy = Object.assign(document.createElement("button"), { type: "button", className: "copy" });
    const said = Object.assign(document.createElement("span"), { className: "unseen" });
    copy.textContent = words.copy;
    said.setAttribute("role", "status");
    copy.addEventListener("click", async () => {
      const text = terminal.querySelector("code").textContent;
      const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
      if (!done) getSelection().selectAllChildren(terminal.querySelector("code"));
      copy.textContent = said.textContent = done ? words.copied : words.selected;
      setTimeout(() => { copy.textContent = words.copy; said.textContent = ""; }, 2500);
    });
    terminal.append(copy, said);
  }

  // Sections of clients become tabs (WAI-ARIA APG, tabs with automatic activation); the one chosen last comes up first.
  for (const box of document.querySelectorAll(".clients")) {
    const panels = [...box.querySelectorAll(":scope > section")];
    const list = document.createElement("div");
    const tabs = panels.map((panel) => {
      const heading = panel.querySelector("h3");
      const tab = Object.assign(document.createElement("button"), { type: "button", id: `tab-${panel.id}` });
      tab.textContent = heading.textContent;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      heading.hidden = true;
      return tab;
    });
    const choose = (at, focus) => {
      tabs.forEach((tab, n) => {
        tab.setAttribute("aria-selected", n === at);
        tab.tabIndex = n === at ? 0 : -1;
        panels[n].hidden = n !== at;
      });
      if (focus) { tabs[at].focus(); remember("packyard-client", panels[at].id); }
    };
    const moves = { ArrowRight: 1, ArrowLeft: -1 };
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(document.activeElement);
      const ltr = getComputedStyle(list).direction === "ltr" ? 1 : -1;
      const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1
        : event.key in moves ? (at + moves[event.key] * ltr + tabs.length) % tabs.length : -1;
      if (at >= 0 && to >= 0) { event.preventDefault(); choose(to, true); }
    });
    tabs.forEach((tab, n) => tab.addEventListener("click", () => choose(n, true)));
    list.className = "tabs";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-labelledby", box.getAttribute("aria-labelledby"));
    list.append(...tabs);
    box.prepend(list);
    choose(Math.max(0, panels.findIndex((panel) => panel.id === remembered("packyard-client"))), false);
    box.dataset.ready = "";
  }
})();
