"""`_headers` and `_redirects`, for hosts that take their configuration from two files in the site's root.

All of them know this much, and it is all that is used: a rule is a pattern and, indented, its headers; `*` stands for
any characters, and no pattern has two; all rules that match count, and a header that two of them give has both values.
So of the rules that say what a file is, exactly one matches each path. Some hosts take no more than 100 rules: an
ending that is the same sort of file in every folder needs one, and what is bytes of any sort has none. Hosts know as
much themselves; and how files end that packs bring along for other programs, the packs decide. Where the names of packs
are names of files, one that ends as a sort of file does, such as `acme.json`, is met by two rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from packyard.errors import FormatError
from packyard.formats import layout
from packyard.formats.layout import Kind
from packyard.hosting.patterns import NAMED
from packyard.hosting.values import ANONYMOUS, EVERYWHERE, PAGE_POLICY, TOKEN, Host

MOST_RULES = 100
PAGE, ANY = layout.kind("index.html"), layout.kind("unknown")

#: What means nothing more than itself in a rule, but for the `*` that is put there.
_PLAIN = re.compile(r"[A-Za-z0-9._~+@/*-]+")

#: Paths of each sort that a site may come to have, so that a new one needs no new rules.
_EXAMPLES = (
    *(layout.pack("x", name) for name in ("index.html", "index.json", layout.FILES_SUMS, "badge.svg", "card.png")),
    *(layout.pack("x", name) for name in (layout.ATOM, layout.JSON_FEED)),
    *(layout.version("x", "1", f"raw/x.{end}") for end in ("txt", "png", "jpg", "jpeg", "gif", "webp")),
    *(layout.version("x", "1", name) for name in ("SHA256SUMS", "SHA256SUMS.minisig", "provenance.intoto.jsonl")),
    *(layout.pack("x", f"statements/0001-yank.yaml{end}") for end in ("", ".x.minisig")),
    *(f"{folder}/x/1.yaml{end}" for folder in ("publishers", "orgs") for end in ("", ".minisig")),
    *(f"{folder}/x/{name}" for folder in ("publishers", "orgs") for name in ("index.html", "index.json")),
    *(f"{folder}/x/{name}" for folder in ("tags", "advisories") for name in (layout.ATOM, layout.JSON_FEED)),
    *(f"assets/x.{end}" for end in ("css", "js", "svg", "png", "jpg", "jpeg", "gif", "webp")),
    *(f"{NAMED}x/x", "npm/-/x/1/x-1.tgz", layout.pack("x", ".well-known/skills/x/SKILL.md")),
    *("search/x.gz", "schemas/x.json", "sitemap/x.xml", "404.html", "robots.txt", "openapi.json"),
    layout.tarball("x", "1"),
    layout.TRUST + "1.json",
    layout.TRUST + "1.json.X.minisig",
    layout.SNAPSHOT_BUNDLE,
    layout.BY_HASH_INDEX,
    layout.shard_sums(0),
    layout.CHECKPOINT,
    "log/tile/0/000",
    *(layout.by_hash(digit) for digit in "0123456789abcdef"),
)


def format_headers(host: Host, paths: Iterable[str]) -> str:
    """`_headers` for a site with these paths. Raises `FormatError` when one rule would have to say two things, or when
    there are too many.
    """
    rules = _rules(host.base, paths)
    if len(rules) + 2 > MOST_RULES:
        expected, found = f"at most {MOST_RULES}", str(len(rules) + 2)
        raise FormatError("host-rules", "the site needs more rules than hosts take", expected=expected, found=found)
    lines = [_about(host), f"{host.base}*", *(f"  {name}: {value}" for name, value in EVERYWHERE), *_readers(), ""]
    for pattern, kind in rules.items():
        lines += [pattern, f"  Content-Type: {kind.content_type}", f"  Cache-Control: {kind.cache_control}"]
        lines += ["  Content-Security-Policy: sandbox"] * (kind != PAGE)
    return "\n".join(lines) + "\n"


def format_redirects(host: Host) -> str:
    """`_redirects`: from the bare name of a renamed pack to the one that carries on.

    The folder itself, with a slash, stays: on such hosts it is the only address of the page that is in the site.
    """
    lines = [f"# {host.origin}. Made by `packyard host-config redirects`; make it again rather than change it."]
    lines += [f"{host.base}packs/{old} {host.base}packs/{new}/ 302" for old, new in host.renamed]
    return "\n".join(lines) + "\n"


def _about(host: Host) -> str:
    mirrors = "".join(f"#   {mirror}\n" for mirror in host.mirrors)
    told = (
        f"#\n# The same files are at these mirrors, which no header of such a host can say:\n{mirrors}"
        if mirrors
        else ""
    )
    return f"""\
# {host.origin}. Made by `packyard host-config headers`; make it again rather than change it.
#
# The limits of a registry are {ANONYMOUS} requests a minute from an address, {TOKEN} with a token. This file cannot set
# them, and what the host counts it does not tell: there is no X-RateLimit-* header here that would pretend otherwise.
{told}"""


def _readers() -> Iterator[str]:
    """Everybody may read everything; no rule could leave the pages out without naming all else. What is no page is also
    in a sandbox: of two policies both count.
    """
    yield "  Access-Control-Allow-Origin: *"
    yield f"  Content-Security-Policy: {PAGE_POLICY}"


def _rules(base: str, paths: Iterable[str]) -> dict[str, Kind]:
    rules: dict[str, Kind] = {}
    every = sorted(path for path in {*paths, *_EXAMPLES} if layout.kind(path) != ANY)
    alike = _alike(every)
    for path in every:
        pattern, kind = base + _pattern(path, alike), layout.kind(path)
        if not _PLAIN.fullmatch(pattern) or pattern.count("*") > 1:
            message = "a file's name cannot stand in a rule"
            raise FormatError("host-rules", message, expected="plain letters", found=ascii(path)[1:-1][:80])
        if rules.setdefault(pattern, kind) != kind:
            message = f"the rule {pattern} would have to say two things"
            raise FormatError("host-rules", message, expected=kind.content_type, found=rules[pattern].content_type)
    return rules | {f"{base}*/": PAGE, base: PAGE}


def _alike(paths: Iterable[str]) -> set[str]:
    """The endings that stand for one sort of file wherever they are."""
    kinds: dict[str, set[Kind]] = {}
    for path in paths:
        if not path.startswith(NAMED):
            kinds.setdefault(_ending(path), set()).add(layout.kind(path))
    return {ending for ending, found in kinds.items() if len(found) == 1 and ending.lower() in layout.TYPES}


def _ending(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else f"/{name}"


def _pattern(path: str, alike: Collection[str]) -> str:
    """The pattern for the path and others of its sort: same ending, and same top folder unless these are `alike`."""
    top, slash, rest = path.partition("/")
    if path.startswith(NAMED):
        return f"{NAMED}*"
    if _ending(path) in alike:
        return f"*{_ending(path)}"
    if not slash or path in (layout.CHECKPOINT, layout.BY_HASH_INDEX):
        return path
    if top == "log":
        return "log/tile/*"
    if top == "by-hash":
        return f"by-hash/{rest[0]}*"
    return f"{top}/*{_ending(path)}"
