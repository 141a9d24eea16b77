"""A plan as a unified diff, for people who want to see before anything is written.

    --- a/.mcp.json
    +++ b/.mcp.json
    @@ -1 +1,5 @@
    …
    Binary file .agentpacks/.curated/hello/logo.png is new (512 bytes)

Characters that could act on a terminal are shown as escapes. A file that is long is told in one line, as is a binary
one; the ledger is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from packyard.client.placing.values import LEDGER, Change, Plan

#: Bytes of a file that is compared by lines, and how many lines of it are.
LIMIT, LINES = 262_144, 4_000


def diff(plan: Plan) -> str:
    """The changes of a plan, in their order; "" when there is none."""
    return "".join(line + "\n" for change in plan.changes if change.path != LEDGER for line in _change(change))


def _change(change: Change) -> Iterator[str]:
    old, new = _lines(change.old), _lines(change.new)
    if old is None or new is None:
        yield _summary(change)
        return
    from difflib import unified_diff

    before = "/dev/null" if change.old is None else f"a/{change.path}"
    after = "/dev/null" if change.new is None else f"b/{change.path}"
    lines = list(unified_diff(old, new, before, after, lineterm=""))
    yield from map(_visible, lines or [f"--- {before}", f"+++ {after}"])


def _summary(change: Change) -> str:
    data = change.old if change.new is None else change.new
    kind = "Long file" if b"\0" not in (data or b"") else "Binary file"
    state = "is new" if change.old is None else "is removed" if change.new is None else "changes"
    return f"{kind} {change.path} {state} ({len(data or b'')} bytes)"


def _lines(data: bytes | None) -> list[str] | None:
    """The lines of a text, None when it is no text, or a long one."""
    if data is None:
        return []
    if len(data) > LIMIT or b"\0" in data:
        return None
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError:
        return None
    ended = lines[:-1] if lines[-1] == "" else [*lines[:-1], lines[-1] + "\n\\ No newline at end of file"]
    return ended if len(ended) <= LINES else None


def _visible(line: str) -> str:
    """A line that no terminal misreads."""
    return "".join(
        character if character.isprintable() or character in "\t\n" else ascii(character)[1:-1] for character in line
    )
