// The search: finds in the files of search/ what `packyard search` finds, as packyard/search/query.py specifies.
//
//   const engine = await PackyardSearch.open(async (path) => bytes);    // a file of the site, as Uint8Array
//   const { total, hits, part } = await engine.search("tag:python review", { sort: "updated", page: 1, limit: 20 });
//
// Files are asked for once, those of one step together. A query that cannot be answered throws a RangeError.
const PackyardSearch = (() => {
  "use strict";

  const FIELDS = ["name", "latest", "description", "owner", "tags", "targets", "features", "license", "updated",
    "deprecated", "archived", "renamed", "channels", "routing", "quality", "downloads", "weekly"];
  const HAS = /^(rules|commands|agents|skills|hooks|plugins|mcp|ignore|models|routing)$/;
  const FILTERS = /^(tag|target|feature|has|owner|license|channel|routing|deprecated|archived|renamed)$/;
  // What a word is worth at a place: all of the word there, a word there that begins with it, and a slip.
  const WORTH = { f: [80, 75, 35], n: [70, 60, 35], t: [55, 40, 30], u: [50, 40, 30], o: [25], d: [20, 15], a: [15, 10] };
  const BEGUN = 85, NAME_SLIP = 58, SURE = 40, ENOUGH = 10;

  // --- text ---

  const LETTERS = { ł: "l", ø: "o", đ: "d", ð: "d", ħ: "h", ŧ: "t", ı: "i", æ: "ae", œ: "oe", þ: "th" };
  const DROPPED = /[\u0300-\u036f\xad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]+/g;
  const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u2fff\\u3005-\\u3007\\u3041-\\ua4cf" +
    "\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const BETWEEN = "\\0-/:-`{-\\xbf\\u05be\\u060c\\u061b\\u061f\\u06d4\\u0964\\u0965\\u2000-\\u2bff\\u2e00-\\u303f" +
    "\\ufd3e\\ufd3f\\ufe10-\\ufe6f\\uff00-\\uffff";
  const RUN = RegExp(`([${UNSPACED}]+)|[^${BETWEEN}${UNSPACED}]+`, "gu");

  const isAscii = (text) => !/[^\0-\x7f]/.test(text);
  const fold = (text) => text.toLowerCase().normalize("NFKD").toUpperCase().toLowerCase().normalize("NFKD")
    .replace(DROPPED, "").replace(/[łøđðħŧıæœþς]/g, (letter) => LETTERS[letter] ?? "σ").normalize("NFC");
  const spaced = (text) => fold(text).replace(/[\0- ]+/g, " ").replace(/^ | $/g, "");
  const first = (text, length) => [...text].slice(0, length).join("");
  const shortened = (text) => first(text, /^[\da-z-]*$/.test(text) ? 64 : 24);
  const backwards = (text) => [...text].reverse().join("");
  const wordsOf = (text) => [...text.matchAll(RUN)].flatMap(([run, unspaced]) => {
    const letters = [...run];
    return unspaced && letters[1] ? letters.slice(1).map((letter, at) => letters[at] + letter) : [shortened(run)];
  });

  // How many slips make one word of another (optimal string alignment).
  const distance = (one, other) => {
    let before, last = [...other, 0].map((_, at) => at);
    [...one].forEach((left, i) => {
      const row = [i + 1];
      [...other].forEach((right, j) => {
        const swapped = left === other[j - 1] && one[i - 1] === right ? before[j - 1] + 1 : 99;
        row.push(Math.min(last[j + 1] + 1, row[j] + 1, last[j] + (left !== right), swapped));
      });
      [before, last] = [last, row];
    });
    return last.at(-1);
  };

  // --- the dictionary ---

  // Whether a text comes before another by code points, as terms are sorted.
  const precedes = (one, other) => {
    let at = 0;
    while (at < one.length && one[at] === other[at]) at++;
    return (one.codePointAt(at) ?? -1) < (other.codePointAt(at) ?? -1);
  };
  const termOf = (line) => line.split("\t", 1)[0];
  // How many of sorted lines come before a text.
  const countBefore = (lines, text) => {
    let low = 0, high = lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (precedes(termOf(lines[middle]), text)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const exactly = (term) => [term, term + "\0"];
  const beginning = (text) => [text, text + "\u{10ffff}"];

  // Calls visit(id, place, length of the name) for each pack on a line.
  const visitPacks = (line, visit) => {
    for (const [place, ...digits] of line.split("\t").slice(1)) {
      let ident = -1, value = 0, scale = 1, skipped;
      for (const digit of digits) {
        const code = digit.charCodeAt() - 48;
        value += code % 32 * scale;
        scale *= 32;
        if (code > 31) continue;
        if (place !== "f") visit(ident += value + 1, place);
        else if (skipped === undefined) skipped = value;
        else {
          visit(ident += skipped + 1, place, value);
          skipped = undefined;
        }
        value = 0;
        scale = 1;
      }
    }
  };
  const packsOf = (lines, places) => {
    const found = new Set();
    for (const line of lines) visitPacks(line, (ident, place) => places.includes(place) && found.add(ident));
    return found;
  };

  const openShelf = (read, { count, over, shards, lines, rows }) => {
    const escaped = (shard) => shard.replace(/[^\da-z-]/gu, (letter) => `_${letter.codePointAt().toString(16)}_`);
    const whole = lines?.split("\n");
    const load = async (shard) => whole ?? (await read(`terms/t${escaped(shard)}`)).split("\n");
    const rowOf = (values) => Object.fromEntries(FIELDS.map((field, at) => [field, values[at]]));
    // A function that gives the value of a pack, of those that stand `size` in a file.
    const chunks = async (folder, size, idents, valueOf) => {
      const parts = {}, numbers = new Set(idents.map((ident) => Math.floor(ident / size)));
      await Promise.all([...numbers].map(async (part) => (parts[part] = JSON.parse(await read(`${folder}/${part}`)))));
      return (ident) => valueOf(parts[Math.floor(ident / size)], ident % size);
    };
    return {
      count,
      over: packsOf(["\tx" + over], "x"),
      lines: (spans) => Promise.all(spans.map(async ([low, high]) => {
        const wanted = shards.slice(countBefore(shards, low + "\0") - 1, countBefore(shards, high));
        const found = (await Promise.all(wanted.map(load))).flat();
        return found.slice(countBefore(found, low), countBefore(found, high));
      })),
      rows: async (idents) => idents.map(rows ? (ident) => rowOf(rows[ident])
        : await chunks("rows", 8, idents, (part, at) => rowOf(part[at]))),
      column: (name, idents) => rows ? (ident) => rowOf(rows[ident])[name]
        : chunks("columns", 4096, idents, (part, at) => part[name][at]),
    };
  };

  // --- queries ---

  const refuse = (reason) => { throw new RangeError(reason); };
  const parse = (text) => {
    const plain = [], filters = new Map();
    for (const token of text.match(/(?:[^\s"]|"[^"]*"|")+/g) ?? []) {
      const [, given, quoted] = token.match(/^([a-z]+):(.*)$/si) ?? [];
      if (!given) {
        plain.push(fold(token));
        continue;
      }
      const name = given.toLowerCase().replace("author", "owner").replace("licence", "license");
      const value = spaced(quoted.replaceAll('"', "")).replace(name === "owner" ? /^@/ : /^$/, "");
      if (!FILTERS.test(name) || !value || (name === "has" && !HAS.test(value))) refuse(token);
      const flag = /^(de|ar|ren)/.test(name), no = /^(no|false)$/.test(value);
      if (flag && !no && !/^(yes|true)$/.test(value)) refuse(token);
      const fact = flag ? `yes:${name}` : name + value === "hasrouting" ? "yes:routing"
        : `${shortened(value)}:${name.replace("has", "feature")}`;
      const starred = /^(target|feature|has)$/.test(name) ? [fact.replace(/.*(?=:)/s, "*")] : [];
      const group = /^(owner|license)$/.test(name) ? name : fact + no;
      filters.set(fact + no, { group, no: flag && no, terms: [fact, ...starred] });
    }
    const joined = plain.join(" "), all = [...new Set(wordsOf(joined))];
    if ([...text].length > 1000 || all.length + filters.size > 32) refuse(first(text, 40) + "…");
    const long = all.filter((word) => !/^[\0-\x7f]$/.test(word)), words = long.length ? long : all;
    const extra = all.filter((word) => !words.includes(word)), several = all.length > 1;
    const name = isAscii(joined) ? shortened(joined.replace(/[^\da-z]+/g, "")) : "";
    return { words, extra, several, name, filters: [...filters.values()] };
  };

  // --- finding ---

  const pointsOf = (word, lines, lengths) => {
    const points = new Map();
    for (const line of lines) {
      const term = termOf(line);
      if (!term.includes(":")) {
        visitPacks(line, (ident, place, length) => {
          const worth = WORTH[place]?.[term === word ? 0 : 1] ?? 0;
          if (worth > (points.get(ident) ?? 0)) points.set(ident, worth);
          if (length) lengths.set(ident, length);
        });
      }
    }
    return points;
  };

  // What the terms of a query say.
  const ask = async (shelf, { words, extra, several, name, filters }) => {
    const named = name ? (several ? beginning : exactly)("=" + name) : ["", ""];
    const begun = words.map((word) => [...word].length > 3 ? beginning(word) : [word, word + "+"]);
    const exactTerms = [...extra, ...filters.flatMap(({ terms }) => terms)];
    const lines = await shelf.lines([named, ...begun, ...exactTerms.map(exactly)]);
    const names = lines.shift(), exact = new Map(), added = new Map(), lengths = new Map(), groups = new Map();
    for (const line of names) {
      if (termOf(line) === "=" + name) visitPacks(line, (ident, place) => exact.set(ident, place === "e" ? 0 : 1));
    }
    const used = words.map((word, at) => {
      const own = lines[at].filter((line) => termOf(line) === word);
      return packsOf(own, "fntu").size || packsOf(own, "oda").size >= ENOUGH;
    });
    const points = words.map((word) => pointsOf(word, lines.shift(), lengths));
    for (const word of extra) {
      const points = pointsOf(word, lines.shift(), lengths);
      for (const [ident, worth] of points) added.set(ident, worth + (added.get(ident) ?? 0));
    }
    for (const { group, no, terms } of filters) {
      const found = packsOf(terms.flatMap(() => lines.shift()), "x"), before = groups.get(group);
      groups.set(group, (ident) => before?.(ident) || found.has(ident) !== no);
    }
    const allows = (ident) => [...groups.values()].every((group) => group(ident));
    return { points, used, added, exact, lengths, allows, begun: packsOf(names, "be") };
  };

  // The points of the packs that have `most` of the words, or as many as any has.
  const sums = (words, { added, allows }, most) => {
    const counts = new Map(), found = new Map();
    for (const points of words) {
      for (const [ident, worth] of points) {
        const [count, sum] = counts.get(ident) ?? [0, added.get(ident) ?? 0];
        counts.set(ident, [count + 1, sum + worth]);
      }
    }
    const had = [...counts].filter(([ident]) => allows(ident));
    const part = most ?? had.reduce((so, [, [count]]) => Math.max(so, count), 0);
    for (const [ident, [count, sum]] of had) if (count === part) found.set(ident, sum);
    return [found, part];
  };

  // The four words among the lines that begin, or backwards begin, like a word, and are a slip away; with the distance.
  const nearest = async (shelf, word, ends, kept, most) => {
    const starts = [ends[0] + first(word, kept), ends[1] + first(backwards(word), kept)];
    const terms = (await shelf.lines(starts.map(beginning))).flat().map(termOf).filter((term) => !term.includes(":"));
    const known = new Set(terms.map((term) => term[0] === ends[0] ? term.slice(1) : backwards(term.slice(1))));
    return [...known].filter((term) => Math.abs(term.length - word.length) <= 2 * most)
      .map((term) => [distance(word, term), term]).filter(([far]) => far && far <= most)
      .sort(([a, one], [b, other]) => a - b || (precedes(one, other) ? -1 : 1)).slice(0, 4);
  };

  // The packs whose name is one slip away; and the points of the words with those of misspelt ones.
  const slipped = async (shelf, { words, name, several }, { points, used, exact }, wanted) => {
    const spelt = [], names = name.length < 6 || exact.size ? [] : await nearest(shelf, name, "=~", (name.length - 1) >> 1, 1);
    const found = await shelf.lines(names.map(([, term]) => exactly("=" + term)));
    const respelt = async (before, at) => {
      const word = words[at], length = [...word].length, after = new Map(before);
      if (!wanted || used[at] || length < 3) return before;
      const [ends, kept, most] = [length < 5 ? "<>" : "()", length < 8 ? (length - 1) >> 1 : 3, length < 8 ? 1 : 2];
      const near = await nearest(shelf, word, ends, kept, most);
      const lines = await shelf.lines(near.map(([, term]) => exactly(term)));
      spelt[at] = near.map(([, term], which) => [term, packsOf(lines[which], "fntu")]);
      lines.flat().forEach((line, which) => visitPacks(line, (ident, place) => {
        const worth = (WORTH[place]?.[2] ?? 0) - 5 * (near[which][0] - 1);
        if (worth > (after.get(ident) ?? 0)) after.set(ident, worth);
      }));
      return after;
    };
    const plain = names.length && several;
    return [packsOf(found.flat(), "be"), plain ? points : await Promise.all(points.map(respelt)), spelt];
  };

  const score = async (shelf, query, asked) => {
    const { exact, begun, allows } = asked, count = query.words.length;
    const [own] = sums(asked.points, asked, count);
    if (!count) for (let ident = 0; ident < shelf.count; ident++) if (allows(ident)) own.set(ident, 0);
    if (!count) return { points: own, exact, match: () => "all", part: 0 };
    const sure = [...own.keys()].filter((ident) => asked.points.every((points) => points.get(ident) >= SURE)).length;
    const [names, words, spelt] = sure < ENOUGH ? await slipped(shelf, query, asked, !sure) : [new Set(), asked.points];
    const [points] = sums(words, asked, count);
    const raise = (ident, worth) => allows(ident) && points.set(ident, Math.max(worth * count, points.get(ident) ?? 0));
    for (const ident of [...exact.keys(), ...names]) if (!own.has(ident)) raise(ident, NAME_SLIP);
    for (const ident of exact.keys()) if (!own.has(ident)) exact.set(ident, 2);
    if (query.several) for (const ident of begun) raise(ident, BEGUN);
    if (points.size || count < 2) {
      const match = (ident) => exact.get(ident) < 2 ? "name"
        : own.has(ident) || begun.has(ident) ? "words" : "spelling";
      const meant = (ident, name) => exact.has(ident) || names.has(ident) ? name : query.words.map((word, at) =>
        asked.points[at].has(ident) ? word : spelt[at].find(([, packs]) => packs.has(ident))[0]).join(" ");
      return { points, exact, match, meant, part: 0 };
    }
    const [most, part] = sums(words, asked);
    return { points: most, exact, match: () => "part", part };
  };

  const order = async (shelf, { lengths }, { points, exact }, sort) => {
    const rank = (ident) => ((exact.get(ident) ?? 9) * 2 + shelf.over.has(ident)) * 2 ** 21
      - points.get(ident) * 256 + (lengths.get(ident) ?? 255);
    const ranked = [...points.keys()].sort((a, b) => rank(a) - rank(b) || a - b);
    if (sort === "relevance" || !ranked.length) return ranked;
    const valueOf = await shelf.column(sort, ranked);
    return ranked.sort((a, b) => sort !== "name" ? (valueOf(b) ?? -1) - (valueOf(a) ?? -1)
      : precedes(valueOf(a), valueOf(b)) ? -1 : 1);
  };

  const unpack = async (bytes) => {
    const data = new Blob([bytes]);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return data.text(); // the host has done it
    return new Response(data.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };

  const open = async (fetchBytes) => {
    const files = new Map();
    const read = (name) => {
      if (!files.has(name)) files.set(name, fetchBytes(`search/${name}.gz`).then(unpack));
      files.get(name).catch(() => files.delete(name));
      return files.get(name);
    };
    const index = JSON.parse(await read("catalogue"));
    if (index.format !== "packyard/search/1") throw Error(index.format);
    const shelf = openShelf(read, index);
    return {
      async search(text, { sort = "relevance", page = 1, limit = 20 } = {}) {
        const query = parse(text), asked = await ask(shelf, query), scored = await score(shelf, query, asked);
        const ordered = await order(shelf, asked, scored, sort);
        const shown = ordered.slice((page - 1) * limit, page * limit), rows = await shelf.rows(shown);
        const time = (seconds) => new Date(seconds * 1000).toISOString().replace(".000", "");
        const hits = rows.map((row, at) => ({ ...row, updated: time(row.updated), match: scored.match(shown[at]) }));
        const meant = hits[0]?.match === "spelling" ? scored.meant(shown[0], hits[0].name) : "";
        return { total: ordered.length, hits, part: scored.part, meant };
      },
    };
  };

  return { open };
})();
