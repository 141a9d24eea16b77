"""The registry API of agentpacks (https://github.com/lssm-tech/contractspec, packages/tools/agentpacks), as files.

A document at `GET U/packs/hello`, where U is `https://HOST/agentpacks`, is the folder `agentpacks/packs/hello/`, with
the same JSON as `index.html`, for hosts that know nothing else, and as `index.json`, for those that are told.

    health/                                  {"status"}
    packs/                                   {"packs", "total", "limit", "hasMore", "next"}
    packs/NAME/                              what `info` and `install` read
    packs/NAME/readme/                       {"content"}, of the latest version, when it has one
    packs/NAME/versions/                     {"packName", "versions"}
    packs/NAME/versions/VERSION/             {"packName", "version", "integrity", "tarballUrl", …}
    packs/NAME/versions/VERSION/download     the published tarball, byte for byte
    packs/NAME/versions/latest/              the same two of the latest version
    packs/NAME/dependencies/                 {"graph", "cycles"}
    packs/NAME/dependencies/mermaid.json     {"mermaid", "cycles"}, which is `?format=mermaid`
    packs/NAME/dependents/  quality/  stats/  reviews/
    featured/  tags/  targets/  targets/ID/  stats/
    q/WORD.json                              packs by a word of their name or their tags, which is `packs?q=WORD`
    q/_none.json                             the same for a word that nobody has

Lists are ordered by quality, the packs that are given up last, and hold the first of them: `total` is how many there
are, and `next` the address of the catalogue that has the others. A target has the packs that name it; those for all of
them are not repeated in each, and `targets/` counts them as `*`. What a registry does not know, such as downloads, is
null: the client prints it so. A name with a scope is itself; the client asks for `packs/%40acme%2Fhello`.

What is withdrawn is not there. A yanked version is there for who asks for it, and is never the latest: a pack with
nothing else has "" for its `latestVersion`, and is in no list.
"""

from __future__ import annotations

from packyard.surfaces.dialects.agentpacks.lists import grown, plan_list, said
from packyard.surfaces.dialects.agentpacks.pack import plan
from packyard.surfaces.dialects.values import Dialect

DIALECT = Dialect("agentpacks", plan, said, plan_list, grown=grown)
