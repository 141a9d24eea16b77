"""The ledger's text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from packyard.client.placing import Ledger, format_ledger, parse_ledger
from packyard.errors import FormatError
from tests.client.placing.bed import Project, full


def test_parse_and_format_are_inverse() -> None:
    ledger = Project().install(full("hello"), full("@acme/hello")).ledger
    assert format_ledger(parse_ledger(format_ledger(ledger))) == format_ledger(ledger)
    assert parse_ledger(format_ledger(Ledger())) == Ledger()


def _documents() -> list[Any]:
    good = json.loads(format_ledger(Project().install(full("hello")).ledger))
    record = good["records"][0]
    return [
        [],
        {},
        {**good, "format": "packyard/installed/2"},
        {**good, "more": 1},
        {**good, "packs": [{**good["packs"][0], "name": "../x"}]},
        {**good, "packs": [{**good["packs"][0], "version": "one"}]},
        {**good, "packs": [{**good["packs"][0], "targets": [1]}]},
        {**good, "records": [{**record, "path": "../outside"}]},
        {**good, "records": [{**record, "path": "/etc/passwd"}]},
        {**good, "records": [{**record, "path": "a/.git/hooks/x"}]},
        {**good, "records": [{**record, "path": "a\\..\\b"}]},
        {**good, "records": [{**record, "kind": "other"}]},
        {**good, "records": [{**record, "sha256": None}]},
        {**good, "records": [{**record, "owners": [["hello"]]}]},
        {**good, "records": [{**record, "more": 1}]},
        {**good, "records": 5},
        {**good, "shared": {"../x": {"created": True, "marks": []}}},
        {**good, "shared": {"x": {"created": 1, "marks": []}}},
        {**good, "shared": {"x": {"created": True, "marks": [[["a"], "text"]]}}},
        {**good, "folders": [".."]},
    ]


@pytest.mark.parametrize("document", _documents())
def test_what_is_not_its_own_work_is_refused(document: Any) -> None:
    with pytest.raises(FormatError) as caught:
        parse_ledger(json.dumps(document).encode())
    assert caught.value.code == "ledger-invalid"
    assert caught.value.help


def test_bytes_that_are_no_json_are_refused() -> None:
    for data in (b"", b"\xff", b"{", b"[" * 100):
        with pytest.raises(FormatError):
            parse_ledger(data)


def test_another_layout_is_the_same_ledger() -> None:
    data = format_ledger(Project().install(full("hello")).ledger)
    assert parse_ledger(json.dumps(json.loads(data)).encode()) == parse_ledger(data)
