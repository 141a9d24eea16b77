"""What statements do to other packs, and which of them a person has to see: the rules that no single pack can tell."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.errors import Problem
from packyard.formats import semver
from packyard.formats.registry import policy_of
from packyard.formats.times import DAY, day_of
from packyard.gate.proposal import Case, CaseCheck
from packyard.history import SOURCE, place
from packyard.model import Pack
from packyard.rules.statements import Spoken

#: A statement may be signed before it is merged, and even before the version is; by more seconds it is not.
_LATE = 30 * DAY


def check_statements(case: Case) -> Iterator[Problem]:
    """Every new statement against the packs that it is not about."""
    for said in case.judged.spoken:
        action = said.statement.action
        yield from _date(case, said)
        if action == "withdraw":
            yield from _withdraw(case, said)
        elif action == "rename":
            yield from _rename(case, said)
        elif action == "recover":
            to = said.statement.fields["to"]
            yield Problem(
                "owner-recovered", place(said.event), f"{said.statement.pack} is given to {to} by the root keys"
            )
        elif action == "add-owner":
            handle = said.statement.fields["handle"]
            yield Problem("owner-added", place(said.event), f"{handle} becomes an owner of {said.statement.pack}")
        elif action == "deprecate":
            yield from _replacement(case, said)


def check_shrinking(case: Case) -> Iterator[Problem]:
    """A registry does not lose much at once: packs of which nothing can be installed any more."""
    lost = [
        name
        for name, pack in case.judged.packs.items()
        if name in case.judged.before and _installs(case.judged.before[name]) and not _installs(pack)
    ]
    total = len(case.world.names())
    percent = policy_of(case.world.registry, "shrink_percent")
    if len(lost) > 1 and len(lost) * 100 > total * percent:
        yield Problem(
            "registry-shrinks",
            SOURCE,
            f"of {len(lost)} packs out of {total} nothing could be installed any more",
            expected=f"at most {percent} per cent in one change set",
            found=", ".join(lost[:5]),
        )


def _date(case: Case, said: Spoken) -> Iterator[Problem]:
    """A statement is dated between the first version of its pack and now."""
    releases = case.world.past(said.statement.pack).releases
    first = day_of(max(0, min((each.published for each in releases), default=0) - _LATE))
    last = day_of(case.proposal.time + DAY)
    if not first <= said.statement.date <= last:
        message, expected = "the statement is dated on a day on which it was not made", f"from {first} to {last}"
        yield Problem("statement-date", place(said.event), message, 0, expected, said.statement.date)


def _withdraw(case: Case, said: Spoken) -> Iterator[Problem]:
    """A version on which other packs depend stays, unless the law wants it gone."""
    name, number = said.statement.pack, said.statement.fields["version"]
    if "legal" in said.statement.fields:
        yield Problem("withdraw-legal", place(said.event), f"{name} {number} is withdrawn for a legal reason")
        return
    users = [
        f"{pack} {version}"
        for pack, version, wanted in _dependents(case, name)
        if semver.satisfies(number, semver.parse_range(wanted))
    ]
    if users:
        yield Problem(
            "withdraw-needed",
            place(said.event),
            f"other packs depend on {name} {number}",
            expected="a version that no other pack depends on",
            found=", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else ""),
            help="yank it: nobody new gets it, and those who have it in a lock file still do",
        )


def _dependents(case: Case, name: str) -> Iterator[tuple[str, str, str]]:
    """(pack, version, range) of every version that depends on a pack and can still be installed."""
    for pack, version, wanted in case.world.dependents(name):
        after = case.judged.packs.get(pack) or case.world.standing(pack)
        states = {state.release.version: state for state in after.versions} if after else {}
        if version not in states or states[version].withdrawn is None:
            yield pack, version, wanted
    for candidate in case.judged.candidates:
        manifest = candidate.content.manifest
        for dependency, wanted in manifest.dependencies if manifest else ():
            if dependency == name:
                yield candidate.name, candidate.version, wanted


def _rename(case: Case, said: Spoken) -> Iterator[Problem]:
    name, to = said.statement.pack, said.statement.fields["to"]
    target, own = _after(case, to), case.judged.packs.get(name)
    path = place(said.event)
    if target is None or own is None:
        return
    if target.owner != own.owner:
        message = f"{to} belongs to somebody else"
        yield Problem("rename-target", path, message, 0, f"a pack of {own.owner}", f"{to} of {target.owner}")
    elif not _installs(target):
        yield Problem("rename-target", path, f"nothing of {to} can be installed", found=to)


def _replacement(case: Case, said: Spoken) -> Iterator[Problem]:
    replacement = said.statement.fields.get("replacement")
    if replacement and _after(case, replacement) is None:
        message = f"there is no pack {replacement} to be used instead"
        yield Problem("replacement-unknown", place(said.event), message, found=replacement)


def _after(case: Case, name: str) -> Pack | None:
    return case.judged.packs.get(name) or case.world.standing(name)


def _installs(pack: Pack) -> bool:
    return any(state.alive for state in pack.versions)


CHECKS = (
    CaseCheck(
        "statements",
        (
            "statement-date",
            "withdraw-needed",
            "withdraw-legal",
            "rename-target",
            "owner-recovered",
            "owner-added",
            "replacement-unknown",
        ),
        check_statements,
    ),
    CaseCheck("shrinking", ("registry-shrinks",), check_shrinking),
)
