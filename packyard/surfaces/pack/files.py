"""The pages of a version's files: every file as it ships, and its raw bytes.

The first page begins with a table of all files; then comes the text of each, highlighted, its lines numbered from 1,
every line a link to itself (`#f3.12` is line 12 of the third file, `#/hooks/guard.sh` the file). What is too long for
a page goes on in `2.html`. Where a page ends follows from the sizes of the files alone, so that a plan reads none.

Raw files have names by which no host serves them as something active: images keep theirs, the rest ends with `.txt`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from packyard.formats import layout
from packyard.model import File, Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.surfaces.pack.media import format_of, size_of
from packyard.surfaces.pack.values import Hand, facts
from packyard.surfaces.site import HOME

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
#: A larger image is not shown among text.
IMAGE_LIMIT = 1_000_000

#: About how many bytes of HTML a page has.
PAGE = 150_000
#: Bytes of a file that are shown, and of the HTML that they may become.
TEXT, HTML = 64_000, 300_000
#: What a row of the table and a file's head take, and how many bytes of HTML a byte of text becomes, roughly; and at
#: most, before the file is cut.
_ROW, _HEAD, _GROWTH, _MOST = 420, 700, 3, 12
_LEAST = 2_000

#: Characters of a path that need no escape in a fragment.
_SAFE = "/+@(),"


class Page(NamedTuple):
    """A page: its file name, the files in its part of the table, and those whose text it shows."""

    file: str
    rows: tuple[File, ...]
    shown: tuple[File, ...]


class Row(NamedTuple):
    """A line of the table. `folder` is "" but for the first file of a folder; `anchor` is set where only the row can be
    linked to, because the text is on another page; `raw` is "" where there is no raw file.
    """

    file: File
    folder: str
    name: str
    href: str
    anchor: str
    raw: str


class Section(NamedTuple):
    """A file on its page: the `number` by which its lines are called, its raw file, and the path and address of the
    file `after` it. A text has `text`, safe HTML, with so many `lines` of the `total`, not all of it when `cut`;
    `hidden` counts hidden characters, and `unseen` says that Markdown does not show everything. Anything else has a
    `kind`, the name of its format or "?", and an image its `size` in pixels and where it is, "" when it is not shown.
    """

    file: File
    anchor: str
    number: int
    raw: str
    after: tuple[str, str]
    text: str = ""
    lines: int = 0
    total: int = 0
    cut: bool = False
    hidden: int = 0
    unseen: bool = False
    kind: str = ""
    size: tuple[int, int] | None = None
    image: str = ""


def raw_name(path: str) -> str:
    """The name under which a file is published as it is."""
    return path if path.lower().endswith(IMAGES) else path + ".txt"


def raw_names(files: Sequence[File]) -> Mapping[str, str]:
    """The raw names of those files that have one: a folder may stand where a name would be, and then goes first."""
    parts = [file.path.lower().split("/") for file in files]
    folders = {"/".join(each[:end]) for each in parts for end in range(1, len(each))}
    names = {file.path: raw_name(file.path) for file in files}
    return {path: name for path, name in names.items() if name.lower() not in folders}


def anchor_of(path: str) -> str:
    """The anchor of a file on its page; no path begins with a slash, so no other anchor is the same."""
    return "/" + quote(path, safe=_SAFE)


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """`packs/NAME/VERSION/files/…`, and the files as they ship below `raw/`. A withdrawn version has one page that says
    so.
    """
    release = state.release
    pages = cut(release.files)
    stated = (hand.site, pack.name, facts(state))
    for page in pages:
        path = layout.version(pack.name, release.version, f"files/{page.file}")
        yield Recipe(path, stated, partial(files_page, hand, state, pages, page))
    raw = raw_names(release.files) if not hand.site.preview else {}
    for file in release.files:
        if file.path in raw:
            path = layout.version(pack.name, release.version, f"raw/{raw[file.path]}")
            yield Recipe(path, (file.sha256,), partial(_raw, hand, release, file.path))


def cut(files: Sequence[File]) -> tuple[Page, ...]:
    """The pages, in the order of folders and names: first the table, then the texts. There is always one page."""
    ordered = sorted(files, key=_place)
    parts: list[tuple[list[File], list[File]]] = [([], [])]
    left = PAGE
    for which, weigh in enumerate((_row_weight, _text_weight)):
        for file in ordered:
            if weigh(file) > left < PAGE:
                parts.append(([], []))
                left = PAGE
            parts[-1][which].append(file)
            left -= weigh(file)
    names = ("index.html", *(f"{number}.html" for number in range(2, len(parts) + 1)))
    return tuple(Page(name, tuple(rows), tuple(shown)) for name, (rows, shown) in zip(names, parts, strict=True))


def files_page(hand: Hand, state: VersionState, pages: Sequence[Page], page: Page) -> bytes:
    """One page of the files."""
    release, say = state.release, hand.templates.say
    raw = {} if hand.site.preview else raw_names(release.files)
    about = {"name": release.pack, "version": release.version}
    title = say("Files of {name} {version}", **about)
    if page is not pages[0]:
        title = say("Files of {name} {version}, page {number}", **about, number=page.file.removesuffix(".html"))
    return hand.templates.page(
        "version/files.html",
        hand.site,
        layout.version(release.pack, release.version, f"files/{page.file}"),
        title,
        say("Every file of {name} {version} as it ships.", **about),
        section=HOME,
        pack=release.pack,
        state=state,
        release=release,
        has_models="models" in release.features,
        rows=list(_rows(pages, page, raw)),
        shown=list(_sections(hand, release, pages, page, raw)),
        page=page.file,
        pages=[each.file for each in pages],
        executable=0o755,
    )


def _raw(hand: Hand, release: Release, path: str) -> bytes:
    return hand.files(release)[path]


def _place(file: File) -> tuple[str, str]:
    """Where a file stands in the tree: those of a folder together, before those of the folders in it."""
    folder, _, name = file.path.rpartition("/")
    return folder, name


def _row_weight(file: File) -> int:
    return _ROW + 3 * len(file.path)


def _text_weight(file: File) -> int:
    shown = 0 if file.path.lower().endswith(IMAGES) else min(file.size, TEXT)
    return _HEAD + _GROWTH * shown


def _rows(pages: Sequence[Page], page: Page, raw: Mapping[str, str]) -> Iterator[Row]:
    """The table on a page."""
    homes = _homes(pages)
    last = ""
    for file in page.rows:
        folder, slash, name = file.path.rpartition("/")
        home, anchor = homes[file.path], anchor_of(file.path)
        here = home == page.file
        href = f"{'' if here else home}#{anchor}"
        yield Row(
            file, folder + slash if folder != last else "", name, href, "" if here else anchor, _raw_link(file, raw)
        )
        last = folder


def _sections(
    hand: Hand, release: Release, pages: Sequence[Page], page: Page, raw: Mapping[str, str]
) -> Iterator[Section]:
    """The files on a page."""
    homes, contents = _homes(pages), hand.files(release) if page.shown else {}
    numbers = {path: number for number, path in enumerate(homes, 1)}
    after = dict(itertools.pairwise(homes))
    for file in page.shown:
        following = after.get(file.path, "")
        home = homes[following] if following and homes[following] != page.file else ""
        href = f"{home}#{anchor_of(following)}" if following else ""
        number = numbers[file.path]
        plain = Section(file, anchor_of(file.path), number, _raw_link(file, raw), after=(following, href))
        yield _filled(plain, contents[file.path])


def _homes(pages: Sequence[Page]) -> dict[str, str]:
    """The page that shows each file, in the order in which they are shown."""
    return {file.path: page.file for page in pages for file in page.shown}


def _raw_link(file: File, raw: Mapping[str, str]) -> str:
    return f"../raw/{quote(raw[file.path])}" if file.path in raw else ""


def _filled(section: Section, data: bytes) -> Section:
    """The section with what is to be seen of the file."""
    if section.file.path.lower().endswith(IMAGES) and (size := size_of(data)):
        image = section.raw if len(data) <= IMAGE_LIMIT else ""
        return section._replace(kind=format_of(data), size=size, image=image)
    head = _head(data)
    text = text_of(head)
    if text is None:
        return section._replace(kind=format_of(data) or "?")
    from packyard.surfaces.highlight import highlight

    lines = list(_numbered(section.number, highlight(section.file.path, text), min(HTML, _LEAST + _MOST * len(data))))
    html = "".join(lines)
    total = data.count(b"\n") + (data[-1:] not in (b"\n", b""))
    cut = len(lines) < total or len(head) < len(data)
    unseen, hidden = '<i class="u">' in html, html.count("<mark>")
    return section._replace(text=html, lines=len(lines), total=total, cut=cut, unseen=unseen, hidden=hidden)


def _head(data: bytes) -> bytes:
    """The beginning of a file: whole lines where there are any."""
    head = data[:TEXT]
    return head if len(data) <= TEXT else head[: head.rfind(b"\n") + 1] or head


def text_of(data: bytes) -> str | None:
    """The file as text, None when it is no text. What programs would read as one is one, whatever else is in it: with
    `#!` at its start, or without a null.
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None if b"\0" in data and not data.startswith(b"#!") else data.decode(errors="backslashreplace")


def _numbered(file: int, lines: Sequence[str], room: int) -> Iterator[str]:
    """Lines with their numbers, as many as there is room for, and always one."""
    for number, line in enumerate(lines, 1):
        shown = f'<span id="f{file}.{number}"><a href="#f{file}.{number}">{number}</a>{line}\n</span>'
        room -= len(shown)
        if room < 0 and number > 1:
            return
        yield shown
