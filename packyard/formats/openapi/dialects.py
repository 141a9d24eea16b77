"""The paths of the dialects (`packyard.formats.foreign`): each is there on registries that speak it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from packyard.formats.openapi.operations import Parameter, Read, reads
from packyard.formats.schemas.terms import NAME


class Spoken(NamedTuple):
    """What a registry that speaks a dialect says of it: the topic of its paths, what that means, and their table."""

    topic: str
    meaning: str
    table: str


_FOLDERS = "What is at `index.json` also comes for the address of its folder, as whatever type the host has for that."

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "oriScope": Parameter("The scope of a pack without `@`, `_` for a pack without one", f"^({NAME}|_)$", "_"),
        "oriName": Parameter("The name of a pack behind its scope", f"^{NAME}$", "hello"),
        "flat": Parameter(
            "The name of a pack; `@acme/hello` is `acme.hello`, for who knows no scope",
            rf"^({NAME}\.)?{NAME}$",
            "hello",
        ),
        "npmScope": Parameter("The registry’s origin, which is its scope in npm", "^[a-z0-9.-]+$", "packs.example.org"),
        "npmArchive": Parameter("That name, a hyphen, and the version", "^[0-9A-Za-z.-]+$", "hello-1.2.0"),
        "namespace": Parameter("The registry’s origin in reverse", "^[a-z0-9./-]+$", "org.example.packs"),
        "server": Parameter(
            "The pack’s name without a scope, as in npm, and that of a server behind `_`",
            rf"^({NAME}\.)?{NAME}_[A-Za-z0-9._-]+$",
            "hello_greetings",
        ),
        "skill": Parameter("The name of a skill", "^[a-z0-9]+(-[a-z0-9]+)*$", "greet"),
        "plugin": Parameter("The pack’s name as that of a plugin, and the version", "^[0-9A-Za-z.-]+$", "hello-1.2.0"),
        "cursor": Parameter("The cursor of a page", "^[0-9a-f]{1,2}$", "7f"),
        "target": Parameter("A program that packs are for", "^[a-z0-9-]+$", "cursor"),
        "events": Parameter("A number from 0000 on", "^[0-9]{4,}$", "0000"),
        "word": Parameter("A word in small letters, as in a name or a tag", "^[a-z0-9][a-z0-9-]{0,63}$", "greeting"),
    }
)

DIALECTS: Mapping[str, Spoken] = MappingProxyType(
    {
        "agentpacks": Spoken(
            "agentpacks",
            f"The registry API of agentpacks, below `agentpacks/`. {_FOLDERS}",
            """
agentpacks/health/index.json | agentpacksHealth | sealed | agentpacks-health
    Whether the registry is there
agentpacks/packs/index.json | agentpacksPacks | sealed | agentpacks-packs
    The first packs by quality
agentpacks/q/{word}.json | agentpacksFound | sealed | agentpacks-packs
    The first packs with a word in their name or a tag
agentpacks/q/_none.json | agentpacksNone | sealed | agentpacks-packs
    What a word finds that nobody has
agentpacks/featured/index.json | agentpacksFeatured | sealed | agentpacks-packs
    The packs that the registry recommends
agentpacks/tags/index.json | agentpacksTags | sealed | agentpacks-tags
    The most frequent tags
agentpacks/targets/index.json | agentpacksTargets | sealed | agentpacks-targets
    The programs that packs are for
agentpacks/targets/{target}/index.json | agentpacksTarget | sealed | agentpacks-packs
    The first packs for a program
agentpacks/stats/index.json | agentpacksStats | sealed | agentpacks-stats
    How much there is
agentpacks/packs/{name}/index.json | agentpacksPack | sealed | agentpacks-pack
    A pack
agentpacks/packs/{name}/versions/index.json | agentpacksVersions | sealed | agentpacks-versions
    All versions of a pack
agentpacks/packs/{name}/versions/{version}/index.json | agentpacksVersion | sealed | agentpacks-version
    A version
agentpacks/packs/{name}/versions/{version}/download | agentpacksDownload | sealed | -
    A version as an archive
agentpacks/packs/{name}/versions/latest/index.json | agentpacksLatest | sealed | agentpacks-version
    The latest version
agentpacks/packs/{name}/versions/latest/download | agentpacksLatestDownload | sealed | -
    The latest version as an archive
agentpacks/packs/{name}/readme/index.json | agentpacksReadme | sealed | agentpacks-readme
    The readme of the latest version, where it has one
agentpacks/packs/{name}/quality/index.json | agentpacksQuality | sealed | agentpacks-quality
    How well a pack is described
agentpacks/packs/{name}/dependencies/index.json | agentpacksDependencies | sealed | agentpacks-dependencies
    What a pack needs
agentpacks/packs/{name}/dependencies/mermaid.json | agentpacksMermaid | sealed | agentpacks-mermaid
    The same as a drawing
agentpacks/packs/{name}/dependents/index.json | agentpacksDependents | sealed | agentpacks-dependents
    Who needs a pack
agentpacks/packs/{name}/stats/index.json | agentpacksPackStats | sealed | agentpacks-pack-stats
    How often a pack was downloaded: nobody knows
agentpacks/packs/{name}/reviews/index.json | agentpacksReviews | sealed | agentpacks-reviews
    Reviews of a pack: there are none
""",
        ),
        "ori": Spoken(
            "Ori",
            f"Ori’s registry protocol, below `ori/v1/`. {_FOLDERS}",
            """
ori/v1/packages/{oriScope}/{oriName}/versions/index.json | oriVersions | sealed | ori-versions
    All versions of a pack
ori/v1/packages/{oriScope}/{oriName}/{version}/metadata/index.json | oriMetadata | sealed | ori-metadata
    A version: what it needs and has, and the hash of its archive
ori/v1/packages/{oriScope}/{oriName}/{version}/download | oriDownload | sealed | -
    A version as an archive, `.oripk`
ori/v1/search/index.json | oriSearch | sealed | ori-search
    The first 100 packs by quality
ori/v1/search/q/{word}.json | oriFound | sealed | ori-search
    The first 50 packs with a word in their name or a tag
ori/v1/search/q/_none.json | oriNone | sealed | ori-search
    What a word finds that nobody has
ori/v1/advisories/index.json | oriAdvisories | sealed | ori-advisories
    Where the advisories are
""",
        ),
        "agent-skills": Spoken(
            "Agent skills",
            "What `skills` and others look for, of each pack; at the root of the site there is one small skill alone.",
            """
.well-known/agent-skills/index.json | siteSkills | sealed | agent-skills
    The skill that finds packs
.well-known/agent-skills/find-packs.tgz | siteSkillArchive | sealed | -
    That skill as an archive
.well-known/skills/index.json | siteSkillsUnpacked | sealed | agent-skills
    The same for who takes single files
.well-known/skills/find-packs/SKILL.md | siteSkill | sealed | -
    That skill
packs/{name}/.well-known/agent-skills/index.json | packSkills | sealed | agent-skills
    The skills of a pack, by discovery 0.2.0
packs/{name}/.well-known/agent-skills/{skill}.tgz | packSkillArchive | sealed | -
    A skill as an archive
packs/{name}/.well-known/skills/index.json | packSkillsUnpacked | sealed | agent-skills
    The same for who takes single files
packs/{name}/.well-known/skills/{skill}/SKILL.md | packSkill | sealed | -
    A skill; the index names its other files
""",
        ),
        "claude-code": Spoken(
            "Plugins",
            "Marketplaces of plugins, as Claude Code, Codex and Copilot read them.",
            """
marketplace.json | marketplace | sealed | marketplace
    The first packs by quality as plugins
packs/{name}/marketplace.json | packMarketplace | sealed | marketplace
    A pack as a marketplace of one plugin
packs/{name}/{version}/{plugin}.plugin.zip | packPlugin | sealed | -
    A pack as a plugin
""",
        ),
        "mcp-registry": Spoken(
            "MCP registry",
            f"Servers of packs as the MCP registry’s interface has them, below `mcp/v0.1/`. {_FOLDERS}",
            """
mcp/v0.1/servers/index.json | mcpServers | sealed | mcp-servers
    The first servers
mcp/v0.1/cursor/{cursor}.json | mcpPage | sealed | mcp-servers
    Further servers, which a host that is told gives for `?cursor=`
mcp/v0.1/servers/{namespace}/{server}/versions/index.json | mcpVersions | sealed | mcp-servers
    The versions of a server
mcp/v0.1/servers/{namespace}/{server}/versions/{version}/index.json | mcpVersion | sealed | mcp-server
    A version of a server
mcp/v0.1/servers/{namespace}/{server}/versions/latest/index.json | mcpLatest | sealed | mcp-server
    The latest version of a server
""",
        ),
        "npm": Spoken(
            "npm",
            "Packs as npm packages, below `npm/`, in one scope that is the registry’s origin.",
            """
npm/@{npmScope}/{flat} | npmPackument | sealed | npm-packument
    A packument: a pack and all its versions
npm/-/{flat}/{version}/{npmArchive}.tgz | npmTarball | sealed | -
    A version as npm installs it
""",
        ),
        "osv": Spoken(
            "OSV",
            "The advisories as scanners read a database of OSV records.",
            """
osv/all.zip | osvAll | sealed | -
    All records
osv/modified_id.csv | osvModified | sealed | -
    The time of the last change and the id of each, newest first
osv/{flat}.json | osvPack | sealed | osv-pack
    The records that name a pack
""",
        ),
        "exports": Spoken(
            "Exports",
            "The catalogue for people who query it. In a large registry the tables come in parts, by shard.",
            """
exports/index.json | exports | sealed | exports
    The files that there are, and the columns of the tables
exports/packs.csv | exportsPacks | sealed | -
    Every pack, in a small registry
exports/versions.csv | exportsVersions | sealed | -
    Every version, in a small registry
exports/packs/{shard}.csv | exportsPacksPart | sealed | -
    The packs of a shard
exports/versions/{shard}.csv | exportsVersionsPart | sealed | -
    Their versions
exports/events/{events}.jsonl | exportsEvents | sealed | -
    250 events of the log, one a line
""",
        ),
    }
)


def topics(spoken: Collection[str]) -> Iterator[tuple[str, str]]:
    """The topics of these dialects, and what they mean."""
    return ((each.topic, each.meaning) for name, each in DIALECTS.items() if name in spoken)


def operations(spoken: Collection[str]) -> Iterator[Read]:
    """The paths of these dialects."""
    for name, each in DIALECTS.items():
        if name in spoken:
            yield from reads(f"[{each.topic}]\n{each.table}", name)
