"""A registry as it grows, its site at each step, and kits of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from packyard.edges.kit_contents import Order
from packyard.edges.kit_export import export_kit
from packyard.edges.kit_import import Imported, import_kit
from packyard.edges.kits import Kit
from packyard.edges.transport import open_site
from packyard.formats.trustfile import parse_trust
from packyard.kit.manifest import Manifest
from packyard.kit.verifying import Keys, Verified, verify_kit
from tests.registry import ORIGIN, TestRegistry, signer, small
from tests.sites import built

EXPORTER = signer("exporter")
TENANT = b"format: packyard/tenant/1\ntenant: acme\npacks: [hello]\nscopes: ['@acme']\n"
PROFILES = ("full", "delta", "packs", "tenant")


def grow(registry: TestRegistry) -> None:
    """Versions, a revision, a pack that depends on two others, a transfer: everything that lists change by."""
    registry.version("hello", "1.2.0", "alice", {"rules/two.md": b"Be brief.\n"})
    registry.version("hello", "2.0.0-rc.1", "alice")
    registry.publisher("carol")
    registry.version("suite", "0.1.0", "carol", manifest={"dependencies": {"hello": "1.x", "@acme/tools": "*"}})
    registry.org("acme", {"alice": "owner", "bob": "admin", "carol": "member"}, "alice")
    registry.commit("Publish more")
    registry.statement("transfer", "other", ("bob", "carol"), from_="bob", to="carol")
    registry.commit("Give other to carol")


def shrink(registry: TestRegistry) -> None:
    """A withdrawn version and a further one."""
    registry.statement("withdraw", "hello", "alice", version="1.1.0")
    registry.version("@acme/tools", "1.1.0", "carol", manifest={"dependencies": {"hello": ">=1.0.0"}})
    registry.commit("Withdraw hello 1.1.0")


class Sites:
    """The registry's sites at three moments, as folders; `root` is what their first trust file was signed with."""

    def __init__(self, folder: Path) -> None:
        registry = small(folder / "repo")
        self.folder = folder
        self.places = list[Path]()
        for step in (lambda _: None, grow, shrink):
            step(registry)
            built(registry.path, folder / "site")
            self.places.append(folder / f"site-{len(self.places) + 1}")
            shutil.copytree(folder / "site", self.places[-1])
        self.root = parse_trust((folder / "site/trust/1.json").read_bytes()).root_keys[0]

    def __getitem__(self, number: int) -> Path:
        return self.places[number - 1]


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """The sites, built once."""
    return Sites(tmp_path_factory.mktemp("kits"))


def export(site: Path | str, out: Path, **options: object) -> Manifest:
    """Exports, by default with the exporter's key."""
    order = Order(**{"signer": EXPORTER, **options})  # type: ignore[arg-type]  # options of an order, by name
    return export_kit(open_site(str(site)), out, order, int(time.time()), 1)


def verified(kit: Path, root: str = "", exporter: bool = False) -> Verified:
    """What a verification says. Raises what opening the kit raises."""
    from packyard.formats.minisign import parse_public_key

    opened = Kit(kit)
    try:
        key = parse_public_key(EXPORTER.public_key) if exporter else None
        return verify_kit(opened, Keys(root, key), int(time.time()))
    finally:
        opened.close()


def imported(kit: Path, folder: Path, root: str = "") -> Imported:
    """Imports a kit."""
    return import_kit(kit, folder, Keys(root), int(time.time()), 1)


class Kits:
    """Kits of the sites, each made when it is first asked for."""

    def __init__(self, sites: Sites, folder: Path) -> None:
        self.sites, self.folder = sites, folder

    def __call__(self, profile: str, number: int = 2, base: int = 1) -> Path:
        name = f"{profile}-{base}-{number}" if profile == "delta" else f"{profile}-{number}"
        path = self.folder / f"{name}.tar"
        if not path.exists():
            needs: dict[str, Callable[[], dict[str, object]]] = {
                "full": dict,
                "delta": lambda: {"bases": (str(self("full", base)),)},
                "packs": lambda: {"wanted": ("suite",) if number > 1 else ("@acme/tools",)},
                "tenant": lambda: {"tenant": TENANT},
            }
            export(self.sites[number], path, profile=profile, **needs[profile]())
        return path


@pytest.fixture(scope="session")
def kits(sites: Sites, tmp_path_factory: pytest.TempPathFactory) -> Kits:
    """The kits."""
    return Kits(sites, tmp_path_factory.mktemp("made"))


__all__ = ["EXPORTER", "ORIGIN", "PROFILES", "TENANT", "Kits", "Sites", "export", "imported", "verified"]
