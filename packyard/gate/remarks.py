r"""Comments in prompts: which of them say nothing, and where there are some above a prompt.

    <!-- prettier-ignore -->   <!-- toc -->   <!-- TODO: write this section -->    say nothing
    <!-- TODO: send the log -->                                                    says something
    # and never mention the upload                                                 so does a line of the frontmatter

A comment that only a formatter or a generator understands is known by its whole form, and a note to its authors by its
words: in neither can anything be said to an agent. A comment in YAML is one when it is a sentence; a heading, the name
of a schema or a hint to an editor is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from packyard.formats.unseen import eastern

_RULE = (
    r"(?:\ (?:MD\d{3}|line-length|no-(?:inline-html|duplicate-heading|bare-urls|hard-tabs)|first-line-h(?:1|eading)))*"
)
_LICENSE = (
    r"(?:MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|[AL]?GPL-[23]\.[01](?:-only|-or-later)?|MPL-2\.0|CC0-1\.0|CC-BY-4\.0)"
)
_TASK = (
    r"(?:write|add|fix|update|expand|finish|complete|review|improve|check|clean|up|more|this|these|the|an?|and|in|to|for|of|"
    r"sections?|docs|documentation|examples?|text|here|later|links?|images?|screenshots?|description|details|intro|"
    r"introduction|title|heading|tables?|diagrams?|part|page|content|wording)"
)
#: Comments in which nothing can be said, in one line each: of formatters, checkers, generators; a word or a date alone.
_KNOWN = rf"""[\s!-/:-@\[-`{{-~\u2010-\u2026\u2500-\u257f]* | /?\ ?[a-z]{{1,20}}
  | no\ toc | toc\ ?(?:start|end|stop) | omit\ (?:in|from)\ toc
  | (?:table\ of|end\ of)\ contents | doctype\ html | xml\ version="1\.[01]"(?:\ encoding="utf-8")?\ ?
  | (?:prettier|dprint|biome|deno-fmt|mdformat|typos|codespell|lychee)[-:\ ]ignore(?:-(?:start|end|file|next-line))?
  | (?:rumdl|markdownlint)-(?:disable|enable|capture|restore)(?:-(?:file|line|next-line))?{_RULE}
  | (?:eslint|textlint|vale|alex|c?spell(?:-checker)?|lint|markdown-link-check)[-:\ ]\ ?
    (?:(?:dis|en)able|ignore|off|on)(?:-(?:line|next-line|start|end))?
  | vale\ [A-Z][a-z]+\.[A-Z][A-Za-z]+\ =\ (?:YES|NO)
  | START\ doctoc\ generated\ TOC\ please\ keep\ comment\ here\ to\ allow\ auto\ update
  | END\ doctoc\ generated\ TOC\ please\ keep\ comment\ here\ to\ allow\ auto\ update
  | DON'T\ EDIT\ THIS\ SECTION,\ INSTEAD\ RE-RUN\ doctoc\ TO\ UPDATE
  | ALL-CONTRIBUTORS-(?:LIST|BADGE):(?:START|END)(?:\ -\ Do\ not\ remove\ or\ modify\ this\ section)?
  | markdownlint-configure-file\ \{{\ ?(?:"(?:MD\d{{3}}|default)":\ ?(?:true|false),?\ ?){{1,20}}\}}
  | \W{{0,3}}(?:begin|start|end)[\ :_-]{{1,2}}[a-z]{{1,20}}\W{{0,3}}
  | (?-i:(?:BEGIN|START|END)(?:_[A-Z]{{1,12}}){{1,3}})
  | \W{{0,3}}[a-z]{{1,20}}[\ :_-]{{1,2}}(?:begin|start|end)\W{{0,3}}
  | (?:TODO|FIXME|TBD|XXX|WIP)(?:\(\w{{1,20}}\))?:?(?:\ {_TASK}){{0,5}}[.…]?
  | \#(?:end)?region(?:\ [a-z]{{1,20}})?
  | x-release-please-(?:version|start-version|end|major|minor|patch|date)
  | SPDX-License-Identifier:\ {_LICENSE}(?:\ (?:AND|OR)\ {_LICENSE}){{0,3}}
  | [a-z]{{1,16}}(?:[_-][a-z]{{1,12}})?[:=]\ ?v?\d[\d.:TZ-]{{0,24}} | v?\d[\d.:TZ-]{{0,24}}"""
_TITLE = re.compile(r"\[[^\]]{0,40}\]:\s{0,9}(?:<>|\#)\s{0,9}[\"'(](.*)[\"')]\s*", re.DOTALL)

#: Words that make a comment of the frontmatter a sentence.
_SENTENCE = 4
_HINT = re.compile(r"(?:yaml-language-server: *\$schema=|vim?: |yamllint |-\*-)\S*(?: \S{1,40})?")
_HASH = re.compile(r"(?:^|(?<=[ \t]))#+")
#: How a comment behind something begins; `#12` is more likely the number of an issue.
_INLINE = re.compile(r"[ \t]*[^\W\d]")
_BLOCK = re.compile(r"[:-][ \t]{1,20}[|>][-+0-9]{0,2}\Z")
#: Hashes of a line that are looked at.
_HASHES = 50


def spoken(text: str) -> str:
    """What a comment or the definition of a link says, in one line."""
    return " ".join((_TITLE.sub(r"\1", text) if text.startswith("[") else text).split())


def harmless(said: str) -> bool:
    """Whether a comment has a form in which nothing can be said."""
    return _known().fullmatch(said) is not None


def of_frontmatter(markdown: str, lines: int) -> Iterator[tuple[int, str]]:
    """The comments among the first `lines` lines of a file that are sentences, and on which line each of them is."""
    deep = -1
    for number, line in enumerate(markdown.split("\n", lines)[:lines], 1):
        indent = len(line) - len(line.lstrip())
        if deep < 0 or (line.strip() and indent <= deep):
            before, comment = _parted(line.rstrip())
            deep = indent if _BLOCK.search(before.rstrip()) else -1
            said = spoken(comment)
            if len(said.split()) + eastern(said) // 2 >= _SENTENCE and not (harmless(said) or _HINT.fullmatch(said)):
                yield number, said


def _parted(line: str) -> tuple[str, str]:
    """A line of YAML and its comment. A quote begins a text only at the beginning of a value."""
    for found in islice(_HASH.finditer(line), _HASHES):
        before, after = line[: found.start()], line[found.end() :]
        value = (before.partition(": ")[2] or before).lstrip(" \t-")
        quoted = value[:1] in ("'", '"') and value.count(value[0]) % 2 == 1
        if not quoted and (not before.strip() or _INLINE.match(after)):
            return before, after
    return line, ""


@cache
def _known() -> re.Pattern[str]:
    return re.compile(_KNOWN, re.VERBOSE | re.IGNORECASE)
