"""What holds for every format: it is as kept for review, its own, off when it is off, and never active in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from packyard.edges.store import walk
from packyard.formats import foreign
from tests.dialects import sample
from tests.dialects.belonging import BELONGS
from tests.registry import SILENT
from tests.sites import built, differences
from tests.test_lifecycle import secret_text


@pytest.mark.parametrize("name", foreign.SURFACES)
def test_files_are_those_that_were_reviewed(whole: Path, name: str) -> None:
    made = sample.shown(whole, BELONGS[name])
    assert made
    assert sample.kept(name) == made, f"see the difference; `python -m tests.dialects.sample {name}` renews the files"


def test_no_two_formats_write_one_path(whole: Path) -> None:
    for path in walk(whole):
        assert len([name for name, belongs in BELONGS.items() if belongs(path)]) <= 1, path


def test_formats_that_are_off_have_nothing(tmp_path: Path) -> None:
    silent = sample.site(tmp_path, ())
    assert not [path for path in walk(silent) if any(belongs(path) for belongs in BELONGS.values())]


def test_what_a_host_may_show_as_a_page_cannot_act(whole: Path) -> None:
    for path in walk(whole):
        if path.endswith(".html") and any(belongs(path) for belongs in BELONGS.values()):
            assert b"<" not in (whole / path).read_bytes(), path


def test_one_at_a_time_and_all_at_once_are_the_same_and_so_is_a_build_in_steps(tmp_path: Path, whole: Path) -> None:
    """Formats are switched on one after another in one site; in the end it is the site that was made at once."""
    keys = {f"PACKYARD_{role}_KEY": secret_text(role.lower()) for role in ("SNAPSHOT", "LOG", "ATTEST")}
    made = sample.registry(tmp_path / "repo", ())
    built(made.path, tmp_path / "site", environ=keys, new_log=True)
    on = list[str]()
    for name in foreign.SURFACES:
        on.append(name)
        made.settings(surfaces=SILENT | dict.fromkeys(on, True))
        made.commit(f"Speak {name}")
        built(made.path, tmp_path / "site", environ=keys)
    built(made.path, tmp_path / "fresh", environ=keys, new_log=True)
    owned = [path for path in differences(tmp_path / "site", tmp_path / "fresh") if not _sealed(path)]
    assert owned == []


def _sealed(path: str) -> bool:
    """Whether a path is of the head, which knows the number of builds."""
    return path.startswith("log/") or path in ("SNAPSHOT", "index.json")
