"""Rules of the gate about secrets, and about text that hides."""

from __future__ import annotations

from packyard.rules.texts import Rule, gate

RULES: tuple[Rule, ...] = (
    gate(
        "secret",
        "a secret in a file",
        "block",
        "What is published is copied to mirrors for good; a key in it belongs to everybody from then on.",
        "Revoke it where it was issued, take it out, and let whoever installs the pack set their own.",
        '`"env": {"TICKETS_TOKEN": "${TICKETS_TOKEN}"}`',
        "a token with its issuer's prefix, length and alphabet, or a private key",
    ),
    gate(
        "secret-likely",
        "something that looks like a secret",
        "review",
        "A literal that a name calls secret, and that is as irregular as what a generator makes, most often is one.",
        "If it is real, revoke it and take it out; if it is an example, let it say so, as `YOUR_API_KEY` does.",
        '`api_key = "YOUR_API_KEY"`',
        "`api_key =` and 32 random characters in quotes",
    ),
)
