"""Keys, rules and mirrors: every fact of the values stands on the page, and nothing that is not known."""

from __future__ import annotations

import itertools
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from packyard.errors import FormatError
from packyard.formats import layout, note
from packyard.formats.agreed import Agreed, Rebuilt, Witness, parse_agreed
from packyard.formats.registry import POLICY
from packyard.rules.table import RULES, SECTIONS, outcome
from packyard.surfaces import trustpages
from packyard.surfaces.templates import Templates
from packyard.surfaces.trustpages import fingerprint, keys_of, keys_page, mirrors_page, plan_trust, rules_page
from tests.logsites import trust_of, vkey
from tests.registry import ORIGIN, signer
from tests.surfaces import sample
from tests.surfaces.markup import Markup

FIRST = trust_of(("w1",), 1)
SECOND = FIRST._replace(
    number=2, root_keys=(*FIRST.root_keys, signer("root-2").public_key), threshold=2, expires="2098-01-01T00:00:00Z"
)
AGREED = Agreed(
    42,
    "a" * 40,
    5120,
    1,
    (Witness("w1.witness.example/log", "agrees", 5120, "2026-11-21T06:00:00Z"), Witness("<b>w2</b>", "silent", 0, "")),
    (Rebuilt("Carol", "A" * 16, 42, True, 0), Rebuilt("Dan", "B" * 16, 41, False, 3)),
)


def page(data: bytes) -> Markup:
    found = Markup(data.decode())
    assert found.errors == []
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in found.values("href") if target.startswith("#")} <= set(ids)
    levels = [int(each.tag[1]) for each in found.elements if re.fullmatch("h[1-6]", each.tag)]
    assert levels.count(1) == 1
    tops = levels[levels.index(1) :]
    assert all(after <= before + 1 for before, after in itertools.pairwise(tops))
    assert not any(name == "style" or name.startswith("on") for each in found.elements for name in each.attributes)
    return found


# --- keys ---


def test_every_key_of_every_trust_file_is_told(templates: Templates) -> None:
    text = page(keys_page(templates, sample.SITE, [FIRST, SECOND])).text
    for trust, keys in keys_of([FIRST, SECOND]):
        assert trust.expires[:10] in text
        for key in keys:
            assert key.text in text
            assert key.name in text
            assert key.fingerprint in text
    assert text.index("2098-01-01") < text.index("2099-01-01"), "what is in force stands first"
    assert "2 of 2" in text
    assert "1 of 1" in text


def test_a_key_says_since_which_file_it_is_trusted() -> None:
    (_, first), (_, second) = keys_of([FIRST, SECOND])
    assert {key.since for key in first} == {1}
    assert [key.since for key in second if key.use == "root"] == [1, 2]
    assert [key.use for key in second] == ["root", "root", "snapshot", "attest", "log", "witness"]
    witness = vkey("w1")
    assert second[-1][1:] == (witness.name, note.format_vkey(witness), fingerprint(witness.raw), 1)


def test_a_fingerprint_is_the_hash_of_the_key() -> None:
    assert fingerprint(b"\0" * 32).replace(" ", "") == sha256(b"\0" * 32).hexdigest()


def test_without_earlier_files_nothing_is_said_of_them(templates: Templates) -> None:
    text = page(keys_page(templates, sample.SITE, [FIRST])).text
    assert "Earlier trust files" not in text
    assert "Verify everything by hand" in text


# --- rules ---


def test_every_rule_has_an_anchor_and_its_words(templates: Templates) -> None:
    found = page(rules_page(templates, sample.SITE))
    ids, text = set(found.values("id")), " ".join(found.text.split())
    assert {rule.code for rule in RULES} <= ids
    for rule in RULES:
        for said in (rule.title, rule.why, rule.fix, rule.passes, rule.fails):
            assert " ".join(said.replace("`", "").split()) in text, rule.code
    assert len(trustpages.sections(sample.REGISTRY)) == len(SECTIONS)


def test_outcomes_are_those_of_the_registry(templates: Templates) -> None:
    assert outcome("name-similar", {}) == "review"
    changed = sample.REGISTRY._replace(
        rules={"name-similar": "block", "secret": "review"}, policy={"publishes": 7}, limits={"files": 321}
    )
    found = page(rules_page(templates, sample.SITE._replace(registry=changed)))
    usual, _, changes = found.text.partition("Other outcomes than usual")
    review = usual.partition("For reviewers")[2].rpartition("For reviewers")[2]
    assert "secret " in review.replace("\n", " ")
    assert "name-similar" not in review
    assert "name-similar" in changes.partition("Numbers")[0]
    for row in ("publishes7", "files321", f"review_files{POLICY['review_files'].default:,}"):
        assert row in found.text


def test_usual_outcomes_are_not_told_as_changes(templates: Templates) -> None:
    assert "Other outcomes" not in page(rules_page(templates, sample.SITE)).text


# --- mirrors ---


def test_mirrors_witnesses_and_who_agreed(templates: Templates) -> None:
    registry = sample.REGISTRY._replace(
        mirrors=("https://mirror.example.net/packs/",), witnesses=("https://witness.example/", "../local")
    )
    found = page(mirrors_page(templates, sample.SITE._replace(registry=registry), FIRST, AGREED))
    assert "https://mirror.example.net/packs/" in found.values("href")
    assert "../local" in found.text
    assert "../local" not in found.values("href")
    assert note.format_vkey(vkey("w1")) in found.text
    for said in ("snapshot 42", "5,120", "Carol", "the very same site", "3 files differ", "2026-11-21T06:00:00Z"):
        assert said in found.text, said
    assert "1 of 2" in found.text
    assert "<b>w2</b>" in found.text, "text of others stays text"


def test_what_is_not_known_is_said_to_be_unknown(templates: Templates) -> None:
    alone = FIRST._replace(witnesses=(), quorum=0)
    text = page(mirrors_page(templates, sample.SITE, alone, None)).text
    for said in ("names no mirror", "names no witness", "Nothing is recorded here"):
        assert said in text
    assert "agrees" not in text.replace("who agreed", "")


def document(**more: object) -> bytes:
    size: dict[str, object] = {"size": 5120, "root": "x"}
    plain = {"format": "packyard/agreement/1", "origin": ORIGIN, "snapshot": 42, "commit": "a" * 40, "log": size}
    witness = {
        "name": "w1",
        "vkey": "v",
        "standing": "agrees",
        "size": 5120,
        "root": "x",
        "time": "2026-11-21T06:00:00Z",
    }
    silent = {"name": "w2", "vkey": "v", "standing": "silent", "size": None, "root": None, "time": None}
    rebuild = {"by": "Carol", "key": "A" * 16, "snapshot": 42, "commit": "a", "same": True, "differences": 0}
    lists = {"quorum": 1, "cosigned": 1, "witnesses": [witness, silent], "rebuilds": [rebuild]}
    return json.dumps({**plain, **lists, **more}).encode()


def test_the_document_of_an_agreement_is_read() -> None:
    found = parse_agreed(document(later=1), ORIGIN)
    assert (found.snapshot, found.size, found.cosigned, found.quorum) == (42, 5120, 1, 1)
    assert found.witnesses == (Witness("w1", "agrees", 5120, "2026-11-21T06:00:00Z"), Witness("w2", "silent", 0, ""))
    assert found.rebuilds == (Rebuilt("Carol", "A" * 16, 42, True, 0),)


@pytest.mark.parametrize(
    "data",
    [
        document(format="packyard/agreement/2"),
        document(origin="other.example"),
        document(snapshot=-1),
        document(commit="<script>"),
        document(witnesses=[{"name": "w", "standing": "maybe"}]),
        document(rebuilds=[{}]),
        b"[]",
        b"{" * 100,
        b" " * (1 << 21),
    ],
)
def test_what_is_no_agreement(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_agreed(data, ORIGIN)


# --- plans ---


def test_the_plan(templates: Templates) -> None:
    recipes = {recipe.path: recipe for recipe in plan_trust(templates, sample.SITE, [FIRST, SECOND], AGREED)}
    assert list(recipes) == [layout.family_index(name) for name in ("keys", "rules", "mirrors")]
    other = {recipe.path: recipe for recipe in plan_trust(templates, sample.SITE, [FIRST], None)}
    assert [path for path in recipes if recipes[path].inputs != other[path].inputs] == [
        "keys/index.html",
        "mirrors/index.html",
    ]
    for recipe in recipes.values():
        assert recipe.render().startswith(b"<!doctype html>")


def test_the_templates_say_nothing_without_the_catalogue() -> None:
    for name in ("keys", "rules", "mirrors"):
        text = Path(f"templates/registry/{name}.html").read_text()
        words = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>|packyard mirror .*", " ", text, flags=re.DOTALL)
        assert set(re.findall(r"[A-Za-z]{3,}", words)) <= {"json"}, name
