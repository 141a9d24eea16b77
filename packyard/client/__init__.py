"""The reading side of a registry: nothing is taken that was not signed, logged and fresh.

    from packyard.client import Client

    client = Client("my-project", registry="https://packs.example.org/", key="RWQ…")
    for hit in client.search("hello").hits:
        print(hit.pack.name, hit.pack.latest)
    print(client.info("hello").owners)
    outcome = client.install(["hello@^1.1"], targets=["claudecode"])
    print(outcome.changed)

`Client` has the powers of the command (`packyard.client.api`). Everything else here is pure: the rules of trust
(`consult` and what it calls), resolution, lock and project files, and where packs are put.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from packyard.client.api import Client

__all__ = ["Client"]


def __getattr__(name: str) -> Any:
    """`Client`, imported when it is asked for: it brings all the edges with it."""
    if name == "Client":
        from packyard.client.api import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
