"""Rules about keys and what they sign."""

from __future__ import annotations

from packyard.rules.texts import block

_ONE_FORM = "A signature has one accepted form, so that nobody can make a second one that also passes."
_KEYGEN = "Make a new key with `packyard keygen`."

RULES = (
    block(
        "signature-missing",
        "the signature is missing",
        "Without it nobody says who made this.",
        "Sign it: `packyard sign` signs a version, `packyard publisher` a publisher, `packyard yank` a statement.",
    ),
    block("signature-invalid", "not a minisign signature", _ONE_FORM, "Sign again with `packyard` or `minisign -S`."),
    block(
        "signature-legacy",
        "a signature of the older, unhashed kind",
        f"{_ONE_FORM} Only prehashed signatures are taken.",
        "Sign again without -l (before minisign 0.10: with -H).",
    ),
    block(
        "signature-key",
        "the signature is by another key",
        "The one who signed is not the one who had to.",
        "Sign with the key that is expected.",
    ),
    block(
        "signature-comment",
        "the trusted comment says something else",
        "The comment binds a signature to one name and version; another one means it was made for something else.",
        "Sign again with the comment that is expected: minisign -t 'COMMENT'.",
    ),
    block(
        "signature-bad",
        "the signature does not fit",
        "The file or the signature was changed after signing.",
        "Take both again from where they came from; if you are the signer, look at the file and sign again.",
    ),
    block(
        "key-unknown",
        "a key that nobody had at the time",
        "A signature counts only if the registry knows whose key it is.",
        "Register the key first with `packyard publisher add` or `packyard publisher rotate`.",
    ),
    block(
        "key-not-valid",
        "the key was not valid on that day",
        "A key that is retired or revoked signs nothing new, and one registered later nothing older.",
        "Sign with a key that is valid on the day of the commit.",
    ),
    block(
        "key-scope",
        "the key may not sign this",
        "A key with scope `publish` signs versions; statements and publisher files need `admin`.",
        "Sign with a key that has the scope.",
    ),
    block(
        "key-shared",
        "a key belongs to two publishers",
        "A signature would have two possible authors.",
        f"{_KEYGEN} One publisher, one key.",
    ),
    block(
        "key-duplicate",
        "a key is in the file twice",
        "Its two entries could say different things.",
        "Keep one of the two entries.",
    ),
    block(
        "key-removed",
        "a key was taken out or its dates were changed",
        "What a key signed in its time stays valid, so the key and its dates stay in the file.",
        "Put the entry back as it was; end a key with `packyard publisher rotate` or `packyard publisher revoke`.",
    ),
    block(
        "key-end",
        "the end of a key is not told as it must be",
        "A key that ended is either retired, or revoked with a reason, and not before it began.",
        "Write `retired: DATE`, or `revoked: DATE` and `reason: TEXT`.",
    ),
    block(
        "key-invalid",
        "not a minisign public key",
        "A key has one accepted form.",
        f"Copy the line again. Else: {_KEYGEN}",
    ),
    block(
        "key-weak",
        "a public key of small order",
        "Under such a key almost any signature passes.",
        f"{_KEYGEN} Find out where this one came from.",
    ),
    block(
        "key-reuse",
        "a key with two uses in a trust file",
        "A signature made for one purpose could be shown for another.",
        "Make a key for each use.",
    ),
    block(
        "key-reused",
        "one key for two roles",
        "A signature made for one purpose could be shown for another.",
        "Make a key for each role: snapshot, log, attest.",
    ),
    block(
        "keys-incomplete",
        "some of the registry's keys are missing",
        "A site is signed with all three keys or with none of the registry's own.",
        "Give snapshot, log and attest keys, all in --keys DIR or all in PACKYARD_…_KEY.",
    ),
    block(
        "keys-not-trusted",
        "a key that the trust file does not name",
        "Clients would refuse everything that it signs.",
        "Use the keys that the newest trust file names, or publish a new trust file signed by the root keys.",
    ),
    block(
        "key-missing",
        "no key to sign with",
        "Publishing needs the publisher's own key.",
        "Name one with --key or PACKYARD_KEY, or make one with `packyard keygen`.",
    ),
    block(
        "key-unreadable",
        "the key cannot be read",
        "It is not there, may not be read, or is not a minisign secret key.",
        "Check the path and its permissions.",
    ),
    block(
        "key-password",
        "the key's password is missing or wrong",
        "The key is encrypted.",
        "Set PACKYARD_PASSWORD, or run the command on a terminal.",
    ),
    block(
        "key-exists",
        "there is a key already",
        "A key that is overwritten is lost, and with it the right to publish.",
        "Choose another path with --out, or move the old key away.",
    ),
    block(
        "key-unwritable",
        "the key cannot be written",
        "The folder does not take the file.",
        "Choose another path with --out.",
    ),
    block(
        "key-comment",
        "the comment cannot stand in a key file",
        "A comment is one line of printable text.",
        "Choose another comment.",
    ),
)
