"""A pack made of what somebody has already: a folder's files in, a pack's files out.

    kind           what the folder is                          what becomes what
    agentpacks     a pack: `pack.json` or `pack.yaml`          as it is; a name and a version are filled in
    claude-plugin  `.claude-plugin/plugin.json`, or the         commands/ agents/ skills/ stay, nested and custom places
                   folders of a plugin                         are put into them; hooks → hooks/hooks.json, for Claude
                                                               Code; .mcp.json and `mcpServers` → mcp.json
    cursor         `.cursor/`, `.cursorrules`, or a folder     rules/*.mdc → rules/*.md; commands/ agents/ skills/ stay;
                   of `.mdc` files                             hooks.json, for Cursor; mcp.json; .cursorignore → ignore
    skills         skills/*/SKILL.md, */SKILL.md, or one       skills/NAME/
                   SKILL.md

Nothing is fetched, nothing is run, and the content of a file is changed only where the formats differ: the fields of a
Cursor rule become YAML, hooks get the section of their program. What is left out is told, with the reason. The result
is judged like any other pack: an import vouches for nothing.
"""
