"""The mirrors that a registry names in its own settings stand in for it when it does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from packyard.edges.client_mirrors import FILE, learned
from packyard.errors import WorldError
from tests.client.user_bed import User, watched
from tests.registry import small
from tests.sites import built


def test_a_signed_mirror_stands_in(tmp_path: Path) -> None:
    registry, site = small(tmp_path / "repo"), tmp_path / "site"
    with watched(site) as mirror:
        registry.settings(mirrors=(mirror,))
        registry.commit("A mirror")
        built(tmp_path / "repo", site)
        user = User(tmp_path)
        with watched(site) as address:
            assert user.client(address).search("hello").total >= 1
            memory = user.client(address).registries.memory("main")
            assert learned(memory) == (mirror,)
        outcome = user.client(address).install(["hello"])
        assert [name for name, _, _ in outcome.changed] == ["hello"]
    with pytest.raises(WorldError):
        user.client(address).install(["other"])


@pytest.mark.parametrize("text", ["", "{", '{"format": "packyard/mirrors/1", "mirrors": ["ftp://x"]}', "[" * 99_999])
def test_a_list_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    memory = User(tmp_path).client("https://packs.example.org/").registries.memory("main")
    assert learned(memory) == ()
    memory.root.mkdir(parents=True)
    (memory.root / FILE).write_text(text)
    assert learned(memory) == ()
