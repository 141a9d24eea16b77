"""How fast a key publishes, by the signed history: a stolen key is loudest on its first day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from packyard.errors import Problem
from packyard.formats.registry import policy_of
from packyard.formats.times import format_time
from packyard.gate.proposal import Case, CaseCheck
from packyard.history import place


def check_rate(case: Case) -> Iterator[Problem]:
    """No key publishes more versions in a window than the policy allows, those of the change set included."""
    registry, proposal = case.world.registry, case.proposal
    most, minutes = (policy_of(registry, name) for name in ("publishes", "publish_minutes"))
    mine = Counter(release.key for release in case.judged.releases)
    if not mine:
        return
    times = [(key, time) for key, time in case.world.published_since(proposal.time - minutes * 60) if key in mine]
    paths = {event.subject: place(event) for event in proposal.of("version")}
    for key, count in sorted(mine.items()):
        recent = sorted(time for signer, time in times if signer == key)
        if len(recent) + count > most:
            release = next(each for each in case.judged.releases if each.key == key)
            again = format_time(recent[0] + minutes * 60) if recent else "later"
            yield Problem(
                "rate-exceeded",
                paths[release.pack],
                f"key {key} would publish {len(recent) + count} versions within {minutes} minutes",
                expected=f"at most {most}",
                found=f"{len(recent)} published, {count} in this change set",
                help=f"submit fewer at once, or again after {again}",
            )


CHECKS = (CaseCheck("rate", ("rate-exceeded",), check_rate),)
