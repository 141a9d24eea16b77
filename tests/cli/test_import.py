"""`packyard import` on real folders: what it writes, what it never touches, and what it says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from packyard.edges import workfolder
from tests.cli.conftest import Packyard


@pytest.fixture
def plugin(home: Path) -> Path:
    """A Claude Code plugin with everything, and much that does not belong into a pack."""
    files = {
        ".claude-plugin/plugin.json": json.dumps(
            {
                "name": "review",
                "version": "1.2.0",
                "description": "Reviews changes before they land",
                "author": {"name": "Alice", "email": "alice@example.org"},
                "license": "MIT",
            }
        ),
        "commands/review.md": "---\ndescription: Reviews the last commit\n---\n\nReview $ARGUMENTS.\n",
        "agents/judge.md": "---\nname: judge\ndescription: Judges a change\n---\n\nYou judge.\n",
        "skills/reading/SKILL.md": "---\nname: reading\ndescription: Reads a diff\n---\n\n# Reading\n\nSlowly.\n",
        "hooks/hooks.json": json.dumps(
            {
                "hooks": {
                    "Stop": [{"hooks": [{"type": "command", "command": 'sh "${CLAUDE_PLUGIN_ROOT}/hooks/stop.sh"'}]}]
                }
            }
        ),
        "hooks/stop.sh": "#!/bin/sh\nexit 0\n",
        "LICENSE": "MIT License\n\nCopyright (c) 2026 Alice\n",
        ".git/config": "[core]\n",
        ".env": "TOKEN=x\n",
        "hooks/server.pem": "-----BEGIN\n",
        "node_modules/a/index.js": "//\n",
        "commands/ünder.md": "x\n",
    }
    for path, text in files.items():
        (home / "src" / path).parent.mkdir(parents=True, exist_ok=True)
        (home / "src" / path).write_text(text)
    (home / "outside.md").write_text("a secret\n")
    (home / "src" / "commands" / "link.md").symlink_to(home / "outside.md")
    (home / "src" / "linked").symlink_to(home)
    return home / "src"


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


def test_an_imported_plugin_can_be_validated_and_signed(packyard: Packyard, plugin: Path, home: Path) -> None:
    before = files(plugin)
    said = packyard("import", "src")
    assert said.code == 0, said.err
    assert said.err.splitlines()[-2] == "made review 1.2.0 from a Claude Code plugin: 8 files in review"
    assert files(home / "review") == {
        "LICENSE",
        "README.md",
        "agents/judge.md",
        "commands/review.md",
        "hooks/hooks.json",
        "hooks/stop.sh",
        "pack.json",
        "skills/reading/SKILL.md",
    }
    assert files(plugin) == before
    assert (home / "review" / "hooks" / "stop.sh").stat().st_mode & 0o111
    validated = packyard("validate", "review", "--json")
    assert validated.code == 0, validated.out
    assert json.loads(validated.out)["problems"] == []
    assert packyard("keygen", "--no-password").code == 0
    assert packyard("sign", "review").code == 0


def test_what_is_left_out_is_told_with_the_reason(packyard: Packyard, plugin: Path, home: Path) -> None:
    said = packyard("import", "src", "--json")
    notes = {note["path"]: note["message"] for note in json.loads(said.out)["notes"]}
    assert notes == {
        "src/.env": "left out: it may hold secrets",
        "src/.git": "left out: it belongs to version control",
        "src/commands/link.md": "left out: a link, and links are not followed",
        "src/commands/ünder.md": "left out: the path has other characters",
        "src/hooks/server.pem": "left out: it may hold secrets",
        "src/linked": "left out: a link, and links are not followed",
        "src/node_modules": "left out: a program made it",
    }


def test_a_dry_run_writes_nothing(packyard: Packyard, plugin: Path, home: Path) -> None:
    before = files(home)
    said = packyard("import", "src", "--dry-run", "--name", "@acme/other", "--version", "2.0.0")
    assert said.code == 0
    assert files(home) == before
    assert "pack.json  <- .claude-plugin/plugin.json\n" in said.out
    assert "README.md  <- (made)\n" in said.out
    assert "commands/review.md\n" in said.out
    assert said.err.splitlines()[-1] == "would make @acme/other 2.0.0 from a Claude Code plugin: 8 files in other"


def test_json_says_where_every_file_comes_from(packyard: Packyard, plugin: Path) -> None:
    found = json.loads(packyard("import", "src", "--dry-run", "--json").out)
    assert (found["format"], found["kind"], found["written"]) == ("packyard/import/1", "claude-plugin", False)
    assert {"path": "README.md", "from": None} in found["files"]
    assert {"path": "agents/judge.md", "from": "agents/judge.md"} in found["files"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere"], "folder-missing"),
        (["outside.md"], "folder-missing"),
        (["src", "--dir", "full"], "folder-not-empty"),
        (["src", "--dir", "link"], "folder-not-empty"),
        (["src", "--dir", "src/new"], "usage-wrong"),
        (["src", "--name", "Not A Name"], "name-invalid"),
        (["src", "--version", "one"], "version-invalid"),
        (["src", "--version", "auto"], "version-invalid"),
        (["src", "--kind", "agentpacks"], "import-unknown"),
        (["src", "--kind", "magic"], "usage-wrong"),
        (["empty"], "import-unknown"),
    ],
)
def test_import_refuses(arguments: list[str], code: str, packyard: Packyard, plugin: Path, home: Path) -> None:
    (home / "full").mkdir()
    (home / "full" / "a").write_text("mine\n")
    (home / "empty").mkdir()
    (home / "link").symlink_to(home / "elsewhere")
    before = files(home)
    said = packyard("import", *arguments)
    assert said.code in (1, 2)
    assert f"error[{code}]" in said.err
    assert files(home) == before
    assert not (home / "elsewhere").exists()


def test_files_that_are_no_files_are_not_waited_for(packyard: Packyard, plugin: Path) -> None:
    os.mkfifo(plugin / "commands" / "pipe.md")
    said = packyard("import", "src")
    assert said.code == 0
    assert "commands/pipe.md" in said.err


def test_what_is_larger_than_a_pack_is_left_out(packyard: Packyard, plugin: Path, home: Path) -> None:
    with (plugin / "large.bin").open("wb") as file:
        file.truncate(64_000_001)
    said = packyard("import", "src")
    assert said.code == 0
    assert "larger than a pack may be" in said.err
    assert not (home / "review" / "large.bin").exists()


def test_a_folder_without_end_is_refused(
    packyard: Packyard, plugin: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workfolder, "_ENTRIES", 10)
    said = packyard("import", "src")
    assert said.code == 1
    assert "error[too-many-files]" in said.err
    assert not (home / "review").exists()


def test_a_plugin_that_cannot_be_read_is_a_problem_with_its_place(packyard: Packyard, plugin: Path) -> None:
    (plugin / "hooks" / "hooks.json").write_text('{\n  "hooks": {,}\n}\n')
    said = packyard("import", "src")
    assert said.code == 1
    assert "error[json-invalid]" in said.err
    assert "--> src/hooks/hooks.json:2" in said.err


def test_skills_and_rules_are_imported_too(packyard: Packyard, home: Path) -> None:
    (home / "one").mkdir()
    (home / "one" / "SKILL.md").write_text("---\nname: tidy\ndescription: Tidies up a folder\n---\n\n# Tidy\n")
    rules = home / "app" / ".cursor" / "rules"
    rules.mkdir(parents=True)
    (rules / "style.mdc").write_text("---\ndescription: The style\nglobs: *.ts,*.tsx\n---\n\n# Style\n\nBrief.\n")
    for folder, made in (("one", "tidy"), ("app", "app-rules")):
        said = packyard("import", folder, *(["--name", made] if folder == "app" else []))
        assert said.code == 0, said.err
        assert packyard("validate", made).code == 0
    assert (home / "tidy" / "skills" / "tidy" / "SKILL.md").is_file()
    assert 'globs: ["*.ts", "*.tsx"]' in (home / "app-rules" / "rules" / "style.md").read_text()


def test_what_a_pack_was_imports_as_it_is(packyard: Packyard, pack: Path, home: Path) -> None:
    assert packyard("import", "hello", "--dir", "again").code == 0
    assert files(home / "again") == files(pack)
    assert all((home / "again" / path).read_bytes() == (pack / path).read_bytes() for path in files(pack))
