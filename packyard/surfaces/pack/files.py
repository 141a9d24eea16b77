"""The pages of a version's files: every file as it ships, and its raw bytes.

The first page begins with a table of all files; then comes the text of each, highlighted, its lines numbered from 1,
every line a link to itself (`#f3.12` is line 12 of the third file, `#/hooks/guard.sh` the file). What is too long for
a page goes on in `2.html` (`packyard.surfaces.pack.places`).

Text is what is good UTF-8, or has no null, and in spite of both whatever may be read as a program: what has a
language, can be run, or is named by something that runs. So is an image that is one of these, beside its picture.

Raw files have names by which no host serves them as something active: images keep theirs, the rest ends with `.txt`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from packyard.formats import layout
from packyard.model import File, Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.surfaces.hidden import reveal
from packyard.surfaces.pack.abilities import running_text
from packyard.surfaces.pack.media import format_of, size_of
from packyard.surfaces.pack.places import EXECUTABLE, TEXT, Page, anchor_of, cut, homes, is_image_name, is_mock
from packyard.surfaces.pack.values import Hand, facts
from packyard.surfaces.site import HOME

if TYPE_CHECKING:
    from packyard.surfaces.highlight import Count

#: A larger image is not shown among text.
IMAGE_LIMIT = 1_000_000
#: Bytes of HTML that a file may become, a byte of it at most and the least of all; the images of a page that are text
#: have the first of these together.
HTML, _MOST, _LEAST = 300_000, 12, 2_000

_HIDDEN = re.compile(r"⟦U\+[0-9A-F]{4,6}⟧")


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
    `hidden` counts the hidden characters of all of it, and `unseen` says that Markdown does not show everything. What
    is no text has a `kind`, the name of its format or "?"; so has an image, which has its `size` in pixels and where it
    is, "" when it is not shown, and is text as well if something may run it.
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
    return path if is_image_name(path) else path + ".txt"


def raw_names(files: Sequence[File]) -> Mapping[str, str]:
    """The raw names of those files that have one: a folder may stand where a name would be, and then goes first."""
    parts = [file.path.lower().split("/") for file in files]
    folders = {"/".join(each[:end]) for each in parts for end in range(1, len(each))}
    names = {file.path: raw_name(file.path) for file in files}
    return {path: name for path, name in names.items() if name.lower() not in folders}


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
        executable=EXECUTABLE,
    )


def _raw(hand: Hand, release: Release, path: str) -> bytes:
    return hand.files(release)[path]


def _rows(pages: Sequence[Page], page: Page, raw: Mapping[str, str]) -> Iterator[Row]:
    """The table on a page."""
    where = homes(pages)
    last = ""
    for file in page.rows:
        folder, slash, name = file.path.rpartition("/")
        home, anchor = where[file.path], anchor_of(file.path)
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
    where, contents = homes(pages), hand.files(release) if page.shown else {}
    numbers = {path: number for number, path in enumerate(where, 1)}
    after = dict(itertools.pairwise(where))
    is_run = partial(_is_run, cache(partial(running_text, hand, release)))
    mocks = sum(map(is_mock, page.shown))
    for file in page.shown:
        following = after.get(file.path, "")
        home = where[following] if following and where[following] != page.file else ""
        href = f"{home}#{anchor_of(following)}" if following else ""
        number = numbers[file.path]
        plain = Section(file, anchor_of(file.path), number, _raw_link(file, raw), after=(following, href))
        room = HTML // mocks if is_mock(file) else HTML
        yield _filled(plain, contents[file.path], room, is_run, hand.templates.count)


def _raw_link(file: File, raw: Mapping[str, str]) -> str:
    return f"../raw/{quote(raw[file.path])}" if file.path in raw else ""


def _is_run(running: Callable[[], bytes], file: File) -> bool:
    """Whether a program may be in the file, whatever its bytes are."""
    from packyard.surfaces.highlight import language_of

    name = file.path.rpartition("/")[2]
    return file.mode == EXECUTABLE or language_of(name, "") != "" or name.encode() in running()


def _filled(section: Section, data: bytes, room: int, is_run: Callable[[File], bool], count: Count) -> Section:
    """The section with what is to be seen of the file, in so many bytes of HTML."""
    file, head = section.file, _head(data)
    if is_image_name(file.path) and (size := size_of(data)):
        image = section.raw if len(data) <= IMAGE_LIMIT else ""
        section = section._replace(kind=format_of(data), size=size, image=image)
    text = text_of(head)
    if text is None and is_run(file):
        text = head.decode(errors="backslashreplace")
    if text is None:
        return section._replace(kind=format_of(data) or "?")
    from packyard.surfaces.highlight import highlight

    lines = list(_numbered(section.number, highlight(file.path, text, count), min(room, _LEAST + _MOST * len(data))))
    html = "".join(lines)
    total = data.count(b"\n") + (data[-1:] not in (b"\n", b""))
    cut = len(lines) < total or len(head) < len(data)
    whole = text if len(head) == len(data) else data.decode(errors="backslashreplace")
    unseen = '<i class="u">' in html or (cut and _has_comments(file.path, whole))
    return section._replace(text=html, lines=len(lines), total=total, cut=cut, unseen=unseen, hidden=_hidden(whole))


def _hidden(text: str) -> int:
    """How many hidden characters are in a text; a carriage return within a line is one."""
    shown = reveal(text.replace("\r\n", "\n"))
    return shown.count("\r") + (len(_HIDDEN.findall(shown)) if "⟦" in shown else 0)


def _has_comments(path: str, text: str) -> bool:
    from packyard.surfaces.highlight import language_of

    return "<!--" in text and language_of(path, text) == "markdown"


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
    """Lines with their numbers, as many as there is room for, and always one. The numbers are no stops of the Tab key:
    there are hundreds.
    """
    for number, line in enumerate(lines, 1):
        shown = f'<span id="f{file}.{number}"><a href="#f{file}.{number}" tabindex="-1">{number}</a>{line}\n</span>'
        room -= len(shown)
        if room < 0 and number > 1:
            return
        yield shown
