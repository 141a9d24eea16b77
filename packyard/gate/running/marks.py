"""What there is to say about a text that is run: marks, with the kinds that the rules distinguish."""

from __future__ import annotations

from typing import NamedTuple

#: The kinds: it runs what it fetches, or decodes, or the installer of a well-known program; sends secrets away, or lets
#: others in; does harm that an agent should not be told to do either; or harm that happens in honest work; fetches what
#: no version pins, or a package of the system; takes orders from elsewhere; warns of one of these; could not be read.
REMOTE, DECODED, INSTALLS, LEAK, GRAVE, HARM = "remote", "decoded", "installs", "leak", "grave", "harm"
UNPINNED, SYSTEM, ORDERS, WARNED, UNREAD = "unpinned", "system", "orders", "warned", "unread"


class Mark(NamedTuple):
    """One thing about a text. `what` says it in a short sentence, `found` are the words that it is about."""

    kind: str
    line: int
    what: str
    found: str = ""
