"""What becomes of a file that others write too: blocks in a text, members and elements in a JSON document."""

from __future__ import annotations

from typing import Any

from packyard.client.placing.blocks import edit, format_block, hash_marks, split
from packyard.client.placing.jsontext import Edit, Node, Place, Text, scan
from packyard.client.placing.settling import Case, Settled, by_place, judge, leave
from packyard.client.placing.values import Block, Entry, Member, Record, Shared, digest, digest_value
from packyard.errors import FormatError

#: The most bytes of a file that is shared.
LIMIT = 4 * 2**20


def settle_blocks(case: Case) -> Settled:
    """A text with blocks in it. Raises `FormatError` when their marks are damaged, or it is no text."""
    settled = Settled(case)
    hashes = hash_marks(case.path)
    pieces = split(case.data or b"", hashes)
    there = {piece.pack: digest(piece.data) for piece in pieces if piece.pack}
    old, wanted = by_place(case.old), dict[str, bytes | None]()
    for entry in case.new:
        if isinstance(entry.item, Block):
            pack = entry.record.place[0]
            if judge(settled, old.get(entry.record.key), there.get(pack), entry):
                wanted[pack] = format_block(pack, entry.item.text, hashes)
        else:
            settled.keep(entry)
    kept = {entry.record.key for entry in case.new}
    for record in case.old:
        if record.key not in kept and leave(settled, record, there.get(record.place[0])):
            wanted[record.place[0]] = None
    _apply_blocks(settled, pieces, wanted)
    return settled


def _apply_blocks(settled: Settled, pieces: Any, wanted: dict[str, bytes | None]) -> None:
    case = settled.case
    leads = {place[0]: lead for place, lead in case.shared.marks.items() if lead is not None}
    if wanted:
        edited = edit(pieces, leads, wanted)
        settled.data, leads = edited.data, dict(edited.leads)
    created = case.shared.created or case.data is None
    ours = {record.place[0] for record in settled.records}
    if not settled.data and created:
        settled.data = None
    if settled.data is not None and ours:
        settled.shared = Shared(created, {(pack,): lead for pack, lead in leads.items() if pack in ours})


def settle_json(case: Case) -> Settled:
    """A JSON document. Raises `FormatError` when it is none."""
    settled = Settled(case)
    if case.data is None and not any(entry.item for entry in case.new):
        settled.records += [entry.record for entry in case.new]
        return settled
    text = scan(b"{}\n" if case.data is None else case.data)
    if not text.is_a("{", text.root):
        raise FormatError("json-invalid", "not a JSON object", line=1)
    document = _Document(settled, text)
    kept = {entry.record.key for entry in case.new}
    old = by_place(case.old)
    for record in case.old:
        if record.key not in kept:
            document.leave(record)
    for entry in case.new:
        if isinstance(entry.item, Member):
            document.want(entry, entry.item, old.get(entry.record.key))
        else:
            settled.keep(entry)
    document.finish()
    return settled


def holder_of(record: Record) -> Place:
    """The keys that lead to the object or the list in which it is."""
    return record.place if record.kind == "element" else record.place[:-1]


class _Document:
    """A document that is to be edited: first it is found out what, then all of it is done at once."""

    def __init__(self, settled: Settled, text: Text) -> None:
        self.settled, self.text = settled, text
        self.created = settled.case.shared.created or settled.case.data is None
        self.marks: dict[Place, str | None] = dict(settled.case.shared.marks)
        self.going: dict[Place, set[int]] = {}
        self.coming: dict[Place, list[Member]] = {}
        self.edits: list[Edit] = []
        self._elements: dict[Place, dict[str, int]] = {}

    def leave(self, record: Record) -> None:
        """Something that is not wanted any more."""
        at = self._index(record)
        if leave(self.settled, record, self._found(record)) and at >= 0:
            self.going.setdefault(holder_of(record), set()).add(at)

    def want(self, entry: Entry, item: Member, old: Record | None) -> None:
        """Something that is wanted, unless something forbids it."""
        record = entry.record
        found = self._found(record)
        if item.mild and found not in (None, record.sha256) and (old is None or found != old.sha256):
            self.settled.tell("place-yours", "you have another value, which stays", record)
            return
        if not self._fits(item):
            self.settled.refuse("place-taken", "nothing can be put into what is there", record, "correct the file")
            return
        if judge(self.settled, old, found, entry):
            node = self.text.find(item.place)
            if found is None:
                self.coming.setdefault(holder_of(record), []).append(item)
            elif node is not None:
                self.edits.append(self.text.put(node, item.value))

    def finish(self) -> None:
        """Does all of it, restores what was empty before, and makes the bytes."""
        before = self.text.text
        for place, going in self.going.items():
            if (holder := self.text.find(place)) is not None:
                self.edits += self.text.drop(holder, going)
        self.text = self.text.edited(self.edits)
        for place in self.going:
            self._empty(place)
        for place, items in self.coming.items():
            self._add(place, items)
        self._restore()
        bare = not self.text.root.parts and not self.text.inside(self.text.root).strip()
        if self.text.text != before or self.settled.case.data is None:
            self.settled.data = None if self.created and bare else self.text.text.encode()
        if self.settled.records and self.settled.data is not None:
            self.settled.shared = Shared(self.created, self.marks)

    def _add(self, holder: Place, items: list[Member]) -> None:
        element = items[0].element
        for end in range(len(holder) + 1):
            place = holder[:end]
            node = self.text.find(place)
            if node is None:
                empty: object = [] if element and end == len(holder) else {}
                above = self.text.find(place[:-1]) or self.text.root
                self.text = self.text.edited([self.text.add(above, {place[-1]: empty})])
                self.marks[place] = None
            elif not node.parts:
                self.marks.setdefault(place, self.text.inside(node))
        node = self.text.find(holder) or self.text.root
        values = [item.value for item in items] if element else {item.place[-1]: item.value for item in items}
        self.text = self.text.edited([self.text.add(node, values)])

    def _restore(self) -> None:
        """Takes away what was made and holds nothing of ours any more, if nobody else has put anything into it."""
        used = {holder[:end] for holder in map(holder_of, self.settled.records) for end in range(len(holder) + 1)}
        for place in sorted(set(self.marks) - used, key=len, reverse=True):
            node, above = self.text.find(place), self.text.find(place[:-1])
            if self.marks[place] is None and node is not None and above is not None and self._is_empty(node):
                at = [part.name for part in above.parts].index(place[-1])
                self.text = self.text.edited(self.text.drop(above, {at}))
                self._empty(place[:-1])
            del self.marks[place]

    def _empty(self, place: Place) -> None:
        """Gives an object or a list that is empty again what stood in it."""
        node = self.text.find(place)
        if node is not None and place in self.marks and self._is_empty(node):
            self.text = self.text.edited([self.text.fill(node, self.marks[place] or "")])

    def _is_empty(self, node: Node) -> bool:
        return not node.parts and not self.text.inside(node).strip()

    def _found(self, record: Record) -> str | None:
        """The hash of the value that is there; None when none is, or no element of a list is equal to it."""
        if record.kind == "element":
            return record.sha256 if self._index(record) >= 0 else None
        node = self.text.find(record.place)
        return None if node is None else digest_value(self.text.value(node))

    def _index(self, record: Record) -> int:
        """Which part of its object or list it is; -1 when it is not there."""
        place = holder_of(record)
        holder = self.text.find(place)
        if holder is None:
            return -1
        if record.kind == "member":
            names = [part.name for part in holder.parts]
            return names.index(record.place[-1]) if record.place[-1] in names else -1
        if place not in self._elements:
            parts = enumerate(holder.parts) if self.text.is_a("[", holder) else ()
            self._elements[place] = {digest_value(self.text.value(part.node)): at for at, part in parts}
        return self._elements[place].get(record.sha256, -1)

    def _fits(self, item: Member) -> bool:
        """Whether everything on the way is what it must be, as far as it is there."""
        above = [item.place[:end] for end in range(len(item.place))]
        nodes = [node for place in above if (node := self.text.find(place)) is not None]
        last = self.text.find(item.place) if item.element else None
        return all(self.text.is_a("{", node) for node in nodes) and (last is None or self.text.is_a("[", last))
