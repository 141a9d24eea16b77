"""Names of fields never change within a format's number, and what a reader knew stays true."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from packyard.formats import schemas
from packyard.formats.schemas.terms import Schema, flag, many, maybe, number, record, ref, table, text
from tests.formats.compatibility import KEPT, URL, breaks

DEFS = {
    "mark": record("A mark", {"reason": text("Why")}, {"legal": text("What the law says")}),
    "longer": record("A mark", {"reason": text("Why"), "date": text("When")}, {"legal": text("What the law says")}),
    "emptier": record("A mark", {}, {"reason": text("Why"), "legal": text("What the law says")}),
}


def of(member: Schema, **more: Schema) -> Schema:
    return record("A document", {"value": member}, more) | {"$defs": DEFS}


WORD = text("A word", pattern="^[a-z]+$")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (of(WORD), of(text("In other words", pattern="^[a-z]+$"))),
        (of(WORD), of(WORD, other=text("More"))),
        (of(WORD), record("", {"value": WORD, "other": text("More")})),
        (record("", {}, {"value": WORD}), record("", {"value": WORD})),
        (of(maybe(WORD)), of(WORD)),
        (of(maybe(ref("mark"))), of(ref("mark"))),
        (of(maybe(ref("mark"))), of(maybe(ref("longer")))),
        (of(ref("mark")), of({"allOf": [ref("mark"), record("", {"date": text("")})]})),
        (of({"enum": ["a", "b"]}), of({"enum": ["a"]})),
        (of({"enum": ["a", "b"]}), of({"const": "b"})),
        (of(text("")), of({"const": "b"})),
        (of(text("")), of(WORD)),
        (of(number("", minimum=1)), of(number("", minimum=2, maximum=5))),
        (of(many(text(""), "")), of(many(WORD, ""))),
        (of(table(maybe(WORD), "")), of(table(WORD, ""))),
        (
            of({"allOf": [ref("mark"), record("", {"a": WORD})]}),
            of({"allOf": [ref("longer"), record("", {"a": WORD})]}),
        ),
    ],
)
def test_what_may_change(before: Schema, after: Schema) -> None:
    assert breaks(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (of(WORD), record("", {"name": WORD}), "document.value: is gone"),
        (of(WORD, other=WORD), of(WORD), "document.other: is gone"),
        (of(WORD), record("", {}, {"value": WORD}), "document.value: may be missing"),
        (of(WORD), of(number("")), "document.value: was string, is integer"),
        (of(WORD), of({}), "document.value: was string, is anything"),
        (of(WORD), of(maybe(WORD)), "document.value: may be null of another kind than string"),
        (of(maybe(WORD)), of({"type": ["integer", "null"]}), "document.value: may be integer of another kind"),
        (of(WORD), of(text("")), "document.value: pattern was ^[a-z]+$, is not there"),
        (of(WORD), of(text("", pattern="^.*$")), "document.value: pattern was ^[a-z]+$, is ^.*$"),
        (of(text("", format="uri")), of(text("")), "document.value: format was uri, is not there"),
        (of({"enum": ["a"]}), of({"enum": ["a", "b"]}), "document.value: may have other values"),
        (of({"const": "packyard/pack/1"}), of({"const": "packyard/pack/2"}), "document.value: may have other values"),
        (of({"const": "a"}), of(text("")), "document.value: may have other values"),
        (of(text("")), of({"enum": ["a", 1]}), "document.value: was string, is integer or string"),
        (of(number("", minimum=1)), of(number("")), "document.value: minimum was 1, is 0"),
        (of(number("", maximum=5)), of(number("")), "document.value: maximum was 5, is not there"),
        (of(many(WORD, "")), of(many(number(""), "")), "document.value[]: was string, is integer"),
        (of(many(WORD, "")), of({"type": "array"}), "document.value[]: was string, is anything"),
        (of(table(WORD, "")), of(table(flag(""), "")), "document.value[]: was string, is boolean"),
        (of(ref("mark")), of(ref("emptier")), "document.value.reason: may be missing"),
        (of(maybe(ref("mark"))), of(maybe(ref("emptier"))), "document.value: may be object of another kind"),
        (of({"allOf": [ref("mark"), record("", {"a": WORD})]}), of(ref("mark")), "document.value.a: is gone"),
        (of({"type": "string", "not": {"const": "a"}}), of(text("")), "document.value: not was"),
    ],
)
def test_what_may_not(before: Schema, after: Schema, said: str) -> None:
    assert [each for each in breaks(before, after) if each.startswith(said)], breaks(before, after)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["a", "b", "B"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "reason"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_LEAVES = st.sampled_from(
    [WORD, text(""), number(""), number("", maximum=5), flag(""), {"enum": ["a", "b"]}, {"const": "a"}, ref("mark")]
)
_SCHEMAS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda one: one if isinstance(one.get("type"), list) else maybe(one), inner),
        st.builds(lambda items: many(items, ""), inner),
        st.builds(lambda values: table(values, ""), inner),
        st.builds(lambda one, two: record("", {"a": one}, {"b": two}), inner, inner),
        st.builds(lambda one: record("", {}, {"a": one}), inner),
    ),
    max_leaves=4,
)


@given(_SCHEMAS, _SCHEMAS, _VALUES)
def test_what_may_change_is_never_more_than_was_allowed(before: Schema, after: Schema, value: object) -> None:
    """A rule that lets too much through would be found by a document that is right now and was not before.

    Members that no schema named before are passed over, so a new one is not looked at in a table of them.
    """
    old, new = of(before), of(after)
    assert breaks(old, old) == []
    if breaks(old, new) == [] and Draft202012Validator(new).is_valid({"value": value}):
        assert Draft202012Validator(old).is_valid({"value": value})


@pytest.mark.parametrize("name", schemas.DOCUMENTS)
def test_published_schemas_break_nobody(name: str) -> None:
    kept = KEPT / f"{name}-1.json"
    assert kept.exists(), "`python -m tests.formats.compatibility` keeps the first form of a new schema"
    assert breaks(json.loads(kept.read_text("utf-8")), schemas.schema_of(name, URL)) == []


@pytest.mark.parametrize("name", schemas.DOCUMENTS)
def test_what_was_published_last_is_what_is_kept(name: str) -> None:
    """So that what is added is kept, too, from then on."""
    kept = (KEPT / f"{name}-1.json").read_bytes()
    assert kept == schemas.format_schema(name, URL), "`python -m tests.formats.compatibility` keeps what is new"


def test_no_published_schema_goes() -> None:
    assert {path.name for path in KEPT.iterdir()} == {f"{name}-1.json" for name in schemas.DOCUMENTS}
