"""What deployments of a site were brought to their end, so that one with nothing to do costs a look at the heads.

Beside the site, in `.packyard/NAME/deployed.json`, stands for each place the SHA-256 of the heads that were deployed
there with all that belongs to them, removals too. A deployment that is cut short after its heads, which come before the
removals, is not there; so the next one looks at every file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from packyard.deploying.planning import HEADS
from packyard.edges.store import Workplace
from packyard.edges.workfolder import write_file

FORMAT = "packyard/deployed/1"
#: More places than this are forgotten, the first ones first.
_PLACES = 100


class Ended:
    """The deployments of a site to a place."""

    def __init__(self, site: Path, place: str) -> None:
        self._path, self._place = Workplace(site.absolute()).root / "deployed.json", place
        self._heads = {path: (site / path).read_bytes() for path in HEADS}

    def by(self, heads: Mapping[str, bytes]) -> bool:
        """Whether the place has these heads of the site, and all that belongs to them."""
        return dict(heads) == self._heads and self._known().get(self._place) == self._digest()

    def put(self) -> None:
        """Remembers that the site, as it is now, is there as a whole."""
        known = self._known()
        if known.get(self._place) != self._digest():
            known.pop(self._place, None)
            known[self._place] = self._digest()
            places = dict(list(known.items())[-_PLACES:])
            write_file(self._path, json.dumps({"format": FORMAT, "places": places}, indent=2).encode() + b"\n")

    def _digest(self) -> str:
        return sha256(b"".join(self._heads[path] for path in HEADS)).hexdigest()

    def _known(self) -> dict[str, str]:
        try:
            places = json.loads(self._path.read_bytes())["places"]
            return {str(place): str(digest) for place, digest in places.items()}
        except (OSError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
            return {}
