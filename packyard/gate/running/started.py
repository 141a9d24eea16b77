"""The files of a pack that run by themselves: scripts of hooks and servers, plugins, and what these name in turn.

    hooks/hooks.json says `make -f hooks/lint.mk`, hooks/lint.mk says `python3 hooks/lint.py`: both files are started

More are followed than are read as programs: whatever a started file names counts, except data and what people read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packyard.gate.running.configuration import is_configuration
from packyard.gate.running.runs import LIMIT, Run, is_prompt, is_recipe, runs
from packyard.gate.values import Content

_DATA = re.compile(
    r".*\.(?:jsonc?|ya?ml|toml|ini|lock|svg|png|jpe?g|gif|webp|html?|css|csv|rst|mdx?)|(?:.*/)?[A-Z]{4,20}(?:\.txt)?"
)
_PIECES = re.compile(r"[A-Za-z0-9_.+@-]+")
_MAKE = frozenset({"Makefile", "makefile", "GNUmakefile"})
#: A word that is put together of pieces which a shell is asked for, though they stand there: anywhere in a recipe, and
#: where a command begins in a script.
_PIECED = re.compile(
    r"\w\$[({]shell[ \t]{1,4}(?:printf|echo)\b|\$[({]shell[ \t]{1,4}(?:printf|echo)\b[^)}\n]{0,100}[)}]{1,4}\w"
    r"|(?:^|[;&|({])[ \t]*+(?:[a-z]{1,10}\$\((?:printf|echo)\b|\$\((?:printf|echo)\b[^)\n]{0,100}\)[a-z])"
)
_VARIABLE = re.compile(r"\$\((\w{1,100})\)")
_LINE = re.compile(r"^\t[ \t]*+[@+-]*+(.*)$", re.MULTILINE)


def started(content: Content, every: Iterable[Run] | None = None) -> frozenset[str]:
    """The names of the files; `every` is what the pack runs, if that is known."""
    by_itself = [run for run in (runs(content) if every is None else every) if not run.told]
    found = {run.where for run in by_itself if _may_run(run.where)}
    named: dict[str, list[str]] = {}
    for name in filter(_may_run, content.files):
        named.setdefault(name.rpartition("/")[2], []).append(name)
    waiting = [run.text for run in by_itself]
    while waiting:
        words = set(_PIECES.findall(waiting.pop()))
        words |= _MAKE if "make" in words else frozenset()
        new = {name for base in named.keys() & words for name in named[base]} - found
        found |= new
        waiting += (content.files[name][:LIMIT].decode(errors="replace") for name in new)
    return frozenset(found)


def pieced(content: Content) -> Iterator[tuple[str, int, str]]:
    """Words in started files that are put together so that nobody finds them: file, line, and the line's text."""
    for name in sorted(started(content)):
        for number, line in enumerate(content.files[name][:LIMIT].decode(errors="replace").split("\n"), 1):
            if _PIECED.search(line):
                yield name, number, line.strip()


def recipe_lines(text: str) -> str:
    """The lines of a recipe as a shell sees them."""
    lines = "\n".join(_LINE.findall(text)).replace("$(shell ", "$(").replace("$$", "$")
    return _VARIABLE.sub(r"${\1}", lines)


def _may_run(name: str) -> bool:
    return is_recipe(name) or not (is_prompt(name) or is_configuration(name) or _DATA.fullmatch(name))
