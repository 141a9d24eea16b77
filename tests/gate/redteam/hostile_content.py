"""Packs that are not what their manifest says, or that no program can use."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.gate.redteam.bed import KIT, Attempt, Change, enter, rejected, reviewed


def kit(files: Mapping[str, bytes | str | None] | None = None, **manifest: object) -> Change:
    """The next version of the pack with everything, with some files or fields of the manifest changed."""
    data = {path: each.encode() if isinstance(each, str) else each for path, each in (files or {}).items()}
    return lambda bed: bed.kit(data, manifest)


def manifest(text: str | bytes, name: str = "pack.json") -> Change:
    """The same with this text as its manifest."""

    def change(bed: Attempt) -> None:
        folder = bed.kit()
        del bed.files[f"{folder}/pack.json"]
        bed.files[f"{folder}/{name}"] = text.encode() if isinstance(text, str) else text
        bed.sign(folder, "alice", "kit 1.1.0")

    return change


YAML = "name: kit\nversion: 1.1.0\ndescription: Everything that a team needs\nlicense: MIT\n"

for _name, _about, _outcome, _code in (
    ("without_description", {"description": None}, "reject", "description-missing"),
    ("empty_description", {"description": ""}, "reject", "description-missing"),
    ("blank_description", {"description": " \t "}, "reject", "description-missing"),
    ("short_description", {"description": "kit"}, "review", "description-length"),
    ("long_description", {"description": "word " * 200}, "review", "description-length"),
    ("endless_description", {"description": "x" * 60_000}, "reject", "field-invalid"),
    ("no_licence", {"license": ""}, "review", "license-missing"),
    ("licence_in_words", {"license": "Apache License, Version 2.0"}, "review", "license-invalid"),
    ("licence_that_is_none", {"license": "MIT AND"}, "review", "license-invalid"),
    ("licence_that_is_proprietary", {"license": "UNLICENSED"}, "review", "license-invalid"),
    ("licence_as_a_list", {"license": ["MIT"]}, "reject", "field-type"),
    ("features_as_a_number", {"features": 1}, "reject", "field-type"),
    ("features_that_hide_a_hook", {"features": ["rules"]}, "review", "feature-hidden"),
    ("tags_as_text", {"tags": "kit"}, "reject", "field-type"),
    ("home_of_a_script", {"homepage": "javascript:alert(1)"}, "reject", "url-invalid"),
    ("home_of_data", {"homepage": "data:text/html,<script>alert(1)</script>"}, "reject", "url-invalid"),
    ("home_in_a_file", {"repository": "file:///etc/passwd"}, "reject", "url-invalid"),
    ("home_with_a_password", {"homepage": "https://alice:secret@example.org/"}, "reject", "url-invalid"),
    ("author_with_an_escape", {"author": "Alice\u001b[2J"}, "reject", "field-invalid"),
    ("author_right_to_left", {"author": "Alice \u202eecila"}, "reject", "field-invalid"),
    ("description_right_to_left", {"description": "A safe kit \u202etik"}, "reject", "field-invalid"),
    ("logo_outside", {"logo": "../../../logo.png"}, "reject", "path-invalid"),
    ("logo_that_is_a_script", {"logo": "hooks/lint.sh"}, "review", "logo-invalid"),
):
    enter(f"manifest {_name}", kit(**_about), _outcome, _code)

for _name, _change, _code in (
    ("of_two_kinds", kit({"pack.yaml": YAML}), "manifest-twice"),
    ("that_is_empty", manifest(""), "json-invalid"),
    ("that_is_a_list", manifest("[]"), "field-type"),
    ("with_a_name_twice", manifest('{"name": "kit", "version": "1.1.0", "version": "9.0.0"}'), "duplicate-key"),
    (
        "with_a_name_twice_by_escape",
        manifest('{"name": "kit", "version": "1.1.0", "n\\u0061me": "x"}'),
        "duplicate-key",
    ),
    ("with_a_comment", manifest('{"name": "kit" // no\n}'), "json-invalid"),
    ("with_not_a_number", manifest('{"name": "kit", "x": NaN}'), "json-invalid"),
    ("with_a_surrogate", manifest('{"name": "kit", "description": "\\ud800"}'), "json-invalid"),
    ("of_latin_letters", manifest(b'{"name": "kit", "description": "caf\xe9"}'), "text-not-utf8"),
    ("of_wide_characters", manifest('{"name": "kit"}'.encode("utf-16")), "text-not-utf8"),
    ("with_a_mark_in_front", manifest(b"\xef\xbb\xbf{}"), "text-not-utf8"),
    ("nested_deeply", manifest("[" * 60_000), "too-deep"),
    ("of_anchors", manifest(YAML + "tags: &a [kit]\ntargets: *a\n", "pack.yaml"), "yaml-invalid"),
    ("of_laughs", manifest(YAML + "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "pack.yaml"), "yaml-invalid"),
    ("of_tags", manifest(YAML + "x: !!python/object/apply:os.system [id]\n", "pack.yaml"), "yaml-invalid"),
    ("of_merge_keys", manifest(YAML + "<<: {name: x}\n", "pack.yaml"), "yaml-invalid"),
    ("of_two_documents", manifest(YAML + "---\nname: other\n", "pack.yaml"), "yaml-invalid"),
    ("of_a_key_twice", manifest(YAML + "name: other\n", "pack.yaml"), "duplicate-key"),
    ("of_tabs", manifest(YAML + "tags:\n\t- kit\n", "pack.yaml"), "yaml-invalid"),
    ("of_brackets", manifest("[" * 5000, "pack.yaml"), "too-deep"),
    ("of_binary", manifest(b"name: kit\0\n", "pack.yaml"), "yaml-invalid"),
    ("in_capitals", manifest("{}", "PACK.JSON"), "manifest-missing"),
    ("with_another_ending", manifest(YAML, "pack.yml"), "manifest-missing"),
):
    enter(f"manifest {_name}", _change, "reject", _code)

for _name, _files, _outcome, _code in (
    ("without_readme", {"README.md": None}, "reject", "readme-missing"),
    ("with_an_empty_readme", {"README.md": ""}, "reject", "readme-missing"),
    ("with_a_blank_readme", {"README.md": "\n \t\n"}, "reject", "readme-missing"),
    ("with_a_readme_of_marks", {"README.md": "# \n\n---\n"}, "reject", "readme-missing"),
    ("with_a_readme_elsewhere", {"README.md": None, "docs/README.md": "# Kit\n\nText.\n"}, "reject", "readme-missing"),
    (
        "with_a_readme_of_comments",
        {"README.md": "<!-- Kit: everything that a team needs -->\n"},
        "reject",
        "readme-missing",
    ),
    ("without_the_servers_that_it_lists", {"mcp.json": None}, "review", "feature-absent"),
    ("with_hooks_in_other_letters", {"hooks/hooks.json": None, "hooks/hooks.JSON": "{}"}, "review", "feature-case"),
    ("with_servers_in_other_letters", {"mcp.json": None, "MCP.json": "{}"}, "review", "feature-case"),
    ("with_another_manifest_in_other_letters", {"PACK.yaml": YAML}, "review", "feature-case"),
    ("with_a_prompt_of_bytes", {"rules/one.md": b"# Rules\n\0\xff\xfe\n"}, "review", "prompt-not-text"),
    ("with_a_program_as_prompt", {"commands/x.md": b"\x7fELF\2\1\1\0" + bytes(100)}, "review", "prompt-not-text"),
    ("with_a_skill_without_frontmatter", {"skills/notes/SKILL.md": "# Notes\n"}, "review", "skill-frontmatter-missing"),
    (
        "with_a_skill_under_another_name",
        {"skills/notes/SKILL.md": "---\nname: other\ndescription: Writes\n---\n\nx\n"},
        "review",
        "skill-name-folder",
    ),
    (
        "with_a_skill_without_description",
        {"skills/notes/SKILL.md": "---\nname: notes\n---\n\nx\n"},
        "review",
        "skill-description-missing",
    ),
    (
        "with_a_skill_with_a_bad_name",
        {"skills/Notes/SKILL.md": "---\nname: Notes!\ndescription: Writes\n---\n\nx\n", "skills/notes/SKILL.md": None},
        "review",
        "skill-name-invalid",
    ),
    (
        "with_a_frontmatter_of_tags",
        {"agents/tester.md": "---\nname: !!python/name:os.system\n---\n\nx\n"},
        "review",
        "frontmatter-refused",
    ),
    (
        "with_a_frontmatter_with_a_name_twice",
        {"agents/tester.md": "---\nname: tester\ntools: Read\ntools: Bash\n---\n\nx\n"},
        "review",
        "frontmatter-refused",
    ),
    (
        "with_a_frontmatter_of_anchors",
        {"commands/review.md": "---\ndescription: &a x\nallowed-tools: *a\n---\n\nx\n"},
        "review",
        "frontmatter-refused",
    ),
    ("with_hooks_that_are_no_json", {"hooks/hooks.json": "{hooks: }"}, "reject", "hooks-invalid"),
    ("with_hooks_as_a_list", {"hooks/hooks.json": "[]"}, "reject", "hooks-invalid"),
    (
        "with_hooks_without_a_command",
        {"hooks/hooks.json": '{"hooks": {"Stop": [{"type": "command"}]}}'},
        "reject",
        "hooks-invalid",
    ),
    (
        "with_hooks_of_a_strange_type",
        {"hooks/hooks.json": '{"hooks": {"Stop": [{"type": "shell", "command": "id"}]}}'},
        "reject",
        "hooks-invalid",
    ),
    (
        "with_hooks_beside_the_hooks",
        {"hooks/hooks.json": '{"hooks": {}, "Stop": [{"type": "command", "command": "id"}]}'},
        "reject",
        "hooks-invalid",
    ),
    ("with_a_hook_that_is_not_there", {"hooks/lint.sh": None}, "review", "pack-file-missing"),
    (
        "with_a_hook_of_one_machine",
        {"hooks/hooks.json": '{"hooks": {"Stop": [{"type": "command", "command": "/home/alice/x.sh"}]}}'},
        "review",
        "path-of-one-machine",
    ),
    ("with_servers_that_are_no_json", {"mcp.json": "mcpServers: {}"}, "reject", "mcp-invalid"),
    (
        "with_a_server_without_a_command",
        {"mcp.json": '{"mcpServers": {"x": {"type": "stdio"}}}'},
        "reject",
        "mcp-invalid",
    ),
    (
        "with_a_server_in_a_file",
        {"mcp.json": '{"mcpServers": {"x": {"type": "http", "url": "file:///etc/passwd"}}}'},
        "reject",
        "mcp-invalid",
    ),
    (
        "with_servers_twice",
        {"mcp.json": '{"mcpServers": {"x": {"command": "a"}, "x": {"command": "b"}}}'},
        "reject",
        "mcp-invalid",
    ),
    ("with_models_that_are_no_json", {"models.json": "default: x"}, "reject", "models-invalid"),
    (
        "with_a_profile_that_extends_nothing",
        {"models.json": '{"profiles": {"a": {"extends": "b"}}}'},
        "reject",
        "profile-unknown",
    ),
    (
        "with_profiles_in_a_circle",
        {"models.json": '{"profiles": {"a": {"extends": "b"}, "b": {"extends": "a"}}}'},
        "reject",
        "profile-cycle",
    ),
    (
        "with_a_profile_that_extends_itself",
        {"models.json": '{"profiles": {"a": {"extends": "a"}}}'},
        "reject",
        "profile-cycle",
    ),
    (
        "with_twelve_profiles_in_a_row",
        {
            "models.json": json.dumps(
                {"profiles": {str(n): {"extends": str(n + 1)} if n < 12 else {} for n in range(13)}}
            )
        },
        "reject",
        "profile-depth",
    ),
    (
        "with_a_route_to_nowhere",
        {"models.json": '{"routing": [{"when": {"budget": "minimal"}, "use": "nowhere"}]}'},
        "review",
        "route-unknown",
    ),
    (
        "with_a_hot_model",
        {"models.json": '{"agents": {"a": {"model": "openai/gpt-5", "temperature": 9}}}'},
        "reject",
        "models-invalid",
    ),
):
    enter(f"pack {_name}", kit(_files), _outcome, _code)


@reviewed("pack-empty")
def pack_of_nothing(bed: Attempt) -> None:
    bed.kit({path: None for path in KIT if path not in ("README.md", "LICENSE")}, {"features": "*"})


@rejected("sums-extra")
def script_that_was_not_signed(bed: Attempt) -> None:
    folder = bed.kit()
    bed.files[f"{folder}/hooks/more.sh"] = b"#!/bin/sh\nid\n"


@rejected("sums-mismatch")
def script_changed_after_signing(bed: Attempt) -> None:
    folder = bed.kit()
    bed.files[f"{folder}/hooks/lint.sh"] += b"id\n"


@reviewed("logo-invalid")
def logo_that_acts(bed: Attempt) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><path d="M0 0h9v9"/></svg>\n'
    bed.kit({"logo.svg": svg}, {"logo": "logo.svg"})


@reviewed("target-undeclared")
def hooks_for_a_target_that_is_not_listed(bed: Attempt) -> None:
    section = {"claudecode": {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "sh hooks/lint.sh"}]}]}}}
    bed.kit({"hooks/hooks.json": json.dumps({"hooks": {}, **section}).encode()}, {"targets": ["cursor"]})
