// The page of names: says while somebody types whether a name is free for a new pack, and what it could be mistaken for.
// The name is in the address, so that it can be kept and sent. It is a first look. What counts is `packyard name-check`,
// which knows more words and more ways to be alike.
(() => {
  "use strict";

  const PAUSE = 150, LIMIT = 20, SHOWN = 5;
  const by = (id) => document.getElementById(id);
  const field = by("name"), said = by("said"), list = by("alike"), words = by("name-check").dataset;
  const reserved = words.reserved.split(" "), hollow = new Set(words.hollow.split(" "));
  let engine, timer, asked = 0;

  const VALID = /^(?:@([a-z0-9][a-z0-9-]{0,62}[a-z0-9])\/)?([a-z0-9][a-z0-9-]{0,62}[a-z0-9])$/;
  const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

  // A name as it sounds to somebody in a hurry: without hyphens, and letters for digits.
  const bare = (name) => name.replaceAll("-", "").replace(/\d/g, (digit) => "oizeasbtbg"[digit]).replaceAll("l", "i");
  const sorted = (parts) => [...parts].sort().join("-");
  const telling = (parts) => parts.filter((part) => !hollow.has(part));

  // How many letters to insert, delete, replace or swap with the next one (optimal string alignment).
  const distance = (one, other) => {
    let last = [], row = [...Array(other.length + 1).keys()];
    for (let i = 1; i <= one.length; i++) {
      const next = [i];
      for (let j = 1; j <= other.length; j++) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] !== other[j - 1]));
        if (one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) next[j] = Math.min(next[j], last[j - 2] + 1);
      }
      [last, row] = [row, next];
    }
    return row[other.length];
  };

  const close = (one, two) => {
    const [a, b] = [one.split("-"), two.split("-")], words = sorted(telling(a));
    if (bare(one) === bare(two) || sorted(a) === sorted(b) || (words && words === sorted(telling(b)))) return true;
    const shorter = Math.min(one.length, two.length);
    return distance(one, two) <= (shorter > 7) + (shorter > 3);
  };

  // Names are compared with their like: of scoped packs, those of a scope that is like this one and not the same.
  const alike = (name, other) => {
    const [, first, one] = VALID.exec(name), [, second, two] = VALID.exec(other) ?? [];
    if (!two || Boolean(first) !== Boolean(second)) return false;
    return close(one, two) && (!first || (first !== second && close(first, second)));
  };

  // Whether a document is there, without reading it.
  const exists = async (path) => {
    const answer = await fetch(words.root + path, { method: "HEAD" });
    return answer.ok && /json/.test(answer.headers.get("content-type"));
  };

  // What is said of whom a name belongs to, or seems to: a scope to its organisation, and a name that is somebody's or
  // begins with an organisation's. [which words, the party as people know it, the way to it]
  const party = async (scope, own) => {
    const parts = own.split("-"), heads = parts.map((_, at) => parts.slice(0, at + 1).join("-"));
    for (const head of scope ? [scope] : heads.slice(-3)) {
      if (head.length > 1 && await exists(`orgs/${head}/index.json`)) {
        return [scope ? words.scope : words.party, `@${head}`, `orgs/${head}/index.html`];
      }
    }
    const handle = scope ?? own;
    return await exists(`publishers/${handle}/index.json`) && [words.party, handle, `publishers/${handle}/index.html`];
  };

  const load = async (path) => {
    const answer = await fetch(words.root + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  };

  // The names that the search finds for this one, without its hyphens, and for the words that say something.
  const candidates = async (name) => {
    engine ??= PackyardSearch.open(load);
    const search = await engine, own = name.replace(/.*\//, ""), found = new Set();
    for (const query of new Set([name, own, own.replaceAll("-", ""), telling(own.split("-")).join(" ")])) {
      if (query) for (const hit of (await search.search(query, { limit: LIMIT })).hits) found.add(hit.name);
    }
    return [...found];
  };

  const linkOf = (name) => [name, `packs/${name}/index.html`];
  const show = (text, tone, links = []) => {
    said.textContent = text;
    said.className = `verdict ${tone}`;
    list.hidden = !links.length;
    list.replaceChildren(...links.map(([name, path]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = words.root + path;
      link.textContent = name;
      item.append(link);
      return item;
    }));
  };

  // The verdict about a name: its words, its tone, and what it is about: texts with ways.
  const judge = async (name) => {
    const [valid, scope, own] = VALID.exec(name) ?? [];
    if (!valid) return [words.invalid, "stop"];
    if (DEVICE.test(scope) || DEVICE.test(own)) return [words.device, "stop"];
    const taboo = reserved.some((word) => word === own || (word.length > 3 && bare(word) === bare(own)));
    if (!scope && (taboo || own.startsWith("std"))) return [words.taboo, "stop"];
    const found = await candidates(name);
    if (found.includes(name)) return [words.taken, "stop", [linkOf(name)]];
    const near = found.filter((other) => alike(name, other)).slice(0, SHOWN);
    if (near.length) return [words.near, "caution", near.map(linkOf)];
    const [said, whose, path] = await party(scope, own) || [];
    return said ? [said.replace("{party}", whose), "caution", [[whose, path]]] : [words.free, "go"];
  };

  // Answers that come after a newer question are dropped.
  const check = async () => {
    const name = field.value.trim(), number = ++asked;
    history.replaceState(null, "", name ? `?${new URLSearchParams({ name })}` : location.pathname);
    const [text, tone, links] = name
      ? await judge(name).catch((error) => {
        engine = undefined;
        return [words.broken.replace("{reason}", () => error.message), "caution"];
      })
      : ["", ""];
    if (number === asked) show(text.replace("{name}", () => name), tone, links);
  };

  by("name-check").addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); check(); });
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(check, PAUSE); });
  field.value = new URLSearchParams(location.search).get("name") ?? "";
  if (field.value) check();
})();
