"""The next version, and manifests that get it."""

from __future__ import annotations

import pytest

from packyard.formats.manifest import parse_manifest
from packyard.submitting.versions import next_version, set_version
from tests.refusals import code_of


@pytest.mark.parametrize(
    ("published", "following"),
    [
        ([], "1.0.0"),
        (["1.0.0"], "1.0.1"),
        (["1.9.0", "1.10.0", "0.1.0"], "1.10.1"),
        (["1.4.2", "2.0.0-rc.1"], "1.4.3"),
        (["1.0.0-alpha", "1.0.0-rc.1"], "1.0.0"),
        (["0.0.0"], "0.0.1"),
    ],
)
def test_the_next_version(published: list[str], following: str) -> None:
    assert next_version(published) == following


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pack.json", '{"name": "hello", "version": "1.0.0"}', '{"name": "hello", "version": "2.0.0-rc.1"}'),
        (
            "pack.json",
            '{"x": {"version": "1.0.0"},\n "name": "hello",\n  "version" :\t"1.0.0"}\n',
            '{"x": {"version": "1.0.0"},\n "name": "hello",\n  "version" :\t"2.0.0-rc.1"}\n',
        ),
        ("pack.yaml", "name: hello\nversion: 1.0.0  # now\n", 'name: hello\nversion: "2.0.0-rc.1"  # now\n'),
        ("pack.yaml", "version: '1.0.0'\nname: hello\n", 'version: "2.0.0-rc.1"\nname: hello\n'),
    ],
)
def test_nothing_else_changes(name: str, before: str, after: str) -> None:
    changed = set_version(before.encode(), name, "2.0.0-rc.1")
    assert changed.decode() == after
    assert parse_manifest(changed, name)[0].version == "2.0.0-rc.1"
    assert set_version(changed, name, "2.0.0-rc.1") is changed


def test_where_it_cannot_be_replaced() -> None:
    hidden = b'{"name": "hello", "\\u0076ersion": "1.0.0"}'
    assert code_of(set_version, hidden, "pack.json", "1.0.1") == "version-fixed"
    assert code_of(set_version, b'{"name": "hello", "version": "1.0.0"}', "pack.json", "one") == "version-invalid"
