"""`packyard search`.

    packyard search tag:python target:cursor review --sort updated

It searches the catalogue of the first registry that is known, as the client proves it; or that of a site, with --site.

On a terminal a table, elsewhere a line for each pack with tabs between name, latest version, owner, state and
description. The state is empty, or one or more of `deprecated`, `archived` and `renamed:NAME` with commas between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import click

from packyard.cli import options, user_options
from packyard.cli.errors import count
from packyard.cli.tables import Column, show
from packyard.cli.terminal import document, printable, say
from packyard.client.searching import Hit, Pack, Searched, search
from packyard.errors import BadChecksum, FormatError, NotFound, ProblemsFound, UsageError
from packyard.search.engine import Found
from packyard.search.query import PAGE_LIMIT, SORTS, parse_query

if TYPE_CHECKING:
    from packyard.client import Client
    from packyard.edges.client_searching import Asked
    from packyard.edges.transport import Fetcher

#: The most bytes of `index.json`; one of 100,000 packs has about 40 MB.
INDEX_LIMIT = 1 << 28
_COLUMNS = (
    Column("NAME", "bold"),
    Column("LATEST"),
    Column("OWNER"),
    Column("STATE", "yellow", gives_way=True),
    Column("DESCRIPTION", gives_way=True),
)
#: Characters of a word or a filter that a person is shown.
_SHOWN = 60


def load_index(site: Fetcher, digest: str) -> bytes:
    """The bytes of `index.json` of a site, with the hash that its snapshot promises. Of a copy that is between two
    snapshots, those that it keeps by their hash. Raises `BadChecksum`.
    """
    from packyard.formats import layout

    data = site.read(layout.INDEX, INDEX_LIMIT)
    if (found := sha256(data).hexdigest()) == digest:
        return data
    try:
        kept = site.read(layout.by_hash(digest), INDEX_LIMIT)
    except NotFound:
        kept = b""
    if sha256(kept).hexdigest() == digest:
        return kept
    path, message = f"{site.name}/{layout.INDEX}", "the file is not the one that was sealed"
    raise BadChecksum("file-changed", message, path=path, expected=digest, found=found)


@click.command("search", context_settings=options.CONTEXT)
@click.argument("words", metavar="[WORDS]...", nargs=-1)
@click.option("--tag", multiple=True, help="Only packs with this tag.")
@click.option("--target", multiple=True, help="Only packs for this program.")
@click.option("--feature", multiple=True, help="Only packs with this kind of thing in them, such as `skills`.")
@click.option("--owner", "--author", multiple=True, metavar="HANDLE|ORG", help="Only packs of this owner.")
@click.option("--license", multiple=True, help="Only packs under this licence; `none`: that name none.")
@click.option("--has", multiple=True, metavar="FEATURE", help="The same as --feature; `routing`: models by the task.")
@click.option("--deprecated/--no-deprecated", default=None, help="Only packs that are deprecated, or are not.")
@click.option("--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True)
@click.option("--page", type=click.IntRange(1, 1_000_000), default=1, show_default=True)
@click.option("--limit", type=click.IntRange(1, PAGE_LIMIT), default=20, show_default=True, help="Packs on a page.")
@click.option("--site", metavar="SITE|URL", help="Search this site as it is, without asking whether it is fresh.")
@user_options.offline
@options.json
@user_options.client
def command(
    client: Client,
    words: tuple[str, ...],
    sort: str,
    page: int,
    limit: int,
    site: str | None,
    offline: bool,
    as_json: bool,
    deprecated: bool | None,
    **filters: tuple[str, ...],
) -> None:
    """Find packs by words and filters. Filters must hold; where no pack has all words, those with the most are shown.

    Without any: every pack. Words forgive typos.

    Filters can stand among the words: `packyard search tag:python owner:alice review`. They are tag, target, feature,
    has, owner (or author), license, channel and routing, and deprecated, archived and renamed, which are yes or no.
    What the registry's catalogue does not say cannot be filtered by. Where no registry is known, ./site is searched.

    In a pipe: a line for each pack, with tabs between name, latest version, owner, state and description.
    """
    flags = [] if deprecated is None else [("deprecated", "yes" if deprecated else "no")]
    given = [(name, value) for name, values in filters.items() for value in values]
    try:
        query = parse_query(" ".join(words), [*given, *flags])
    except FormatError as error:
        raise _refused(error) from None
    from packyard.edges.client_searching import Asked

    asked = Asked(query, sort, page, limit)
    if site is None and client.registries.known:
        searched = client.find(asked, offline=offline)
    else:
        searched = _at(client, site or "site", asked)
    if as_json:
        document("search", _document(searched, asked))
        return
    show(_COLUMNS, map(_row, (hit.pack for hit in searched.found.hits)))
    for line in _words(searched.found, asked):
        say(line)


def _at(client: Client, place: str, asked: Asked) -> Searched:
    """What is found in a site as it is. Raises `ProblemsFound` for an `index.json` that is none."""
    from packyard.edges.client_prepared import read_prepared
    from packyard.edges.client_searching import search_site
    from packyard.edges.transport import open_site
    from packyard.head import read_head

    site = open_site(place)
    stated = read_head(site).snapshot
    found = search_site(site, stated, asked)
    if found is None:
        data = load_index(site, stated.index_json)
        try:
            found = search(read_prepared(client.registries.cache, sha256(data).hexdigest(), data), *asked)
        except FormatError as error:
            if error.code == "search-unanswered":
                raise _refused(error) from None
            raise ProblemsFound([error.at("index.json")]) from None
    return Searched(stated.origin, stated.number, found)


def _refused(error: FormatError) -> UsageError:
    return UsageError(error.code, error.message, expected=error.expected, found=error.found, help=error.help)


def _row(pack: Pack) -> tuple[str, ...]:
    return pack.name, pack.latest, pack.owner, _state(pack), pack.description


def _state(pack: Pack) -> str:
    renamed = f"renamed:{pack.renamed}" if pack.renamed else ""
    marks = ("deprecated" if pack.deprecated else "", "archived" if pack.archived else "", renamed)
    return ",".join(filter(None, marks))


def _words(found: Found[Hit], asked: Asked) -> Iterator[str]:
    """What a person is told beside the packs."""
    if not found.total:
        yield "nothing was found" + _parts(found)
        if found.guesses:
            yield f"did you mean {' or '.join(map(_quoted, found.guesses))}?"
    elif not found.hits:
        yield f"page {found.page} is empty: there are {count(found.total, 'pack')}, {found.limit} on a page"
    elif found.part and found.page == 1:
        yield f"no pack has all words; these have {found.part} of {len(asked.query.words)}"
    elif all(hit.match == "spelling" for hit in found.hits) and found.page == 1:
        yield "no pack has these very words; these are spelt alike"
    if found.unknown:
        yield f"`{asked.sort}` is not known of {found.unknown} of {count(found.total, 'pack')}: they come last"
    if found.has_more or (found.page > 1 and found.hits):
        first = (found.page - 1) * found.limit + 1
        more = f"; `--page {found.page + 1}` shows more" if found.has_more else ""
        yield f"{first} to {first + len(found.hits) - 1} of {found.total}{more}"


def _parts(found: Found[Hit]) -> str:
    """How many packs each word and filter finds alone, when there are several."""
    if len(found.parts) < 2:
        return ""
    return ": alone, " + ", ".join(f"{_quoted(part)} finds {number}" for part, number in found.parts)


def _quoted(text: str) -> str:
    return f"`{printable(text, _SHOWN)}`"


def _document(searched: Searched, asked: Asked) -> dict[str, Any]:
    found, query = searched.found, asked.query
    return {
        "registry": searched.origin,
        "snapshot": searched.snapshot,
        "words": [*query.words, *query.extra],
        "filters": [str(each) for each in query.filters],
        "sort": asked.sort,
        "total": found.total,
        "page": found.page,
        "limit": found.limit,
        "hasMore": found.has_more,
        "unknown": found.unknown,
        "part": found.part,
        "guesses": list(found.guesses),
        "packs": [hit.pack._asdict() | {"match": hit.match} for hit in found.hits],
    }
