"""Pages that people have reviewed are the pages that are made; `golden.py` says how to renew them."""

from __future__ import annotations

import difflib

import pytest

from tests.browse.golden import kept, pages


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return pages(tmp_path_factory.mktemp("golden"))


def test_every_type_of_page_was_reviewed(made: dict[str, bytes]) -> None:
    assert sorted(made) == sorted(kept())


def test_pages_are_as_they_were_reviewed(made: dict[str, bytes]) -> None:
    differ = [path for path, data in kept().items() if made.get(path, data) != data]
    shown = [line for path in differ[:3] for line in _difference(path, kept()[path], made[path])]
    assert not differ, "\n".join([f"{len(differ)} differ; python -m tests.browse.golden renews them", *shown])


def _difference(path: str, before: bytes, now: bytes) -> list[str]:
    old, new = before.decode().splitlines(), now.decode().splitlines()
    return list(difflib.unified_diff(old, new, f"golden/{path}", path, lineterm="", n=1))[:40]
