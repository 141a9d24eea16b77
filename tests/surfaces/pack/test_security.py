"""The page of a pack's security says what is offered, and leads to what its latest version can do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from packyard.formats.advisory import parse_advisory
from packyard.model import Mark, Pack, VersionState
from packyard.surfaces.pack.security import plan
from packyard.surfaces.pack.values import Around
from packyard.surfaces.templates import Templates
from tests.advising import advisory
from tests.surfaces.markup import Markup
from tests.surfaces.pack.versions import gone, hand_of, pack_of

TODAY = "which is what you get today"


def page(templates: Templates, pack: Pack) -> Markup:
    """The page of a pack with an advisory about an older version."""
    told = parse_advisory(advisory("PY-2026-0001", {"hello": ["1.0.0"]}))[0]
    hand = hand_of(templates)._replace(around=Around(advisories=(told,)))
    [recipe] = plan(hand, pack)
    found = Markup(recipe.render().decode())
    assert found.errors == []
    return found


def yanked(state: VersionState) -> VersionState:
    """A version as it is when it has been yanked."""
    return state._replace(yanked=Mark("It is wrong", "2026-11-20"))


def test_what_you_get_today(templates: Templates) -> None:
    found = page(templates, pack_of())
    assert f"None of them is about 1.2.0, {TODAY}." in found.text
    assert "No version is offered" not in found.text
    assert "../../../packs/hello/index.html#can" in found.values("href")
    assert "../../../packs/hello/1.2.0/diff/index.html" in found.values("href")


@pytest.mark.parametrize("end", [yanked, gone])
def test_nothing_is_offered_when_all_have_ended(
    templates: Templates, end: Callable[[VersionState], VersionState]
) -> None:
    pack = pack_of()
    found = page(templates, pack._replace(versions=tuple(map(end, pack.versions))))
    assert "PY-2026-0001" in found.text
    assert TODAY not in found.text
    assert "No version is offered: every one is yanked or withdrawn." in found.text
    assert ("../../../packs/hello/index.html#can" in found.values("href")) is (end is yanked)
