"""Rules about servers, their answers, and what a client keeps on disk."""

from __future__ import annotations

from packyard.rules.texts import block

RULES = (
    block(
        "redirect-refused",
        "a redirect leads where it may not",
        "A client asks only the servers that the settings name, never gives up https, and goes in no circles.",
        "Use the address that it leads to, if you trust it; operators: name it under `mirrors` in registry.yaml.",
    ),
    block(
        "network-slow",
        "a server sends too slowly",
        "Somebody who sends a byte now and then could keep a client waiting for ever, and with it the news.",
        "Try again later, or use another mirror.",
    ),
    block(
        "access-denied",
        "the server wants to know who asks",
        "The registry is not for everybody.",
        "Set PACKYARD_TOKEN, or PACKYARD_TOKEN_NAME for the registry NAME, to the token that you were given.",
    ),
    block(
        "file-forbidden",
        "the file is missing, or not for everybody",
        "Storage that does not list its files answers 403 for what it does not have.",
        "Check name and version; set PACKYARD_TOKEN if the registry is not for everybody.",
    ),
    block(
        "places-failed",
        "no copy of the site can give the file",
        "Every address of the registry failed, or was set aside because it gave wrong bytes.",
        "Look at the reason given for each; try again later, or name another mirror.",
    ),
    block(
        "state-locked",
        "another process is using the registry's state",
        "Two at once could forget what one of them saw, and so accept what is older.",
        "Wait until it has ended.",
    ),
    block(
        "state-damaged",
        "what is remembered of the registry is not whole",
        "Something other than Packyard changed or removed a part of it.",
        "Restore the folder from a backup; or remove it, and check the registry's key again at first use.",
    ),
)
