"""Rules of the gate about names: whom they could be mistaken for."""

from __future__ import annotations

from packyard.rules.texts import block, gate

RULES = (
    gate(
        "name-reserved",
        "the name is reserved",
        "block",
        "Clients and pages use these words, and names of products and makers would promise what nobody can keep.",
        "Choose a name that says what the pack does; the registry's own words are in `reserved-names.txt`.",
        "a new pack `commit-style`",
        "a new pack `claude`, `0penai` or `stdlib`",
    ),
    gate(
        "name-device",
        "the name is a device of Windows",
        "block",
        "A folder of this name cannot be made on Windows, so the pack could not be installed there.",
        "Choose another name.",
        "a new pack `console`",
        "a new pack `con`, or `@acme/nul`",
    ),
    gate(
        "name-same",
        "a known name but for hyphens and digits",
        "block",
        "Nobody can tell the two names apart when reading or typing them.",
        "Choose another name.",
        "a new pack `pack-notes` beside `my-pack`",
        "a new pack `mypack` or `my-p4ck` beside `my-pack`",
    ),
    gate(
        "name-similar",
        "the name could be mistaken for another one",
        "review",
        "Names a slip away from known ones are how people are made to install what they did not mean.",
        "Choose another name, or tell the reviewer why it has to be this one.",
        "a new pack `redact-rules` beside `react-rules`",
        "a new pack `helo`, `the-hello`, `hello-js` or `hellos` beside `hello`",
    ),
    gate(
        "name-scope",
        "the name seems to be an organisation's",
        "review",
        "Readers take `acme-tools`, and `@acrne/tools`, for a pack of the organisation `acme`.",
        "Publish it in the organisation's scope as one of its members, or choose another name.",
        "a new pack `tools` by anybody, or `acme-tools` by a member of `acme`",
        "a new pack `acme-tools` by somebody else beside the organisation `acme`",
    ),
    block(
        "name-taken",
        "the name is taken",
        "A name belongs to whoever published under it first.",
        "Choose another name, or ask the owner to take you in.",
    ),
)
