"""The prose pages, and the commands that they tell people to run."""

from __future__ import annotations

import json
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from packyard.formats import layout
from packyard.surfaces.prose import prose_page
from packyard.surfaces.templates import Templates, open_templates
from tests.surfaces import sample
from tests.surfaces.markup import Markup
from tests.tools import need


@pytest.fixture(scope="module")
def templates() -> Templates:
    return open_templates()


def test_title_and_summary_come_from_the_text(templates: Templates) -> None:
    page = Markup(prose_page(templates, sample.SITE, "about/index.html", "about").decode())
    assert "Verify it yourself · Example packs" in page.text
    descriptions = [each["content"] for each in page.all("meta") if each.get("name") == "description"]
    assert descriptions[0].startswith("Everything that Example packs serves is a file")


def test_contents_lead_to_the_sections(templates: Templates) -> None:
    page = Markup(prose_page(templates, sample.SITE, "publish/index.html", "publish").decode())
    anchors = {target for target in page.values("href") if target.startswith("#")} - {"#content"}
    assert anchors
    assert {anchor[1:] for anchor in anchors} <= set(page.values("id"))


def test_values_are_escaped(templates: Templates) -> None:
    registry = sample.REGISTRY._replace(title="<script>alert(1)</script>", origin="<b>")
    page = prose_page(templates, sample.SITE._replace(registry=registry), "about/index.html", "about")
    assert Markup(page.decode()).all("script") == Markup(page.decode()).all("b") == [] or b"<script" not in page


def test_the_guide_names_the_commands(templates: Templates) -> None:
    text = Markup(prose_page(templates, sample.SITE, "publish/index.html", "publish").decode()).text
    for command in ("keygen", "publisher add", "new", "validate", "sign"):
        assert f"packyard {command}" in text


@pytest.mark.interop
def test_the_way_down_from_the_snapshot(templates: Templates, tmp_path: Path) -> None:
    for program in ("minisign", "curl", "jq", "sha256sum", "bash"):
        need(program)
    registry = sample.REGISTRY._replace(url=f"file://{tmp_path}/site/")
    page = prose_page(templates, sample.SITE._replace(registry=registry), "about/index.html", "about").decode()
    blocks = [Markup(block).text for block in re.findall(r"<pre[^>]*>.*?</pre>", page, re.DOTALL)]
    script = "set -e\n" + "\n".join(block for block in blocks if "SNAPSHOT" in block)
    sealed_site(tmp_path)
    good = run(script, tmp_path / "good")
    assert good.returncode == 0, good.stderr
    assert "packs/hello/files.sums: OK" in good.stdout
    (tmp_path / "site/packs/hello/files.sums").write_text("changed\n")
    assert run(script, tmp_path / "bad").returncode != 0


def sealed_site(home: Path) -> None:
    """A site with one pack, from `files.sums` up to a signed `SNAPSHOT`."""
    secret = home / "k.key"
    command = ["minisign", "-G", "-W", "-p", str(home / "k.pub"), "-s", str(secret)]
    subprocess.run(command, check=True, capture_output=True)
    key = (home / "k.pub").read_text().splitlines()[1]
    shard = layout.shard_sums(layout.shard("hello"))
    write(home, "packs/hello/files.sums", "")
    for path, listed in ((shard, "packs/hello/files.sums"), (layout.INDEX_SUMS, shard)):
        write(home, path, line(home, listed))
    write(home, layout.SNAPSHOT, "# packyard snapshot 1\n" + line(home, layout.INDEX_SUMS))
    write(home, "trust/1.json", json.dumps({"snapshot_keys": [key]}))
    comment = "packs.example.org snapshot 1 expires 2026-12-05T00:00:00Z"
    sign = ["minisign", "-S", "-s", str(secret), "-t", comment, "-m", str(home / "site" / layout.SNAPSHOT)]
    subprocess.run(sign, check=True, capture_output=True)


def write(home: Path, path: str, text: str) -> None:
    (home / "site" / path).parent.mkdir(parents=True, exist_ok=True)
    (home / "site" / path).write_text(text)


def line(home: Path, path: str) -> str:
    return f"{sha256((home / 'site' / path).read_bytes()).hexdigest()}  {path}\n"


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
