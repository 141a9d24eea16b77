"""The prose pages: what a registry may put in their place, what of it is left, and the commands they tell to run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.formats import layout, note, snapshot, trustfile
from packyard.registry import Trust
from packyard.rules import look
from packyard.rules.look import Look
from packyard.seal import sign_snapshot
from packyard.surfaces import prose
from packyard.surfaces.own import Own, own_pages
from packyard.surfaces.prose import plan_prose, prose_page, prose_pages, read_prose, render
from packyard.surfaces.templates import Templates, open_templates
from tests.logsites import line_of, vkey
from tests.registry import ORIGIN, signer, small
from tests.sites import built
from tests.surfaces import sample
from tests.surfaces.markup import Markup
from tests.tools import need, sampled


@pytest.fixture(scope="module")
def templates() -> Templates:
    return open_templates()


def test_title_and_summary_come_from_the_text(templates: Templates) -> None:
    page = Markup(prose_page(templates, sample.SITE, "about/index.html", "about").decode())
    assert "About Example packs · Example packs" in page.text
    descriptions = [each["content"] for each in page.all("meta") if each.get("name") == "description"]
    assert descriptions[0].startswith("Example packs is a registry")


@pytest.mark.parametrize("name", ["about", "publish"])
def test_contents_lead_to_the_sections(templates: Templates, name: str) -> None:
    page = Markup(prose_page(templates, sample.SITE, f"{name}/index.html", name).decode())
    anchors = {target for target in page.values("href") if target.startswith("#on-")}
    assert len(anchors) > 3
    assert {anchor[1:] for anchor in anchors} <= set(page.values("id"))
    assert page.errors == []


@pytest.mark.parametrize("name", ["about", "publish", "verify"])
def test_values_are_escaped(templates: Templates, name: str) -> None:
    registry = sample.REGISTRY._replace(title="<img src=x onerror=alert(1)>", origin="<b>")
    site = sample.SITE._replace(registry=registry)
    html = read_prose(templates, site, "about/index.html", name).html
    assert Markup(html).all("img") == Markup(html).all("b") == []


def test_the_guide_names_the_commands(templates: Templates) -> None:
    text = Markup(prose_page(templates, sample.SITE, "publish/index.html", "publish").decode()).text
    for command in ("keygen", "publisher add", "new", "validate", "sign", "submit", "name-check"):
        assert f"packyard {command}" in text


# --- a registry's own texts ---


def test_own_texts_take_the_place_of_pages_and_add_others() -> None:
    own = {"about": "# Us", "code-of-conduct": "# Be kind", "verify": "# How"}
    assert prose_pages(own) == {
        "about/index.html": "about",
        "publish/index.html": "publish",
        "code-of-conduct/index.html": "code-of-conduct",
    }
    assert own_pages(Look(prose=own)) == (("code-of-conduct/index.html", "Be kind"),)


def test_every_folder_of_the_site_is_taken() -> None:
    folders = {
        value.partition("/")[0] for name, value in vars(layout).items() if isinstance(value, str) and "/" in value
    }
    assert {folder for folder in folders if re.fullmatch("[a-z-]+", folder)} - look.TAKEN == set()
    assert look.TAKEN.isdisjoint(prose.PAGES)


def test_an_own_text_is_filled_in_and_not_evaluated() -> None:
    text = (
        "# About {{ title }}\n\nAt {{url}}, [keys]({{ root }}keys/index.html). {{ 7*7 }} {% include 'x' %} {{ site }}"
    )
    templates = Templates(Path("templates"), own=Own(Look(prose={"about": text})))
    found = read_prose(templates, sample.SITE, "about/index.html", "about")
    assert found.title == "About Example packs"
    assert found.summary == "At https://packs.example.org, keys. {{ 7*7 }} {% include 'x' %} {{ site }}"
    assert '<a href="../keys/index.html">keys</a>' in found.html


def test_the_plan() -> None:
    templates = Templates(Path("templates"), own=Own(Look(prose={"code-of-conduct": "# Be kind\n\nOr else."})))
    recipes = {recipe.path: recipe for recipe in plan_prose(templates, sample.SITE)}
    assert list(recipes) == ["about/index.html", "publish/index.html", "code-of-conduct/index.html"]
    page = Markup(recipes["code-of-conduct/index.html"].render().decode())
    assert "Be kind · Example packs" in page.text
    [other, *_] = plan_prose(templates, sample.SITE._replace(own="another tree"))
    assert other.inputs != recipes["about/index.html"].inputs


HOSTILE = """\
Text without a title <script src="https://evil.example/x.js"></script><b onclick="alert(1)">bold</b>

<iframe src="https://evil.example/"></iframe><style>*{display:none}</style><form action="/x"><input name="q"></form>
<div id="content" class="banner" style="color:red">div <svg onload="alert(1)"></svg> <base href="//evil.example/"></div>

![far](https://evil.example/x.png) ![near]({{ root }}packs/hello/1.2.0/raw/a.png) [js](javascript:alert(1))
[far](https://example.org/ "title") [odd](//evil.example/) <a href="data:text/html,x">d</a> <meta http-equiv="refresh">
<!-- a comment -->

| a | b |
|--:|:-:|
| 1 | 2 |

```sh
echo "<b>"
```
"""


def test_what_is_left_of_a_hostile_text() -> None:
    found = render(HOSTILE, "code-of-conduct")
    page = Markup(f"<main>{found.html}</main>")
    assert page.errors == []
    assert found.title == "Code of conduct"
    assert {element.tag for element in page.elements}.isdisjoint(
        {"script", "style", "iframe", "form", "input", "svg", "base", "meta"}
    )
    names = {name for element in page.elements for name in element.attributes}
    assert not any(name == "style" or name.startswith("on") for name in names)
    assert page.values("id") == ["on-code-of-conduct"]
    assert [link for link in page.values("href") if not link.startswith("https://example.org")] == []
    assert {"rel": "noopener noreferrer", "href": "https://example.org/", "title": "title"} in page.all("a")
    assert [image.get("src") for image in page.all("img")] == [None, "{{ root }}packs/hello/1.2.0/raw/a.png"]
    assert page.all("td") == [{"class": "right"}, {"class": "center"}]
    assert 'class="language-sh"' in found.html
    assert "alert" not in found.html.replace("alert(1)</", "")


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_any_text_is_a_page(text: str) -> None:
    found = render(text, "name")
    elements = Markup(found.html).elements
    assert not {"script", "style", "iframe", "object", "svg", "form"} & {element.tag for element in elements}
    assert not any(name.startswith("on") for element in elements for name in element.attributes)


# --- the commands, run for real ---


class Served(NamedTuple):
    """A site that is served, and the page that says how to verify it, as a script."""

    folder: Path
    url: str
    roots: str


ROOTS = ("root-1", "root-2", "root-3")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry with two trust files, three roots of which two must sign, and a witness."""
    registry = small(tmp_path_factory.mktemp("verify") / "repo")
    site = registry.path.parent / "site"
    built(registry.path, site)
    first = trustfile.parse_trust((site / "trust/1.json").read_bytes())
    for old in (site / "trust").iterdir():
        old.unlink()
    keys = tuple(signer(name).public_key for name in ROOTS)
    first = first._replace(root_keys=keys, threshold=2, snapshot_keys=(signer("snapshot").public_key,))
    later = (*keys[1:], signer("root-4").public_key)
    second = first._replace(number=2, root_keys=later, witnesses=(note.format_vkey(vkey("w1")),), quorum=1)
    write_trust(site, first, ("root-1", "root-3"))
    write_trust(site, second, ("root-2", "root-3", "root-4"))
    seen = snapshot.parse_snapshot((site / layout.SNAPSHOT).read_bytes())
    (site / layout.SNAPSHOT).write_bytes(sign_snapshot(seen._replace(trust=2), signer("snapshot"))[0])
    signature = sign_snapshot(seen._replace(trust=2), signer("snapshot"))[1]
    (site / layout.SNAPSHOT_SIGNATURE).write_bytes(signature)
    checkpoint = (site / layout.CHECKPOINT).read_bytes()
    line = line_of(note.parse_note(checkpoint).text, "w1")
    (site / layout.CHECKPOINT).write_bytes(checkpoint + line + b"\n")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Served(site, f"http://127.0.0.1:{server.server_address[1]}", " ".join(keys))
        server.shutdown()


def write_trust(site: Path, trust: Trust, by: tuple[str, ...]) -> None:
    text, path = trustfile.format_trust(trust), site / f"trust/{trust.number}.json"
    path.write_bytes(text)
    for name in by:
        signature = signer(name).sign(text, f"{ORIGIN} trust {trust.number}")
        path.with_name(f"{path.name}.{signer(name).key_id}.minisig").write_bytes(signature)


def script(templates: Templates, served: Served, name: str, version: str) -> str:
    registry = sample.REGISTRY._replace(url=f"{served.url}/")
    html = read_prose(templates, sample.SITE._replace(registry=registry), "keys/index.html", "verify").html
    blocks = re.findall(r"<pre[^>]*><code[^>]*>(.*?)</code></pre>", html, re.DOTALL)
    text = "\n".join(map(unescape, blocks))
    text = text.replace('roots="ROOT_KEY"', f'roots="{served.roots}"').replace("threshold=1 ", "threshold=2 ")
    return text.replace("name=NAME version=VERSION", f"name={name} version={version}")


def run(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    for program in ("bash", "minisign", "curl", "jq", "sha256sum", "openssl", "tar"):
        need(program)
    folder.mkdir()
    return subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.interop
@pytest.mark.parametrize(
    ("name", "version"), [("@acme/tools", "1.0.0"), pytest.param("hello", "1.1.0", marks=pytest.mark.slow)]
)
def test_the_guide_verifies_a_site(
    templates: Templates, served: Served, tmp_path: Path, name: str, version: str
) -> None:
    said = run(script(templates, served, name, version), tmp_path / "good")
    assert said.returncode == 0, said.stdout + said.stderr
    for line in (
        "trusted: trust/2.json",
        "snapshot 1, issued ",
        f"packs/{name}/files.sums: OK",
        "SHA256SUMS: OK",
        f"signed by {'alice' if name == 'hello' else 'bob'} with RW",
        "pack.json: OK",
        "Signature Verified Successfully",
        "cosigned by w1.witness.example/log at 2026-",
    ):
        assert line in said.stdout, line


FORGED = {
    "trust/2.json": "threshold",
    "SNAPSHOT": "# issued",
    "index.sums": "index/",
    "packs/hello/files.sums": "index.json",
    "packs/hello/index.json": "hello",
    "packs/hello/1.1.0/SHA256SUMS": "pack.json",
    "publishers/alice/index.json": "Alice",
    "log/checkpoint": "w1.witness",
    "packs/hello/1.1.0/provenance.intoto.jsonl": '"sig":"',
}


@pytest.mark.interop
@pytest.mark.parametrize("path", sampled(FORGED, str, 4))
def test_the_guide_stops_at_what_is_wrong(templates: Templates, served: Served, tmp_path: Path, path: str) -> None:
    file = served.folder / path
    kept = file.read_bytes()
    at = kept.index(FORGED[path].encode()) + (len(FORGED[path]) if path.endswith(("jsonl", "checkpoint")) else 0)
    at += 60 if path == "log/checkpoint" else 0
    try:
        file.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
        said = run(script(templates, served, "hello", "1.1.0"), tmp_path / "bad")
    finally:
        file.write_bytes(kept)
    assert said.returncode != 0, said.stdout


@pytest.mark.interop
def test_too_few_roots_are_not_enough(templates: Templates, served: Served, tmp_path: Path) -> None:
    folder = served.folder / "trust"
    shutil.copytree(folder, tmp_path / "trust")
    gone = folder / f"1.json.{signer('root-3').key_id}.minisig"
    gone.unlink()
    try:
        assert run(script(templates, served, "hello", "1.1.0"), tmp_path / "bad").returncode != 0
    finally:
        shutil.copy(tmp_path / "trust" / gone.name, gone)


def test_a_trust_file_of_the_fixture_is_one(served: Served) -> None:
    assert json.loads((served.folder / "trust/2.json").read_bytes())["witnesses"]["quorum"] == 1
