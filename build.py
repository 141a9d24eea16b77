"""The main job: from a git repository of signed packs to a sealed static site.

    python3 build.py [--repo .] [--ref HEAD] [--out site] …          the same as `packyard build`

The stages, in order. Each is a function over values; what touches the world is opened first and handed in:

    1  read      the commit, its history since the last build, and the packs whose trees changed
    2  check     every version, statement and publisher: what a known key signed, allowed by the state before it
    3  collect   a pack's state is the fold over its history
    4  plan      recipes: which file, from which inputs
    5  render    the recipes whose inputs are new, into a staging area     (2 to 5 pack by pack, on all processors)
    6  seal      the checksum chain, the log's new entries, the signed snapshot
    7  publish   audit what is staged as a client would, then activate it: content first, SNAPSHOT last
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from packyard.environment import enter

    enter(__file__)

from packyard.unchanged import Request, still_fresh


def build(request: Request) -> str:
    """Brings the site up to date with the commit; gives a one-line summary. Raises `PackyardError`."""
    if fresh := still_fresh(request):
        return fresh
    from packyard.edges.opening import open_edges
    from packyard.stages import auditing, making, publishing, reading, sealing

    with open_edges(request) as edges:
        read = reading.read(edges)
        made = making.make(edges, read)
        sealed = sealing.finish(edges, read, made)
        auditing.audit(edges, sealed)
        return publishing.publish(edges, made, sealed)


if __name__ == "__main__":
    from packyard.cli.build import main

    sys.exit(main(build, sys.argv[1:]))
