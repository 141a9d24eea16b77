"""The auditor: reads a whole site from outside, as a client would, and knows nothing of the builder.

Every file of a site is covered by a signature or a hash; so a wrong, missing, added or cut byte anywhere is found, and
the file named:

    trust/1.json …      signed by its root keys, each by those of the one before
    SNAPSHOT            signed by a key of the newest trust file; all lists hang on it, and through them all files
    log/                signed by the log's key; every tile is made again from the entries, up to the signed root
    by-hash/            each file has its hash as its name

and what the files say must be true: every version is what its publisher's key signed, allowed by who owned the pack at
the time; every entry of the log belongs to something on the site, and the other way round; documents say what follows
from versions and statements.

What hangs on something broken is not judged, so one wrong byte is one problem, not thousands. The one exception to the
first sentence are the times in `by-hash/index.json`, for which nobody vouches.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from packyard.errors import Problem
from packyard.protocols import Listing, Reader
from packyard.registry import Trust

if TYPE_CHECKING:
    from packyard.audit.report import Report
    from packyard.audit.staged import Staged


def audit(
    site: Listing | Reader,
    trust: Trust | None,
    now: int,
    jobs: int = 1,
    root_key: str = "",
    watch: Callable[[int, int], object] = lambda done, total: None,
) -> Report:
    """What is wrong with a site at the time `now`, in seconds since 1970; bad content is never raised.

    `trust` is a trust file known from elsewhere, `root_key` a minisign key that must have signed the first; without
    both the first is taken as it is, and a note says so. `jobs` processes share the work (threads, for a site at an
    address). `watch` is told how many packs of how many are done. Raises `WorldError` when a network fails,
    `FormatError` when `root_key` is not a key.
    """
    from packyard.audit.whole import Whole

    return Whole(site, watch).run(trust, root_key, now, jobs)


def audit_staged(
    staging: Staged, trust: Trust, removals: Iterable[str], packs: Collection[str] | None = None, jobs: int = 1
) -> list[Problem]:
    """What would be wrong with a site after the activation of what is staged, if nothing is wrong with it now.

    Costs what the change costs: looked at are the staged files, each against the chain from the new snapshot down to
    it, and what they say: of all staged packs, or of those in `packs` only. `trust` is the newest trust file.
    """
    from packyard.audit.staged import audit_staging

    return audit_staging(staging, trust, removals, packs, jobs)
