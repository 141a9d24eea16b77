"""The pages: links that resolve, a strict policy, text that stays text, and what may not be on which page."""

from __future__ import annotations

import gzip
import pickle
import posixpath
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from packyard.formats import layout
from packyard.model import Manifest, Mark, Pack, VersionState
from packyard.surfaces import pages, people, views
from packyard.surfaces.pack.overview import pack_page, version_page
from packyard.surfaces.pack.quality import quality_page
from packyard.surfaces.pack.versions import VERSIONS, versions_page
from packyard.surfaces.site import listable
from packyard.surfaces.templates import Templates, open_templates, size
from packyard.tool import templates_folder
from tests.surfaces import sample
from tests.surfaces.markup import Markup
from tests.tools import need

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}<style>*{}</style>&amp;</title>"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)


@pytest.fixture(scope="module")
def site_pages(templates: Templates) -> dict[str, Markup]:
    rendered = sample.pages_of_sample(templates, sample.SITE)
    return {path: Markup(content.decode()) for path, content in rendered.items()}


def test_structure(site_pages: dict[str, Markup]) -> None:
    for path, page in site_pages.items():
        assert page.errors == [], path
        assert len(page.all("h1")) == 1, path
        assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
        assert [each for each in page.all("meta") if "http-equiv" in each] == [
            {"http-equiv": "Content-Security-Policy", "content": POLICY}
        ]
        assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
        assert {"name": "referrer", "content": "no-referrer"} in page.all("meta")
        assert len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
        ids = page.values("id")
        assert len(ids) == len(set(ids)), path
        for label in page.values("aria-labelledby"):
            assert label in ids, (path, label)


def test_headings_skip_no_level(site_pages: dict[str, Markup]) -> None:
    for path, page in site_pages.items():
        levels = [int(each.tag[1]) for each in page.elements if re.fullmatch("h[1-6]", each.tag)]
        last = 0
        for level in levels[levels.index(1) :]:
            assert level <= last + 1, (path, levels)
            last = level


def test_nothing_runs_and_nothing_is_styled_inline(site_pages: dict[str, Markup]) -> None:
    for path, page in site_pages.items():
        for element in page.elements:
            assert element.tag not in {"style", "iframe", "object", "base"}, path
            assert not any(name == "style" or name.startswith("on") for name in element.attributes), path
            if element.tag == "script":
                assert re.fullmatch(r"(\.\./)*assets/[a-z0-9.-]+\.js", element.attributes["src"]), path
            if element.tag == "form":
                assert element.attributes.get("action", "").endswith("search/index.html") or "id" in element.attributes


def test_links_are_relative_and_resolve(site_pages: dict[str, Markup]) -> None:
    for path, page in site_pages.items():
        for element in page.elements:
            target = element.attributes.get("href", element.attributes.get("src", element.attributes.get("action")))
            if target is None or target.startswith("data:image/svg+xml"):
                continue
            if element.tag == "link" and element.attributes["rel"] == "canonical":
                assert target.startswith(sample.REGISTRY.url), path
                continue
            if target.startswith("https://"):
                ours = target.startswith(("https://jedisct1.github.io/", "https://c2sp.org/", "https://github.com/"))
                assert ours or "noreferrer" in element.attributes["rel"], (path, target)
                continue
            assert ":" not in target and not target.startswith("/"), (path, target)
            file, _, fragment = target.partition("#")
            found = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
            assert not found.startswith(".."), (path, target)
            assert known(found, site_pages), (path, target)
            if fragment and found in site_pages:
                assert fragment in site_pages[found].values("id"), (path, target)


def known(path: str, site_pages: dict[str, Markup]) -> bool:
    """Whether a path is a page of the sample, or of a shape that other parts of the build make."""
    fixed = {layout.INDEX, layout.SNAPSHOT, layout.CHECKPOINT, layout.ATOM, layout.JSON_FEED, "openapi.json"}
    assets = {file for _, file in sample.SITE.assets}
    listings = re.compile(
        r"(?:tags|targets|features|browse|licences)/(?:[^/]+/)?[^/]+\.html|[a-z-]+/index\.html|"
        r"(?:publishers|orgs)/[^/]+/(?:index\.html|index\.json)|(?:tags|publishers|orgs)/[^/]+/feed\.(?:atom|json)|"
        r"packs/(?:@[^/]+/)?[^/]+/(?:(?:versions|dependents|security|quality)/)?index\.html|"
        r"packs/(?:@[^/]+/)?[^/]+/(?:index|feed)\.json|packs/(?:@[^/]+/)?[^/]+/(?:feed\.atom|badge\.svg|quality\.svg)"
    )
    beside = re.compile(
        r"packs/(?:@[^/]+/)?[^/]+/(?:[^/]+/(?:[^/]+\.tar\.gz|SHA256SUMS(?:\.minisig)?|metadata\.json|"
        r"provenance\.intoto\.jsonl|(?:files|diff|dependencies|models|log)/index\.html|raw/.+)|"
        r"statements/\d{4}-[a-z-]+\.yaml)"
    )
    found = path in fixed or path in assets or path in site_pages
    return found or bool(listings.fullmatch(path) or beside.fullmatch(path))


def test_images_have_a_text(site_pages: dict[str, Markup]) -> None:
    for page in site_pages.values():
        assert all("alt" in image for image in page.all("img"))


def test_times_are_for_machines_too(site_pages: dict[str, Markup]) -> None:
    page = site_pages["packs/hello/index.html"]
    assert {"datetime": "2026-11-22T06:00:00Z"} in page.all("time")
    assert "2026-11-22" in page.text


@pytest.mark.parametrize(("points", "said"), [(None, "that could be measured"), (85, "85 of 100 points: excellent")])
def test_quality_is_explained(templates: Templates, points: int | None, said: str) -> None:
    state = sample.GOODBYE.versions[0]
    about = state.release.manifest._replace(license="MIT", tags=("a",), repository="https://example.org/x")
    gone = Mark("told too much", "2026-11-20") if points is None else None
    pack = sample.GOODBYE._replace(
        versions=(state._replace(release=state.release._replace(manifest=about), withdrawn=gone),)
    )
    page = Markup(quality_page(sample.hand_of(templates, sample.SITE), pack).decode())
    assert said in page.text
    assert ("Publish a second one" in page.text) == (points is not None)


def hostile_pack() -> Pack:
    release = sample.release("hello", "1.0.0", 1)
    manifest: Manifest = release.manifest._replace(
        description=HOSTILE,
        author=HOSTILE,
        license=HOSTILE,
        homepage=HOSTILE,
        repository=HOSTILE,
        logo=HOSTILE,
        tags=(HOSTILE, "../../x", "."),
        targets=(HOSTILE,),
        extra={HOSTILE: [HOSTILE]},
    )
    mark = Mark(HOSTILE, "2026-11-20")
    state = VersionState(release._replace(manifest=manifest), mark, mark, "stable")
    statements = tuple(said._replace(reason=HOSTILE) for said in sample.HELLO.statements)
    return Pack("hello", "alice", (state,), mark, statements)


def hostile_pages(templates: Templates) -> list[bytes]:
    pack = hostile_pack()
    site = sample.SITE._replace(registry=sample.REGISTRY._replace(title=HOSTILE))
    publisher = sample.ALICE._replace(
        name=HOSTILE, github=HOSTILE, keys=(sample.ALICE.keys[0]._replace(revoked="2026-11-20", reason=HOSTILE),)
    )
    row, hand = sample.row(pack), sample.hand_of(templates, site, {"alice": publisher})
    listing = ("tags/a/index.html", "tags", "a", [row], "", "", ())
    return [
        pack_page(hand, pack, None),
        version_page(hand, pack, pack.versions[0]),
        versions_page(hand, pack),
        quality_page(hand, pack),
        people.publisher_page(templates, site, publisher, (), (), [row], ()),
        pages.listing_page(templates, site, *listing),
        pages.home_page(templates, site, [row], True, sample.TOTALS, [row], [(HOSTILE, 1)], [], [], [], [row]),
        pages.search_page(templates, site, [(HOSTILE, 1)], [], [], [(HOSTILE, 1)], [(HOSTILE, 1)]),
        pages.family_page(templates, site, "tags", [(HOSTILE, 1)]),
    ]


def test_text_stays_text(templates: Templates) -> None:
    for content in hostile_pages(templates):
        page = Markup(content.decode())
        assert all(set(script) <= {"src", "defer"} for script in page.all("script"))
        assert page.all("style") == []
        assert all(image["src"].endswith(".svg") for image in page.all("img"))
        assert HOSTILE in page.text
        assert b"49" not in re.sub(rb"[0-9a-f]{16,}|[A-Za-z0-9+/=]{40,}|M[0-9].*z", b"", content)
        for target in page.values("href"):
            assert not re.match(r"(?i)\s*(javascript|data:(?!image/svg)|vbscript)", target)
            assert "<" not in target
            assert "/x/" not in target


def test_only_web_addresses_become_links(templates: Templates) -> None:
    for address in (
        "javascript:alert(1)",
        "data:text/html,x",
        "git@example.org:x.git",
        "//example.org",
        "JAVASCRIPT:1",
    ):
        release = sample.release("hello", "1.0.0", 1, homepage=address, repository=address)
        pack = Pack("hello", "alice", (VersionState(release),), None, ())
        page = Markup(pack_page(sample.hand_of(templates, sample.SITE), pack, None).decode())
        assert address in page.text
        assert address not in page.values("href")


def test_listings_show_nothing_that_a_new_version_changes(templates: Templates) -> None:
    old = sample.row(sample.HELLO)
    new = old._replace(latest="9.9.9", updated=old.updated + 9, tags=("x",), features=("mcp",), versions=9, license="X")
    for path, family, item in (("tags/a/index.html", "tags", "a"), ("browse/h/index.html", "browse", "h")):
        first, second = (
            pages.listing_page(templates, sample.SITE, path, family, item, [row], "", "", ()) for row in (old, new)
        )
        assert first == second
    first, second = (
        people.publisher_page(templates, sample.SITE, sample.ALICE, (), (), [row], ()) for row in (old, new)
    )
    assert first == second


def test_a_version_page_shows_nothing_of_other_versions(templates: Templates) -> None:
    state, hand = sample.HELLO.versions[1], sample.hand_of(templates, sample.SITE)
    alone = sample.HELLO._replace(versions=(state,), statements=())
    assert version_page(hand, sample.HELLO, state) == version_page(hand, alone, state)


def test_states_are_said(site_pages: dict[str, Markup]) -> None:
    assert "merged into hello" in site_pages["packs/goodbye/index.html"].text
    assert "../../packs/hello/index.html" in site_pages["packs/goodbye/index.html"].values("href")
    assert "This version is yanked" in site_pages["packs/hello/1.0.1/index.html"].text
    assert "Every version of this pack is yanked" in site_pages["packs/@acme/house-style/index.html"].text
    assert "The key was revoked on 2026-11-20" in site_pages["packs/goodbye/0.3.0/index.html"].text
    assert "retired 2026-10-15" in site_pages["publishers/alice/index.html"].text


def test_development_keys_are_announced_everywhere(templates: Templates) -> None:
    quiet = sample.pages_of_sample(templates, sample.SITE)
    loud = sample.pages_of_sample(templates, sample.SITE._replace(development=True))
    assert not any(b"Development keys." in content for content in quiet.values())
    assert all(b"Development keys." in content for content in loud.values())


def test_pages_are_small(templates: Templates) -> None:
    for path, content in sample.pages_of_sample(templates, sample.SITE).items():
        assert len(content) < 24_000, path
    scripts = ("theme.js", "site.js", "find.js", "search-engine.js")
    assert len(gzip.compress(templates.asset("style.css"), 9, mtime=0)) <= 12_000
    assert sum(len(gzip.compress(templates.asset(name), 9, mtime=0)) for name in scripts) <= 12_000


def test_many_versions_are_cut(templates: Templates) -> None:
    versions = tuple(VersionState(sample.release("hello", f"1.{n}.0", 1)) for n in range(VERSIONS + 7, 0, -1))
    pack = sample.HELLO._replace(versions=versions)
    page = Markup(versions_page(sample.hand_of(templates, sample.SITE), pack).decode())
    assert "And 7 older ones" in page.text


def test_a_long_list_is_parted_by_letters(templates: Templates) -> None:
    few, many = ([(f"{letter}{n}", 1) for letter in "aBb" for n in range(count)] for count in (2, 80))
    short, long = (Markup(pages.family_page(templates, sample.SITE, "tags", items).decode()) for items in (few, many))
    assert short.values("id") == ["content"]
    assert long.values("id") == ["content", "letter-1", "letter-2"]
    assert "Nothing yet." in Markup(pages.family_page(templates, sample.SITE, "tags", []).decode()).text


@pytest.mark.parametrize(
    ("host", "review"),
    [
        ("https://github.com/acme/packs", "https://github.com/acme/packs/pull/7"),
        ("https://gitlab.example.org/acme/packs", "https://gitlab.example.org/acme/packs/-/merge_requests/7"),
        ("https://git.example.org/acme/packs", "https://git.example.org/acme/packs/pulls/7"),
        ("", ""),
    ],
)
def test_reviews_are_linked_on_every_forge(host: str, review: str) -> None:
    release = sample.HELLO.versions[1].release._replace(review="7")
    registry = sample.REGISTRY._replace(repository=host)
    found = views.links(registry, release)
    assert found.review == review
    assert found.commit == (f"{host}/commit/{release.commit}" if host else "")


def test_identity_is_the_h1_of_go() -> None:
    # the dirhash of an empty list of files: base64 of the SHA-256 of nothing
    assert views.h1(sha256(b"").hexdigest()) == "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


SIZES = {0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 64_000_000: "64.0 MB"}


@pytest.mark.parametrize(("count", "text"), SIZES.items())
def test_size(count: int, text: str) -> None:
    assert size(count) == text


def test_listable() -> None:
    assert all(map(listable, ("python", "c++", "any", "node.js", "@x", "x" * 64)))
    assert not any(map(listable, ("", ".", "..", ".x", "a/b", "a b", "é", "a\n", "x" * 65)))


def test_templates_travel_and_are_remembered(tmp_path: Path) -> None:
    templates = pickle.loads(pickle.dumps(open_templates(templates_folder(), tmp_path / "compiled")))
    assert isinstance(templates, Templates)
    templates.text("seal.svg")
    assert list((tmp_path / "compiled").iterdir())
    paths = dict(templates.assets())
    assert re.fullmatch(r"assets/style-[0-9a-f]{8}\.css", paths["style.css"])
    assert re.fullmatch(r"assets/site-[0-9a-f]{8}\.js", paths["site.js"])


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_of_every_text_colour_on_every_ground(templates: Templates) -> None:
    sheet = templates.asset("style.css").decode()
    tokens = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", sheet)
    pairs = [(text, ground) for text in ("ink", "quiet", "go", "stop", "caution") for ground in ("ground", "sheet")]
    pairs += [("stop", "stop-ground"), ("ink", "stop-ground"), ("caution", "caution-ground"), ("ink", "caution-ground")]
    pairs += [("go", "caution-ground"), ("go", "stop-ground"), ("go", "go-ground"), ("ink", "go-ground")]
    pairs += [(text, "board") for text in ("board-ink", "board-quiet", "board-go")]
    for at in (1, 2):
        scheme = {token[0]: token[at] for token in tokens}
        for text, ground in pairs:
            low, high = sorted((luminance(scheme[text]), luminance(scheme[ground])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)


@pytest.mark.interop
def test_the_commands_of_a_page_verify_and_refuse(templates: Templates, tmp_path: Path) -> None:
    minisign, tar = need("minisign"), need("tar")
    for program in ("curl", "sha256sum", "bash"):
        need(program)
    folder = tmp_path / "site/packs/hello/1.2.0"
    content, key = signed_version(minisign, tar, tmp_path, folder)
    state = sample.HELLO.versions[1]
    files = tuple(file for file in state.release.files[:1])
    publisher = sample.ALICE._replace(keys=(sample.ALICE.keys[0]._replace(key=key),))
    site = sample.SITE._replace(registry=sample.REGISTRY._replace(url=f"file://{tmp_path}/site/"))
    shown = state._replace(release=state.release._replace(files=files))
    hand = sample.hand_of(templates, site, {"alice": publisher})
    page = version_page(hand, sample.HELLO, shown).decode()
    steps = re.search(r'<ol class="steps"[^>]*>(.*?)</ol>', page, re.S)
    assert steps
    script = "set -e\n" + "\n".join(Markup(block).text for block in re.findall(r"<pre[^>]*>.*?</pre>", steps[1], re.S))
    good = run(script, tmp_path / "good")
    assert good.returncode == 0, good.stderr
    assert "Trusted comment: hello 1.2.0" in good.stdout
    assert good.stdout.split()[-1] == "3"
    (folder / "SHA256SUMS").write_text(f"{sha256(content).hexdigest()}  README.md\n# more\n")
    assert run(script, tmp_path / "bad").returncode != 0


def signed_version(minisign: str, tar: str, home: Path, folder: Path) -> tuple[bytes, str]:
    """A published version with one file, made with stock programs; gives its content and the public key."""
    content = b"hello\n"
    files = home / "files"
    files.mkdir()
    folder.mkdir(parents=True)
    (files / "README.md").write_bytes(content)
    (files / "SHA256SUMS").write_text(f"{sha256(content).hexdigest()}  README.md\n")
    subprocess.run([minisign, "-G", "-W", "-p", home / "k.pub", "-s", home / "k.key"], check=True, capture_output=True)
    sign = [minisign, "-S", "-s", str(home / "k.key"), "-t", "hello 1.2.0", "-m", str(files / "SHA256SUMS")]
    subprocess.run(sign, check=True, capture_output=True)
    subprocess.run([tar, "-czf", folder / "hello-1.2.0.tar.gz", "-C", files, "."], check=True)
    for name in ("SHA256SUMS", "SHA256SUMS.minisig"):
        (folder / name).write_bytes((files / name).read_bytes())
    return content, (home / "k.pub").read_text().splitlines()[1]


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
