"""What a pack rests on: all that must be fetched to check it from its publishers' keys upward, and where the log has
it.

Its statements, and the revisions of those on whom its steps depend: who signed a version or a statement, who became an
owner, the organisation of the scope and who signed for that. Revisions after the pack's last step are left out, so what
a pack rests on changes only when the pack does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from packyard.formats import layout, names
from packyard.model import Grounds, Record, Release
from packyard.rules.revisions import Authority, Revision
from packyard.rules.statements import Spoken

#: The fields of a statement in which somebody is named.
_NAMED = ("handle", "from", "to")


def grounds(name: str, releases: Sequence[Release], spoken: Sequence[Spoken], authority: Authority) -> Grounds:
    """What the pack `name` rests on after these steps. Times and places in the log are those of the events."""
    last = max((*(each.seq for each in releases), *(each.event.seq for each in spoken)), default=0)
    scope = names.scope(names.parse_name(name))
    revisions = list(_revisions("org", scope, last, authority)) if scope else []
    signers = {authority.holder(key) for _, revision in revisions for key in revision.keys}
    for handle in sorted((signers | set(_people(releases, spoken))) - {""}):
        revisions += _revisions("publisher", handle, last, authority)
    revisions.sort(key=lambda each: each[1].event.seq)
    said = sorted(spoken, key=lambda each: each.event.seq)
    return Grounds(tuple(map(_statement, said)), tuple(_revision(*each) for each in revisions))


def _people(releases: Iterable[Release], spoken: Iterable[Spoken]) -> Iterator[str]:
    for release in releases:
        yield release.publisher
    for each in spoken:
        yield from each.signers
        if each.statement.action != "rename":
            yield from (each.statement.fields.get(field, "") for field in _NAMED)


def _revisions(kind: str, name: str, last: int, authority: Authority) -> Iterator[tuple[int, Revision]]:
    """(number from 1, revision) of those before the event `last`."""
    for number, revision in enumerate(authority.revisions(kind, name), 1):
        if revision.event.seq < last:
            yield number, revision


def _revision(number: int, revision: Revision) -> Record:
    event = revision.event
    path = f"{event.kind}s/{event.subject}/{number}.yaml"
    own = f"{event.subject}.yaml"
    signatures = (path + name.removeprefix(own) for name, _ in event.objects if name != own)
    return Record(path, tuple(sorted(signatures)), revision.sha256, revision.keys, event.time, event.log_index)


def _statement(spoken: Spoken) -> Record:
    event, folder = spoken.event, layout.pack(spoken.statement.pack, "statements/")
    text = f"{event.ident}.yaml"
    signatures = (folder + name for name, _ in event.objects if name != text)
    return Record(
        folder + text, tuple(sorted(signatures)), spoken.sha256, tuple(sorted(spoken.keys)), event.time, event.log_index
    )
