"""Stage 7, publish: decide, remember, activate. From the decision on, a crash at any moment is finished by the next
build.
"""

from __future__ import annotations

import json
import time

from packyard.edges.opening import Edges
from packyard.formats import layout
from packyard.stages.making import Making
from packyard.stages.reading import content_of
from packyard.stages.sealing import Sealing
from packyard.unchanged import stamp_of

SUMMARY = (
    "packs: {packs}, versions: {versions}, packs checked: {looked}; {written} files written in {seconds:.1f} s; "
    "snapshot {number}"
)


def publish(edges: Edges, making: Making, sealing: Sealing) -> str:
    """Makes the staged site the site; gives a one-line summary."""
    memory = edges.memory
    memory.put("commit", edges.head.id)
    memory.put("source", edges.source)
    memory.put("identity", edges.identity)
    memory.put("snapshot", content_of(sealing.snapshot))
    memory.put("log_size", str(sealing.snapshot.log_size))
    memory.drop_leaves()
    if sealing.changed:
        _activate(edges, sealing)
    else:
        memory.commit()
    _stamp(edges)
    return SUMMARY.format(
        packs=memory.get("packs"),
        versions=memory.get("versions"),
        looked=making.packs,
        written=making.written + edges.staging.written,
        seconds=time.monotonic() - edges.started,
        number=sealing.snapshot.number,
    )


def _activate(edges: Edges, sealing: Sealing) -> None:
    edges.workplace.stamp.unlink(missing_ok=True)
    edges.staging.decide(sealing.removals)
    edges.memory.put("pending", "1")
    edges.memory.commit()
    edges.staging.activate()
    edges.memory.put("pending", "")


def _stamp(edges: Edges) -> None:
    """Leaves word for `packyard.unchanged`."""
    snapshot = (edges.request.site / layout.SNAPSHOT).read_bytes()
    part = edges.workplace.stamp.with_suffix(".part")
    part.write_text(json.dumps(stamp_of(edges.request, edges.head.id, snapshot, edges.trust.development, edges.tool)))
    part.replace(edges.workplace.stamp)
