"""The page of log and provenance: it says what the log has, and its commands verify what is right and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from packyard.model import VersionState
from packyard.surfaces import views
from packyard.surfaces.pack.record import entry_of, plan_version
from packyard.surfaces.templates import Templates
from tests.registry import small
from tests.sites import built
from tests.surfaces import sample
from tests.surfaces.markup import Markup
from tests.surfaces.pack.versions import AFTER, HOSTILE, gone, hand_of, pack_of, release
from tests.tools import need


def page(templates: Templates, state: VersionState) -> Markup:
    """The page of a version."""
    [recipe] = plan_version(hand_of(templates), pack_of(), state, None)
    assert recipe.path == "packs/hello/1.2.0/log/index.html"
    found = Markup(recipe.render().decode())
    assert found.errors == []
    return found


def test_entry_and_leaf(templates: Templates) -> None:
    version = release("1.2.0", AFTER)
    found = page(templates, VersionState(version))
    assert entry_of(version).decode() in found.text
    assert sha256(b"\0" + entry_of(version)).hexdigest() in found.text
    assert f"{version.log_index}" in found.text
    for digest in (version.identity, version.tarball.sha256, version.commit):
        assert digest in found.text
    assert views.h1(version.identity) in found.text
    assert "and its witnesses" not in found.text


def test_commit_and_review_are_named_and_places_are_no_witnesses(templates: Templates) -> None:
    registry = sample.REGISTRY._replace(
        witnesses=("https://witness.example.net/w",), repository="https://github.com/example/packs"
    )
    hand = hand_of(templates, site=sample.SITE._replace(registry=registry))
    version = release("1.2.0", AFTER)._replace(review="17")
    [recipe] = plan_version(hand, pack_of(), VersionState(version), None)
    found = Markup(recipe.render().decode())
    assert "witness.example.net" not in found.text, "what a place publishes is no signature that anybody demands"
    assert "https://github.com/example/packs/pull/17" in found.values("href")


def test_witnesses_are_those_that_must_sign(templates: Templates) -> None:
    for quorum, said in (
        (1, "1 of 2 must have signed it too"),
        (0, "clients demand of no one outside of this registry"),
    ):
        hand = hand_of(templates, site=sample.SITE._replace(witnesses=("w1.example", "w2.example"), quorum=quorum))
        [recipe] = plan_version(hand, pack_of(), VersionState(release("1.2.0", AFTER)), None)
        text = Markup(recipe.render().decode()).text
        assert said in text
        assert ("w1.example, w2.example" in text) is bool(quorum)


def test_a_withdrawn_version_keeps_its_entry(templates: Templates) -> None:
    found = page(templates, gone(VersionState(release("1.2.0", AFTER))))
    assert "It told an address" in found.text
    assert '"type":"publish"' in found.text
    assert ".tar.gz" not in found.text


def test_a_preview_has_no_log(templates: Templates) -> None:
    hand = hand_of(templates, site=sample.SITE._replace(preview=True))
    assert list(plan_version(hand, pack_of(), VersionState(release("1.2.0", AFTER)), None)) == []


def test_text_stays_text(templates: Templates) -> None:
    hand = hand_of(templates)._replace(publishers={"alice": sample.ALICE._replace(name=HOSTILE)})
    [recipe] = plan_version(hand, pack_of(), VersionState(release("1.2.0", AFTER)), None)
    found = Markup(recipe.render().decode())
    assert found.errors == []
    assert HOSTILE in found.text


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A host on loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def script_of(html: str, url: str) -> str:
    """The commands of a page as one script that asks `url`."""
    steps = re.search(r'<ol class="steps".*?</ol>', html, re.S)
    assert steps
    blocks = [Markup(block).text for block in re.findall(r"<pre[^>]*>.*?</pre>", steps[0], re.S)]
    script = re.sub(r"^url=.*", f"url={url}", "\n".join(blocks), flags=re.M)
    return f'set -eo pipefail\npackyard() {{ {sys.executable} -m packyard "$@"; }}\n{script}\n'


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.interop
@pytest.mark.parametrize(("name", "version"), [("hello", "1.1.0"), ("@acme/tools", "1.0.0")])
def test_the_commands_verify_and_refuse(tmp_path: Path, name: str, version: str) -> None:
    for program in ("curl", "minisign", "sha256sum", "jq", "openssl", "tar", "bash"):
        need(program)
    small(tmp_path / "repo")
    built(tmp_path / "repo", tmp_path / "site")
    html = (tmp_path / f"site/packs/{name}/{version}/log/index.html").read_text()
    with serving(tmp_path / "site") as url:
        good = run(script_of(html, url), tmp_path / "good")
        assert good.returncode == 0, good.stdout + good.stderr
        assert f"Trusted comment: {name} {version}" in good.stdout
        assert good.stdout.count("Signature Verified Successfully") == 1
        assert "\nin the log\n" in good.stdout
        text = Markup(html).text
        leaf = re.search(r"Leaf hash([0-9a-f]{64})", text)
        assert leaf
        assert leaf[1] in good.stdout
        assert f"packs/{name}/{version}/SHA256SUMS: OK" in good.stdout
        sums = tmp_path / f"site/packs/{name}/files.sums"
        sums.write_bytes(sums.read_bytes() + b"0" * 64 + b"  packs/x\n")
        assert run(script_of(html, url), tmp_path / "bad").returncode != 0
