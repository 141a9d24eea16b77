"""The two engines, Python's and the browser's, find the same in the same files, whatever is asked for; and what a file
says wrongly is refused.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.catalogues import index_of, rows
from packyard.errors import FormatError
from packyard.model import Row
from packyard.search import index, paths
from packyard.search.engine import search
from packyard.search.lists import format_line, numbers, parse_line
from packyard.search.query import parse_query
from packyard.search.shelf import Shelf, open_shelf
from packyard.search.text import asked, distance, fold, words
from tests.tools import need

SCRIPT = Path(__file__).resolve().parents[2] / "templates/js/search-engine.js"
#: Runs queries as the page does; what is refused is null.
RUN = """
const fs = require("fs"), vm = require("vm");
vm.runInThisContext(fs.readFileSync(process.argv[1], "utf8"));
const { files, queries } = JSON.parse(fs.readFileSync(0, "utf8"));
const load = async (path) => {
  if (!(path in files)) throw Error(path);
  return new Uint8Array(Buffer.from(files[path], "base64"));
};
(async () => {
  const engine = await vm.runInThisContext("PackyardSearch").open(load), answers = [];
  for (const [text, options] of queries) {
    answers.push(await engine.search(text, options).catch((error) => {
      if (!(error instanceof RangeError)) throw error;
      return null;
    }));
  }
  console.log(JSON.stringify(answers));
})();
"""
ASKED = (
    *[
        "c",
        "審査",
        "代码审查",
        "查",
        "日本語",
        "NAIVE strasse",
        "проверка",
        "🎉party",
        "σίσυφος",
        "한국",
        "@",
        '"',
        "a b c d",
        "ｐｙｔｈｏｎ",
        "qqqq code",
        "",
    ],
    *["deprecated:yes", "deprecated:no python", "archived:yes", "renamed:no code", "license:none", "tag:nowhere x"],
    *["license:apache-2.0 rust", "licence:mit author:@alice", 'tag:"code review"', "channel:beta", "has:routing"],
    *["routing:budget has:hooks", "target:cursor has:hooks", "tag:python tag:rust", "owner:a owner:alice"],
    *["colour:red", "has:readme", "tag:", "deprecated:maybe"],
    "x" * 1001,
    " ".join(map(str, range(10, 50))),
    *["claude", "claude code", "cursor review", "geminicli", "gemini cli rust", "zed", "code"],
)


def special() -> list[Row]:
    """Packs with what synthetic ones do not have, and many of those."""
    made = list(rows(1400))
    made[3] = made[3]._replace(
        description="代码审查工具 Straße ĄÊ naïve",
        tags=("Code Review", "日本語テスト"),
        license="MIT OR (Apache-2.0)",
        channels=(("beta", "1.0.0"),),
        archived=True,
        owner="alice",
    )
    for at in range(7, 300, 9):
        made[at] = made[at]._replace(targets=("claudecode", "cursor") if at % 2 else ("geminicli", "zed"))
    made[5] = made[5]._replace(description="🎉party 한국어 проверка кода ΣΊΣΥΦΟΣ", renamed="x-y", license="")
    return made


PACKS = special()


def queries(random: Random, packs: Sequence[Row], count: int) -> list[tuple[str, dict[str, Any]]]:
    """Queries as people ask them, most of them with a slip, sorted and paged somehow."""
    found: list[tuple[str, dict[str, Any]]] = [(text, {}) for text in ASKED]
    while len(found) < count:
        pack = random.choice(packs)
        sentence = pack.description.split()
        text = random.choice(
            (
                pack.name,
                pack.name[: random.randint(1, len(pack.name))],
                pack.name.replace("-", " "),
                " ".join(random.sample(sentence, min(3, len(sentence)))),
                f"tag:{pack.tags[0]} {pack.name.partition('-')[0]}",
            )
        )
        at = random.randrange(len(text))
        slipped = text[:at] + random.choice("aeiou- ") + text[at + random.randint(0, 1) :]
        sort = random.choice(("relevance", "relevance", "name", "updated", "quality", "downloads"))
        options = {"sort": sort, "page": random.choice((1, 1, 2)), "limit": random.choice((20, 5))}
        found.append((random.choice((text, slipped)).replace(":", " ") if "tag:" not in text else text, options))
    return found


def run_script(files: Mapping[str, bytes], asked_for: Sequence[object], script: str = RUN) -> list[Any]:
    """What the browser's engine answers."""
    from base64 import b64encode

    given = {"files": {path: b64encode(data).decode() for path, data in files.items()}, "queries": asked_for}
    command = [need("node"), "-e", script, str(SCRIPT)]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True)
    answers: list[Any] = json.loads(done.stdout)
    return answers


def opened(files: Mapping[str, bytes]) -> Shelf:
    """The index in these files."""
    return open_shelf(lambda wanted: [files[path] for path in wanted])


@pytest.mark.parametrize("count", [300, 1400], ids=["one file", "in parts"])
def test_both_find_the_same(count: int) -> None:
    packs = PACKS[:count]
    files = index_of(packs)
    assert (len(files) > 1) == (count >= index.SMALL)
    shelf, asked_for = opened(files), queries(Random(3), packs, 300)
    for (text, options), answer in zip(asked_for, run_script(files, asked_for), strict=True):
        try:
            found = search(shelf, parse_query(text), **options)
        except FormatError:
            assert answer is None, text
            continue
        assert answer is not None, text
        assert (answer["total"], answer["part"], answer["meant"]) == (found.total, found.part, found.meant), text
        hits = [(hit["name"], hit["match"], hit["quality"]) for hit in answer["hits"]]
        assert hits == [(hit.entry.name, hit.match, hit.entry.quality) for hit in found.hits], text


def test_one_file_and_many_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = opened(index_of(PACKS[:300]))
    monkeypatch.setattr(index, "SMALL", 0)
    parts = opened(index_of(PACKS[:300]))
    for text, options in queries(Random(5), PACKS[:300], 200):
        try:
            query = parse_query(text)
        except FormatError:
            continue
        assert search(whole, query, **options) == search(parts, query, **options), text


def test_a_program_is_a_word_of_the_packs_that_are_for_it() -> None:
    plain = [row._replace(targets=("*",)) for row in list(rows(40))]
    for at, target in enumerate(("claudecode", "cursor", "zed", "my own thing", "*")):
        plain[at] = plain[at]._replace(name=f"pack-{at}", description="", tags=(), targets=(target,))
    shelf = opened(index_of(plain))

    def found(text: str) -> set[str]:
        return {hit.entry.name for hit in search(shelf, parse_query(text)).hits} & {row.name for row in plain[:5]}

    for text in ("claude", "claudecode", "claude code", "claude-code", "pack claude"):
        assert found(text) == {"pack-0"}, text
    assert (found("cursor"), found("curs"), found("zed"), found("own")) == (
        {"pack-1"},
        {"pack-1"},
        {"pack-2"},
        {"pack-3"},
    )
    assert found("target:cursor") == {row.name for row in plain[1:5:3]}, "the filter knows packs for everything too"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("migartions", "migrations"),
        ("git migartions", "git migrations"),
        ("git migrations", ""),
        ("houze style", "house-style"),
        ("housestyle", ""),
        ("house-style", ""),
        ("qqqqqq", ""),
    ],
)
def test_how_words_are_read_is_said(text: str, meant: str) -> None:
    named = (("git-notes", "migrations"), ("house-style", "rules"))
    packs = [PACKS[0]._replace(name=name, description="", tags=(tag,)) for name, tag in named]
    shelf = opened(index_of(packs))
    assert search(shelf, parse_query(text)).meant == meant
    [answer] = run_script(index_of(packs), [(text, {})])
    assert answer["meant"] == meant


def test_a_file_that_the_host_unpacked() -> None:
    files = index_of(PACKS[:30])
    plain = {path: index.unpack(data) for path, data in files.items()}
    name = PACKS[7].name
    assert search(opened(plain), parse_query(name)).hits[0].entry.name == name
    [answer] = run_script(plain, [(name, {})])
    assert (answer["hits"][0]["name"], answer["hits"][0]["updated"][-1]) == (name, "Z")


def test_every_file_is_asked_for_once() -> None:
    counting = RUN.replace("if (!(path in files))", "load.asked.push(path); if (!(path in files))").replace(
        "console.log(JSON.stringify(answers))", "console.log(JSON.stringify(load.asked))"
    )
    script = counting.replace("(async () => {", "load.asked = [];\n(async () => {", 1)
    files = index_of(PACKS)
    asked_for = [("python review", {}), ("python review", {"page": 2}), ("pyhton review tag:python", {})]
    paths_asked = run_script(files, asked_for, script)
    assert len(paths_asked) == len(set(paths_asked)) > 10
    assert len(paths_asked) < 80


@given(st.binary(max_size=60), st.integers(0, 4000), st.sampled_from(["", "python", "pyhton", "tag:python", "zz"]))
def test_broken_files_are_refused(noise: bytes, at: int, text: str) -> None:
    data = index.unpack(BROKEN[paths.CATALOGUE])
    files = {paths.CATALOGUE: data[: at % len(data)] + noise + data[at % len(data) + len(noise) :]}
    try:
        for sort in ("relevance", "quality"):
            search(opened(files), parse_query(text), sort)
    except FormatError as error:
        assert error.code in ("document-invalid", "name-invalid", "text-not-utf8")


BROKEN = index_of(PACKS[:4])


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b", b"\x1f\x8bxxxxxxxx", b"[]", b"{}", b"[" * 100_000, b"\xff"])
def test_what_is_no_index(data: bytes) -> None:
    with pytest.raises(FormatError):
        opened({paths.CATALOGUE: data})
    cut = BROKEN[paths.CATALOGUE][:-9]
    with pytest.raises(FormatError):
        opened({paths.CATALOGUE: cut})


# --- text, lists ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("code-review @acme/hello C++ node.js", "code review acme hello c node js"),
        ("it's_snake", "it s snake"),
        ("代码审查", "代码 码审 审查 查"),
        ("查", "查"),
        ("「日本」、東京。", "日本 本 東京 京"),
        ("проверка кода — да", "проверка кода да"),
        ("naïve Straße", "naive strasse"),
        ("العربية، نعم؟", "العربية نعم"),
        ("x" * 80, "x" * 64),
        ("й" * 80, "и" * 24),
    ],
)
def test_words(text: str, found: str) -> None:
    assert words(fold(text)) == found.split()


def test_a_query_has_pairs_alone() -> None:
    assert asked("代码审查 查") == ["代码", "码审", "审查", "查"]


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("python", "python", 0), ("python", "pyhton", 1), ("python", "pythn", 1), ("ab", "ba", 1), ("abc", "ca", 3)],
)
def test_distance(one: str, other: str, slips: int) -> None:
    assert distance(one, other, 5) == distance(other, one, 5) == slips
    assert distance(one, other, 1) == min(slips, 2)


PACKS_AT = st.lists(st.tuples(st.integers(0, 100_000), st.integers(1, 255)), unique_by=lambda pack: pack[0]).map(sorted)


@given(st.dictionaries(st.sampled_from("fntuodebx"), PACKS_AT))
def test_lines_are_parsed_as_they_are_written(given_lists: dict[str, list[tuple[int, int]]]) -> None:
    kept = {
        place: [(ident, length if place == "f" else 0) for ident, length in packs]
        for place, packs in given_lists.items()
    }
    assert parse_line(format_line("term", kept)) == ("term", {place: packs for place, packs in kept.items() if packs})


@given(st.text())
def test_any_text_is_numbers_or_refused(text: str) -> None:
    try:
        assert all(number >= 0 for number in numbers(text) if text.isascii() and text >= "0")
    except FormatError as error:
        assert error.code == "document-invalid"
