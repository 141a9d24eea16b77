"""What is claimed of a version, what was signed, and what the log has."""

from __future__ import annotations

from pathlib import Path

import pytest

from packyard.client.ledger import Ledger
from packyard.client.packs import Proven
from packyard.client.releases import TAR_LIMIT, TARBALL_LIMIT, open_release, prove_release, release_of
from packyard.client.wanted import Files
from packyard.errors import BadChecksum, BadKey, BadSignature, NotFound, TrustError
from packyard.formats import tarball
from packyard.formats.registry import LIMITS
from packyard.model import Release
from tests.client.simulated import User
from tests.client.simulator import Registry, signer, small

pytestmark = pytest.mark.usefixtures("quick_disk")


@pytest.fixture
def registry() -> Registry:
    return small()


@pytest.fixture
def proven(registry: Registry, tmp_path: Path) -> Proven:
    """Hello, as it is proven."""
    return User(tmp_path, registry.time).ask(registry.place(), "hello").packs["hello"]


def manifest(release: Release, **changes: object) -> Release:
    """The release with other claims about its manifest."""
    return release._replace(manifest=release.manifest._replace(**changes))  # type: ignore[arg-type]  # any of them


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        (lambda release: release._replace(identity="0" * 64), BadChecksum, "identity-differs"),
        (lambda release: release._replace(key=signer("bob").key_id), BadKey, "key-unknown"),
        (lambda release: release._replace(publisher="bob"), BadKey, "key-unknown"),
        (lambda release: manifest(release, dependencies=(("evil", "*"),)), BadSignature, "document-mismatch"),
        (lambda release: manifest(release, conflicts=("evil",)), BadSignature, "document-mismatch"),
        (lambda release: release._replace(version="1.0.9"), BadSignature, "manifest-version"),
        (lambda release: release._replace(pack="other"), BadSignature, "manifest-name"),
        (lambda release: release._replace(published=0), BadKey, "key-not-valid"),
        (lambda release: release._replace(log_index=0), BadKey, "key-unknown"),
    ],
)
def test_what_is_claimed_must_be_signed(
    registry: Registry, proven: Proven, change: object, error: type[TrustError], code: str
) -> None:
    release = release_of(proven, "1.1.0")
    data = registry.files[release.tarball.path]
    assert open_release(proven, release, data, "here").identity == release.identity
    assert callable(change)
    with pytest.raises(error) as caught:
        open_release(proven, change(release), data, "here")
    assert caught.value.problem.code == code
    assert data in caught.value.evidence.values()


def test_versions_by_number(proven: Proven) -> None:
    assert release_of(proven, "1.0.0").version == "1.0.0"
    for number in ("1.0", "v1.0.0", "", "2.0.0"):
        with pytest.raises(NotFound) as caught:
            release_of(proven, number)
        assert caught.value.problem.expected == "1.1.0, 1.0.0"


def test_the_log_must_have_it(registry: Registry, proven: Proven) -> None:
    release, known = release_of(proven, "1.1.0"), dict(enumerate(registry.log))
    ledger = Ledger(Files("x"), len(registry.log), b"", known, 0)
    prove_release(proven, release, ledger, "here")
    for other in (release._replace(log_index=0), release._replace(published=1), release._replace(key="0" * 16)):
        with pytest.raises(BadSignature) as caught:
            prove_release(proven, other, ledger, "here")
        assert caught.value.problem.code == "log-mismatch"


def test_the_largest_that_a_registry_may_allow_fits() -> None:
    files, size = LIMITS["files"].highest, LIMITS["expanded"].highest
    assert size + files * (tarball.BLOCK + tarball.BLOCK - 1) + tarball.RECORD < TAR_LIMIT < 1.1 * size
    assert LIMITS["compressed"].highest == TARBALL_LIMIT


def test_dependencies_in_any_order(tmp_path: Path) -> None:
    registry = small()
    needs = {"other": "^0.1", "evil": "*"}
    registry.version("hello", "1.2.0", "alice", manifest={"dependencies": needs, "conflicts": ["x-y", "a-b"]})
    registry.seal()
    answer = User(tmp_path, registry.time).ask(registry.place(), "hello")
    assert ("hello", "1.2.0") in answer.opened
    assert answer.packs["hello"].pack.latest.release.manifest.dependencies == (("other", "^0.1"), ("evil", "*"))
