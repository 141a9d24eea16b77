// The search page: asks the engine while somebody types, and shows what it finds. The state is in the address, so that
// a search can be kept and sent; the controls only write words into the query.
(() => {
  "use strict";

  const LIMIT = 20, PAUSE = 120;
  const by = (id) => document.getElementById(id);
  const form = by("finder"), field = by("q"), hits = by("hits"), found = by("found"), turn = by("turn");
  const words = form.dataset, selects = [...form.querySelectorAll("[data-word]")];
  const state = { sort: "", page: 1 };
  let engine, asked = 0, timer;

  const load = async (path) => {
    const answer = await fetch(words.root + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  };

  // The words of the query, each with its quotes: `license:"BSD 3"` is one.
  const split = (text) => text.match(/(?:[^\s"]|"[^"]*"|")+/g) ?? [];
  const isFilter = (word) => /^[a-z]+:./.test(word);
  const value = (word, name) => (word.startsWith(`${name}:`) ? word.slice(name.length + 1).replaceAll('"', "") : null);

  const address = (query, sort, page) => {
    const said = new URLSearchParams();
    if (query) said.set("q", query);
    if (sort) said.set("sort", sort);
    if (page > 1) said.set("page", page);
    return said.size ? `?${said}` : location.pathname;
  };

  // Characters that nobody sees (packyard/surfaces/hidden.py) are shown by their names, but for joiners, marks and
  // selectors behind a letter that may need them.
  const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u;
  const NEEDED = /[\u061c\u200c-\u200f\ufe0e\ufe0f\u{e0100}-\u{e01ef}]/u;
  const seen = (text) => [...text].map((one, at, { [at - 1]: before = "" }) =>
    !HIDDEN.test(one) || (NEEDED.test(one) && before > "\x7f" && !HIDDEN.test(before.replace(/[\ufe0e\ufe0f]/, ""))) ? one
      : `⟦U+${one.codePointAt().toString(16).toUpperCase().padStart(4, "0")}⟧`).join("");

  const element = (tag, text, href) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (href) made.href = words.root + href;
    return made;
  };
  const linked = (family, name, shown = name) => {
    const item = document.createElement("li");
    const listed = /^(?!\.|index\.html$)[A-Za-z0-9._+@-]{1,64}$/.test(name);
    item.append(element(listed ? "a" : "span", seen(shown), listed && `${family}/${name}/index.html`));
    return item;
  };

  // One result; its parts stand in a hidden list of the page, where their words are translated.
  const row = (hit) => {
    const item = by("hit").firstElementChild.cloneNode(true);
    const [pack, owner] = item.querySelectorAll(".pack, .who a");
    pack.textContent = hit.name;
    pack.href = `${words.root}packs/${hit.name}/index.html`;
    item.querySelector(".version").textContent = hit.latest;
    item.querySelector(".why p").textContent = seen(hit.description);
    item.querySelector(".marks").append(...hit.features.map((name) => linked("features", name)));
    item.querySelector(".about").append(...hit.tags.map((name) => linked("tags", name, `#${name}`)));
    item.querySelector(".for").append(...hit.targets.map((name) =>
      name === "*" ? linked("targets", "any", words.any) : linked("targets", name)));
    for (const list of item.querySelectorAll("ul:empty")) list.remove();
    const org = hit.name.startsWith("@");
    owner.textContent = (org ? "@" : "") + hit.owner.replace("@", "");
    owner.href = `${words.root}${org ? "orgs" : "publishers"}/${hit.owner.replace("@", "")}/index.html`;
    const time = element("time", String(hit.updated).slice(0, 10));
    time.dateTime = hit.updated;
    owner.after(" ", time);
    for (const part of item.querySelectorAll("[data-if]")) {
      if (hit[part.dataset.if] == null || hit[part.dataset.if] === false || hit[part.dataset.if] === "") part.remove();
      else if (part.dataset.if === "quality") part.textContent = `${hit.quality}/100`;
    }
    item.classList.toggle("ended", Boolean(hit.deprecated));
    return item;
  };

  const say = (text) => { if (found.textContent !== text) found.textContent = text; };

  const show = (query, answer) => {
    const { total } = answer;
    hits.replaceChildren(...answer.hits.map(row));
    hits.hidden = !total;
    by("nothing").hidden = total > 0;
    by("unfiltered").hidden = !split(query).some(isFilter);
    by("unfiltered").firstElementChild.href = address(split(query).filter((w) => !isFilter(w)).join(" "), state.sort, 1);
    turn.hidden = total <= LIMIT;
    const [back, on] = turn.children;
    back.disabled = state.page === 1;
    on.disabled = state.page * LIMIT >= total;
    const text = !total ? words.none : answer.part ? words.part : total === 1 ? words.one : words.many;
    const count = text.replace("{count}", () => total.toLocaleString(document.documentElement.lang));
    say(answer.meant ? `${words.meant.replace("{words}", () => seen(answer.meant))} ${count}` : count);
  };

  const reset = () => {
    hits.replaceChildren();
    hits.hidden = turn.hidden = by("nothing").hidden = true;
    say("");
  };

  // Answers that come after a newer question are dropped.
  const ask = async () => {
    const query = field.value.trim(), number = ++asked, root = document.documentElement.classList;
    for (const select of selects) {
      const said = split(query).map((word) => value(word, select.dataset.word)).find((each) => each !== null) ?? "";
      if (said && ![...select.options].some((each) => each.value === said)) select.add(new Option(said, said));
      select.value = said;
    }
    root.toggle("asked", Boolean(query));
    by("ways").hidden = Boolean(query);
    if (!query) return reset();
    root.toggle("waiting", !hits.children.length);
    try {
      engine ??= PackyardSearch.open(load);
      const answer = await (await engine).search(query, { sort: state.sort || "relevance", page: state.page, limit: LIMIT });
      if (number === asked) show(query, answer);
    } catch (error) {
      if (number !== asked) return;
      reset();
      const wrong = error instanceof RangeError;
      if (!wrong) engine = undefined;
      say((wrong ? words.wrong : words.broken).replace("{reason}", () => error.message));
    } finally {
      if (number === asked) root.remove("waiting");
    }
  };

  const go = (push) => {
    clearTimeout(timer);
    history[push ? "pushState" : "replaceState"](null, "", address(field.value.trim(), state.sort, state.page));
    return ask();
  };

  const read = () => {
    const said = new URLSearchParams(location.search);
    field.value = said.get("q") ?? "";
    state.sort = form.elements.sort.value = said.get("sort") ?? "";
    state.page = Math.max(1, parseInt(said.get("page"), 10) || 1);
    ask();
  };

  field.addEventListener("input", () => {
    state.page = 1;
    clearTimeout(timer);
    timer = setTimeout(go, PAUSE, false);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); go(true); });
  form.addEventListener("change", ({ target }) => {
    if (target === field) return;
    state.page = 1;
    if (target.name === "sort") state.sort = target.value;
    else {
      const name = target.dataset.word, others = split(field.value).filter((word) => value(word, name) === null);
      const quoted = /\s/.test(target.value) ? `"${target.value}"` : target.value;
      field.value = [...others, ...(quoted ? [`${name}:${quoted}`] : [])].join(" ");
    }
    go(true);
  });
  turn.addEventListener("click", async ({ target }) => {
    if (!target.dataset.by) return;
    state.page += Number(target.dataset.by);
    await go(true);
    hits.querySelector(".pack")?.focus();
  });

  // Down leads from the field to the results and on, up leads back, Escape returns to the field and then empties it.
  addEventListener("keydown", (event) => {
    const links = [...hits.querySelectorAll(".pack")];
    const inside = hits.contains(document.activeElement) || document.activeElement === field;
    if (!inside || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = links.indexOf(document.activeElement.closest("li")?.querySelector(".pack"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const to = at < 0 && step < 0 ? undefined : step && (at + step < 0 ? field : links[at + step]);
    if (to) { event.preventDefault(); to.focus(); }
    if (event.key === "Escape" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
    else if (event.key === "Escape" && field.value) { event.preventDefault(); field.value = ""; state.page = 1; go(false); }
  });
  addEventListener("popstate", read);
  read();
  if (matchMedia("(hover: hover)").matches) field.focus({ preventScroll: true }); // no keyboard pops up on a phone
})();
