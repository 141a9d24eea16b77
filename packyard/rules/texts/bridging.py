"""Rules about what is asked of, and posted to, `packyard bridge`."""

from __future__ import annotations

from packyard.rules.texts import block

RULES = (
    block(
        "multipart-invalid",
        "a body that is not the form it should be",
        "Two programs could see different parts in it, and one of them is the one that checks.",
        "Send it as `agentpacks publish`, `curl -F` and `fetch` do: each part once, with a name, as it is.",
    ),
    block(
        "tarball-invalid",
        "a tarball that cannot be read in one way only",
        "Programs differ in what they make of damaged, doubled or redefined members; a pack must be one thing.",
        "Make it of plain files, as in `tar -czf pack.tgz -C FOLDER .`.",
    ),
    block(
        "dependents-unknown",
        "nobody can say who depends on the pack",
        "Of a registry with many packs, all of them would have to be read for one answer.",
        "Ask a site that has agentpacks' own files, or look at the pack's page.",
    ),
    block(
        "featured-unknown",
        "nobody can say which packs are featured",
        "Only a site's own agentpacks files tell programs, and this one has none.",
        "Switch `agentpacks` on in registry.yaml, or look at the page `featured/`.",
    ),
)
