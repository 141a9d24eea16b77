"""What a pack says and holds: every rule with its examples, real slips, and that nothing in a pack stops a check."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from packyard.cli import new
from packyard.errors import Problem
from packyard.gate import features, manifests, prompts
from packyard.gate.values import Candidate
from packyard.rules.texts.content import RULES
from tests.gate.bed import candidate
from tests.gate.examples_content import EXAMPLES, PNG, about, document, hook, models, prompt, skill

CHECKS = (*manifests.CHECKS, *features.CHECKS)

# fmt: off
NAMES = st.sampled_from((
    "pack.json", "README.md", "LICENSE", "logo.png", "hooks/hooks.json", "mcp.json", "models.json", "rules/a.md",
    "skills/a/SKILL.md", "commands/b.md", "skills/a/x",
))
TEXTS = st.sampled_from((
    b"---\n", b"name: a\n", b": x: y\n", b"{", b"}", b'"hooks":', b'"mcpServers":', b'"a"', b"[", b"]", b":", b",",
    b"\xff", b"\0", b"&a *a", b"!!x", b"1e999", b'"profiles":', b'"extends":', b'{"hooks":{"Stop":[{"command":',
))
# fmt: on


def problems(given: Candidate) -> list[Problem]:
    found = []
    for check in CHECKS:
        for problem in check.run(given):
            assert problem.code in check.codes, check.name
            found.append(problem)
    return found


def codes(given: Candidate) -> list[str]:
    return [problem.code for problem in problems(given)]


def place(given: Candidate) -> tuple[str, int, str]:
    (problem,) = problems(given)
    return problem.path, problem.line, problem.found


# --- the table and its examples -------------------------------------------------------------------------------------


def test_rules_checks_and_examples_are_about_the_same_codes() -> None:
    assert (
        {rule.code for rule in RULES} - {"publisher-locked"}
        == {code for check in CHECKS for code in check.codes}
        == set(EXAMPLES)
    )
    assert len({check.name for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_passing_example_passes_and_the_failing_one_fails(code: str) -> None:
    passing, failing = EXAMPLES[code]
    assert codes(passing) == []
    assert code in codes(failing)


def test_the_least_honest_pack_is_accepted() -> None:
    least = candidate({"LICENSE": None}, {"author": None, "tags": None, "targets": None, "features": None})
    assert codes(least) == ["license-file-missing"]


# --- manifest, licence, readme --------------------------------------------------------------------------------------


def test_problems_of_the_manifest_have_its_lines() -> None:
    assert place(about(license="Apache 2")) == ("pack/pack.json", 6, "Apache 2")
    assert place(about(tags=["a", "B"])) == ("pack/pack.json", 9, "B")
    yaml = b"name: hello\nversion: 1.1.0\ndescription: x\nlicense: MIT\n"
    assert place(candidate({"pack.json": None, "pack.yaml": yaml})) == ("pack/pack.yaml", 3, "1")


@pytest.mark.parametrize(
    "text", ["MIT", "mit", "Apache-2.0 WITH LLVM-exception", "(MIT OR CC0-1.0) AND 0BSD", "GPL-2.0+"]
)
def test_expressions_of_spdx_are_taken(text: str) -> None:
    assert codes(about(license=text)) == []


@pytest.mark.parametrize("text", ["GPL", "MIT OR", "UNLICENSED", "MIT, Apache-2.0", "SEE LICENSE IN LICENSE", "(" * 90])
def test_what_is_no_expression_needs_a_look(text: str) -> None:
    assert codes(about(license=text)) == ["license-invalid"]


@pytest.mark.parametrize("name", ["LICENSE.md", "License.txt", "LICENCE", "COPYING", "LICENSES/MIT.txt", "LICENSE-MIT"])
def test_the_licence_may_stand_in_any_of_the_usual_files(name: str) -> None:
    assert codes(candidate({"LICENSE": None, name: b"Permission is hereby granted\n"})) == []


def test_a_readme_may_be_spelt_in_any_case_and_must_say_something() -> None:
    assert codes(candidate({"README.md": None, "Readme.MD": b"Hello\n"})) == []
    assert codes(candidate({"README.md": None, "README.txt": b"Hello\n"})) == ["readme-missing"]
    assert codes(candidate({"README.md": "挨拶をします。\n".encode()})) == []
    assert codes(candidate({"README.md": b""})) == ["readme-missing"]


def test_too_many_tags_are_told_once() -> None:
    assert codes(about(tags=[f"tag{number}" for number in range(30)])) == ["tags-unusual"]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.svg", b'<?xml version="1.0"?><svg xmlns="x"/>'), ("a.JPG", b"\xff\xd8\xff\xe0"), ("a.gif", b"GIF89a")],
)
def test_images_are_known_by_their_beginnings(name: str, data: bytes) -> None:
    assert codes(candidate({name: data}, {"logo": name})) == []
    assert codes(candidate({name: b"MZ"}, {"logo": name})) == ["logo-invalid"]


def test_a_logo_elsewhere_is_not_looked_for() -> None:
    assert codes(about(logo="https://example.org/logo.png")) == []
    assert codes(candidate({"logo": PNG}, {"logo": "logo"})) == ["logo-invalid"]


def test_a_pack_of_dependencies_alone_is_not_empty() -> None:
    nothing = {"rules/hello.md": None}
    assert codes(candidate(nothing, {"features": "*", "dependencies": ["other"]})) == []


def test_without_a_manifest_only_files_are_looked_at() -> None:
    assert codes(candidate({"pack.json": b"{"})) == []


# --- prompts and skills ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["argument-hint: [file] [line]", "globs: **/*.ts", "tools: *", "a:\tb\n\tc: d", "just text"]
)
def test_what_careless_authors_write_is_a_note(text: str) -> None:
    assert codes(prompt("commands/a.md", f"---\n{text}\n---\nBody.\n")) == ["frontmatter-loose"]


@pytest.mark.parametrize(
    "text", ["a: &x 1", "a: !!python/object:os.system x", "a: 1\na: 2", "a: " + "[" * 40 + "]" * 40]
)
def test_what_programs_read_differently_needs_a_look(text: str) -> None:
    assert codes(prompt("commands/a.md", f"---\n{text}\n---\nBody.\n")) == ["frontmatter-refused"]


def test_a_careless_skill_is_read_line_by_line() -> None:
    assert codes(skill(description="Use when: the build fails")) == ["frontmatter-loose"]
    found = problems(prompt("skills/a/SKILL.md", "---\nname: b\ndescription: Use when: x\n---\nBody.\n"))
    assert [(problem.code, problem.line) for problem in found] == [("frontmatter-loose", 3), ("skill-name-folder", 2)]


def test_other_files_of_a_skill_are_free() -> None:
    files = {"skills/a/SKILL.md": b"---\nname: a\ndescription: b\n---\nc\n", "skills/a/references/x.md": b"---\n: ["}
    assert codes(candidate(files, {"features": "*"})) == []


def test_what_is_too_large_is_read_in_part() -> None:
    big = b"---\nname: b\ndescription: c\n---\n" + "é\n".encode() * 400_000
    assert codes(prompt("skills/a/SKILL.md", big)) == ["prompt-large", "skill-name-folder"]


def test_the_line_of_what_is_not_text() -> None:
    assert place(prompt("agents/a.md", b"x\ny\n\xe9\n")) == ("pack/agents/a.md", 3, "")
    assert place(prompt("agents/a.md", b"x\ny\0\n")) == ("pack/agents/a.md", 2, "")


def test_a_skill_whose_frontmatter_says_nothing_is_told_why_alone() -> None:
    (found,) = problems(prompt("skills/a/SKILL.md", "---\nname: a\ndescription: b\n# How\n"))
    assert (found.code, found.message, found.line) == ("skill-frontmatter-missing", "the frontmatter has no end", 1)
    assert codes(prompt("skills/a/SKILL.md", "---\njust text\n---\nBody.\n")) == ["skill-frontmatter-missing"]


def test_a_value_that_yaml_cannot_read_is_to_be_quoted() -> None:
    (found,) = problems(prompt("commands/a.md", "---\ndescription: a: b: c\n---\nBody.\n"))
    assert found.help == 'put the value in quotes: description: "…"'


# --- the template ----------------------------------------------------------------------------------------------------


def template(feature: str, **fields: object) -> Candidate:
    """What `packyard new` makes of a feature, and its readme."""
    path, make = new.STARTS[feature]
    readme = new.README.format(name="hello", description="What it is for").encode()
    return candidate({"README.md": readme, path.format(name="hello"): make("hello")}, {"features": "*", **fields})


@pytest.mark.parametrize("feature", ["rules", "commands", "agents", "skills"])
def test_every_text_of_the_template_is_known(feature: str) -> None:
    usual = next(field.usual() for field in new.FIELDS if field.option == "description")
    found = problems(template(feature, description=usual))
    assert [problem.code for problem in found] == ["template-left"] * 3
    assert {problem.path.rpartition("/")[2] for problem in found} == {
        "pack.json",
        "README.md",
        new.STARTS[feature][0].format(name="hello").rpartition("/")[2],
    }
    assert codes(template(feature)) == ["template-line"] * 2


def test_every_text_that_is_looked_for_is_in_the_template() -> None:
    written = [new.README, *(make("hello").decode() for _, make in new.STARTS.values())]
    assert {line for text in written for line in text.splitlines()} >= prompts.LINES


def test_a_text_of_the_template_inside_of_a_sentence_is_the_authors() -> None:
    assert codes(prompt("rules/a.md", "Of ten habits: - One rule a line. You help with …\n")) == []


# --- hooks and servers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "${CLAUDE_PLUGIN_ROOT}/hooks/guard.sh --fast",
        '"${CLAUDE_PLUGIN_ROOT}"/hooks/guard.sh',
        "$CLAUDE_PLUGIN_ROOT/hooks/",
        "${CLAUDE_PLUGIN_ROOT:-.}/hooks/guard.sh",
        "sh .agentpacks/.curated/hello/hooks/guard.sh",
        "sh .agentpacks/.curated/elsewhere/hooks/other.sh",
        "test -x ./hooks/guard.sh && ./hooks/guard.sh",
        "${CLAUDE_PLUGIN_ROOT}/node_modules/.bin/lint",
        'if [ -f "${FLAG:-./.approved}" ]; then exit 0; fi; tool --policy ./policy.cedar',
        "curl https://example.org/home/alice/x ~/home/alice $ROOT/Users/alice /home/runner/x",
        "cat githooks/guard2.sh .git/hooks/pre-commit.sh",
    ],
)
def test_honest_commands_pass(command: str) -> None:
    assert codes(hook(command)) == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("${CLAUDE_PLUGIN_ROOT}/hooks/../../x.sh", "hooks/../../x.sh"),
        ("bash -c '${CURSOR_PLUGIN_ROOT}/run.sh; true'", "run.sh"),
        ("./hooks/lost.sh", "hooks/lost.sh"),
        ("python3 hooks/lost.py;", "hooks/lost.py"),
        ("sh .agentpacks/.curated/hello/guard.sh", "guard.sh"),
    ],
)
def test_files_that_are_not_in_the_pack(command: str, found: str) -> None:
    assert [(problem.code, problem.found, problem.line) for problem in problems(hook(command))] == [
        ("pack-file-missing", found, 6)
    ]


@pytest.mark.parametrize(
    "path", ["/Users/alice/x.sh", "C:\\Users\\alice\\x.cmd", "c:/Users/alice", "file:///home/bob/x", "/mnt/c/Users/bob"]
)
def test_paths_of_one_machine(path: str) -> None:
    assert codes(hook(f'run "{path}"')) == ["path-of-one-machine"]
    server = {"mcpServers": {"files": {"command": "npx", "args": ["files@1.0.0", path]}}}
    assert codes(document("mcp.json", server)) == ["path-of-one-machine"]


def test_everything_wrong_with_a_file_is_told() -> None:
    hooks = {"hooks": {"Stop": [{"type": "run"}, {"type": "command"}], "Start": 1}}
    found = problems(document("hooks/hooks.json", hooks))
    assert [(problem.code, problem.line) for problem in found] == [("hooks-invalid", line) for line in (5, 7, 11)]
    assert codes(candidate({"mcp.json": b"[]\n"}, {"features": "*"})) == ["mcp-invalid"]
    assert codes(candidate({"mcp.json": b"{\n"}, {"features": "*"})) == ["mcp-invalid"]


def test_an_unknown_event_is_told_once() -> None:
    hooks = {"hooks": {"Sometime": [{"command": "true"}, {"command": "false"}]}}
    assert place(document("hooks/hooks.json", hooks)) == ("pack/hooks/hooks.json", 5, "Sometime")


@pytest.mark.parametrize("event", ["PreToolUse", "preToolUse", "pre_tool_use", "beforeMCPExecution", "session.idle"])
def test_events_as_programs_spell_them(event: str) -> None:
    assert codes(hook(event=event)) == []


@pytest.mark.parametrize(
    ("event", "hint"),
    [
        ("PostTooluse", "did you mean PostToolUse?"),
        ("postTooluse", "did you mean postToolUse?"),
        ("PreTolUse", "did you mean PreToolUse?"),
        ("Sometime", ""),
    ],
)
def test_an_event_in_another_spelling_is_unknown(event: str, hint: str) -> None:
    (found,) = problems(hook(event=event))
    assert (found.code, found.found, found.help) == ("hook-event-unknown", event, hint)


# --- models ---------------------------------------------------------------------------------------------------------


def test_overrides_are_for_targets_of_the_pack() -> None:
    overrides = {"cursor": {"default": "openai/gpt-5"}, "emacs": {}}
    assert place(models(overrides=overrides)) == ("pack/models.json", 6, "emacs")
    assert (
        codes(document("models.json", {"overrides": overrides}, targets=["emacs"]))
        == [
            "target-unknown",
            "target-undeclared",
        ][1:]
    )


def test_a_cycle_prints_its_path_once() -> None:
    found = problems(models(profiles={"b": {"extends": "a"}, "a": {"extends": "b"}, "c": {"extends": "a"}}))
    assert [(problem.code, problem.found) for problem in found] == [("profile-cycle", "a → b → a")]


# --- hostile packs --------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, phases=[Phase.generate])
@given(st.dictionaries(NAMES, st.lists(TEXTS, max_size=12).map(b"".join), max_size=4))
def test_nothing_in_a_pack_stops_a_check(files: dict[str, bytes]) -> None:
    for problem in problems(candidate(files)):
        assert problem.path.startswith("pack")
        assert problem.line >= 0
