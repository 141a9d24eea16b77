"""Sites to deploy, and places to deploy them to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from packyard.edges.deploying import Outcome, Wish, deploy
from packyard.edges.progress import Progress
from tests.deploying.places import Bucket, Folder, Place, S3Server, rsync_daemon
from tests.registry import TestRegistry, small
from tests.sites import built

_NUMBERS = count(1)

Deploy = Callable[..., Outcome]


class Sites(NamedTuple):
    """The same registry at three moments, and another registry."""

    old: Path
    new: Path
    newest: Path
    other: Path


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """Signed with development keys. What was built last has a withdrawn tarball less and a version more."""
    folder = tmp_path_factory.mktemp("sites")
    registry, out = small(folder / "repo"), folder / "site"
    built(registry.path, out)
    shutil.copytree(out, folder / "old")
    registry.version("hello", "1.2.0", "alice")
    registry.statement("withdraw", "hello", "alice", version="1.0.0")
    registry.commit("Publish hello 1.2.0")
    built(registry.path, out)
    shutil.copytree(out, folder / "new")
    registry.version("hello", "1.3.0", "alice")
    registry.commit("Publish hello 1.3.0")
    built(registry.path, out)
    other = TestRegistry(folder / "another")
    other.settings(origin="other.example.org")
    other.publisher("carol")
    other.commit("Begin")
    built(other.path, folder / "other")
    return Sites(folder / "old", folder / "new", out, folder / "other")


def files(site: Path) -> dict[str, bytes]:
    """All files of a site."""
    return Folder(site).files()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """An S3 server."""
    server = S3Server()
    yield server
    server.close()


@pytest.fixture
def bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A new bucket."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    return Bucket(s3_server, f"bucket-{next(_NUMBERS)}")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder that is not there yet."""
    return Folder(tmp_path / "www")


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Folder]:
    """A module of an rsync daemon."""
    root = tmp_path / "module"
    root.mkdir()
    with rsync_daemon(root) as address:
        yield Folder(root, address)


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("remote", "bucket")]


@pytest.fixture(params=["folder", *SLOW])
def place(request: pytest.FixtureRequest) -> Place:
    """Each kind of place; the quick tests take a folder."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["folder", "remote", "bucket"])
def any_place(request: pytest.FixtureRequest) -> Place:
    """Each kind of place, in the quick tests too."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def send() -> Deploy:
    """Deploys a site to a place."""

    def send(site: Path, place: Place, **options: Any) -> Outcome:
        wish = Wish(site, place.target, place.endpoint, development=True)
        return deploy(wish._replace(**options), Progress(True))

    return send
