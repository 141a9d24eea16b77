"""Who may sign, read from memory when it is first asked for."""

from __future__ import annotations

from packyard.edges.memory import Memory
from packyard.facts import revision_from, revision_text, trust_from, trust_text
from packyard.formats.publisher import marks_of
from packyard.model import Org, Publisher
from packyard.registry import Trust
from packyard.rules.authority import Revision, Revisions


class RememberedAuthority(Revisions):
    """The accepted revisions, read from memory when they are first asked for."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory
        self._asked: set[tuple[str, str]] = set()

    def publisher(self, handle: str, before: int) -> Publisher | None:
        """As `Revisions.publisher`."""
        self._ask("publisher", handle)
        return super().publisher(handle, before)

    def org(self, name: str, before: int) -> Org | None:
        """As `Revisions.org`."""
        self._ask("org", name)
        return super().org(name, before)

    def revisions(self, kind: str, name: str) -> tuple[Revision, ...]:
        """As `Revisions.revisions`."""
        self._ask(kind, name)
        return super().revisions(kind, name)

    def holder(self, mark: str) -> str:
        """As `Revisions.holder`."""
        return super().holder(mark) or self._memory.holder(mark)

    def revised(self, handle: str, before: int) -> int:
        """As `Revisions.revised`."""
        self._ask("publisher", handle)
        return super().revised(handle, before)

    def roots(self, at: int) -> tuple[Trust, ...]:
        """As `Revisions.roots`."""
        self._ask_trust()
        return super().roots(at)

    def accept(self, revision: Revision) -> None:
        """Takes and remembers one more revision."""
        self._ask(revision.event.kind, revision.event.subject)
        self.add(revision)
        keys = revision.value.keys if isinstance(revision.value, Publisher) else ()
        event, marks = revision.event, (mark for key in keys for mark in marks_of(key))
        self._memory.add_revision(event.kind, event.subject, event.seq, revision_text(revision), marks)

    def chain(self) -> tuple[Trust, ...]:
        """As `Revisions.chain`."""
        self._ask_trust()
        return super().chain()

    def accept_trust(self, first: int, trust: Trust) -> None:
        """Takes and remembers the next trust file, which is there from the event `first` on."""
        self._ask_trust()
        self.add_trust(first, trust)
        self._memory.add_revision("trust", "", trust.number, trust_text(first, trust), ())

    def whole(self) -> Revisions:
        """All of it, as a value that can be sent to another process."""
        everything = Revisions()
        for kind in ("publisher", "org"):
            for text in self._memory.revisions(kind):
                everything.add(revision_from(text))
        for text in self._memory.revisions("trust"):
            everything.add_trust(*trust_from(text))
        return everything

    def _ask_trust(self) -> None:
        if ("trust", "") not in self._asked:
            self._asked.add(("trust", ""))
            for text in self._memory.revisions("trust"):
                self.add_trust(*trust_from(text))

    def _ask(self, kind: str, name: str) -> None:
        if (kind, name) not in self._asked:
            self._asked.add((kind, name))
            for text in self._memory.revisions(kind, name):
                self.add(revision_from(text))
