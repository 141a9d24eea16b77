"""What pages need to know of their values and templates cannot say themselves."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import NamedTuple

from markupsafe import Markup, escape

from packyard.formats import layout
from packyard.model import Manifest, Pack, Publisher, PublisherKey, Release, Statement
from packyard.registry import Registry
from packyard.surfaces.site import ACTIVE_FEATURES

PROVENANCE = "provenance.intoto.jsonl"


class Commands(NamedTuple):
    """The shell commands that verify a version with stock programs: curl, minisign, tar, sha256sum."""

    fetch: str
    signature: str
    files: str


class Links(NamedTuple):
    """Where the forge shows a version's commit and pull request, "" where it is not known."""

    commit: str
    review: str


class Bars(NamedTuple):
    """An identity as bars, for eyes that compare: an SVG path that is 10 high and `width` wide."""

    path: str
    width: int


def h1(identity: str) -> str:
    """An identity in the notation of Go's dirhash: `h1:` and the standard base64 of the SHA-256."""
    return "h1:" + b64encode(bytes.fromhex(identity)).decode()


def bars(identity: str) -> Bars:
    """Each hex digit is a bar of 1 to 4 units and a gap of 1 to 4 units."""
    at, drawn = 0, []
    for digit in identity:
        gap, width = divmod(int(digit, 16), 4)
        drawn.append(f"M{at} 0h{width + 1}v10h-{width + 1}z")
        at += width + gap + 2
    return Bars("".join(drawn), at)


def commands(registry: Registry, release: Release, key: str) -> Commands:
    """How to verify a release by hand, given the publisher's key; lines can be pasted into a POSIX shell in order."""
    tarball = layout.tarball_name(release.pack, release.version)
    folder = tarball.removesuffix(".tar.gz")
    url = registry.url.rstrip("/") + "/" + layout.version(release.pack, release.version)
    return Commands(
        f"url={url}\ncurl -f -O ${{url}}{tarball} -O ${{url}}SHA256SUMS -O ${{url}}SHA256SUMS.minisig",
        f"minisign -VHm SHA256SUMS -P {key}",
        f"mkdir {folder} && tar -xzf {tarball} -C {folder}\n"
        f"(cd {folder} && sha256sum -c ../SHA256SUMS && find . -type f | wc -l)",
    )


def links(registry: Registry, release: Release) -> Links:
    """The links of a release. GitHub, GitLab and Gitea (with Forgejo) differ in the word for a pull request; which of
    them a registry uses is told by the name of its host.
    """
    base = registry.repository
    host = base.partition("://")[2].partition("/")[0]
    word = "pull" if "github" in host else "-/merge_requests" if "gitlab" in host else "pulls"
    return Links(
        f"{base}/commit/{release.commit}" if base and release.commit else "",
        f"{base}/{word}/{release.review}" if base and release.review else "",
    )


def key_of(publisher: Publisher, release: Release) -> PublisherKey:
    """The key that signed a release: keys are never removed from a publisher's file, so it is there."""
    key = publisher.key(release.key)
    if key is None:
        raise AssertionError(f"{publisher.handle} never had the key {release.key}")
    return key


def active(release: Release) -> list[str]:
    """The features of a release that can act without being asked."""
    return [feature for feature in release.features if feature in ACTIVE_FEATURES]


def ended(say: Callable[..., Markup], pack: Pack) -> str:
    """That no version of a pack is offered any more, and how that came; "" when one is."""
    if any(state.alive for state in pack.versions):
        return ""
    withdrawn = [state.withdrawn is not None for state in pack.versions]
    if all(withdrawn):
        return say("Every version of this pack is withdrawn")
    if any(withdrawn):
        return say("Every version of this pack is yanked or withdrawn")
    return say("Every version of this pack is yanked")


def fields(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """What the manifest states, as labels and text; unknown fields last, as JSON."""
    for name in manifest._fields[:-1]:
        value = getattr(manifest, name)
        if name == "dependencies":
            value = tuple(f"{other} {wanted}" for other, wanted in value)
        if value:
            yield name, value if isinstance(value, str) else ", ".join(value)
    for name, value in manifest.extra.items():
        yield name, json.dumps(value, ensure_ascii=False)


def statement_file(statement: Statement) -> str:
    """The name of a statement's file."""
    return f"{statement.sequence:04}-{statement.action}.yaml"


def scrollable(html: str, label: str = "Table") -> str:
    """Wide tables and code scroll in a box of their own, which the keyboard can reach; `label` is what tables are."""
    html = html.replace("<pre>", '<pre tabindex="0">')
    if "<table>" in html:
        box = f'<div class="scroll" role="group" aria-label="{escape(label)}" tabindex="0">'
        html = html.replace("<table>", f"{box}<table>")
        html = html.replace("</table>", "</table></div>")
    return html
