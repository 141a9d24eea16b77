"""The rule table against the code: every code in use has a rule, every rule is in use, every text is fit to print."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import packyard
from packyard import errors
from packyard.rules import table
from packyard.rules.table import RULES, explain, rule
from packyard.rules.texts import Rule

ROOT = Path(packyard.__file__).parent
TEXTS = ROOT / "rules" / "texts"

#: What makes a problem or an exception of a code, its first argument.
MAKERS = {"Problem", "FormatError"} | {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.PackyardError) and value is not errors.ProblemsFound
}
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        if not path.is_relative_to(TEXTS):
            yield path, ast.parse(path.read_text())


def code_parameters() -> dict[str, set[int]]:
    """The functions that take a `code`, with the places that it has among the arguments of a call."""
    found: dict[str, set[int]] = {name: {0} for name in MAKERS}
    for _, module in sources():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
                if "code" in names and node.name != "command":  # `packyard explain CODE`
                    found.setdefault(node.name, set()).add(names.index("code"))
    return found


def codes_given(module: ast.Module, places: dict[str, set[int]]) -> Iterator[tuple[str, int]]:
    """(code, line) of every literal that a call gives as a code, be it one of two alternatives."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [node.args[place] for place in places.get(name, ()) if place < len(node.args)]
        given += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        for argument in given:
            for part in alternatives(argument):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
                    yield part.value, part.lineno


def alternatives(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from alternatives(node.body)
        yield from alternatives(node.orelse)
    else:
        yield node


def test_every_code_has_a_rule() -> None:
    known, places = {each.code for each in RULES}, code_parameters()
    unknown = {
        f"{path.relative_to(ROOT)}:{line} {code}"
        for path, module in sources()
        for code, line in codes_given(module, places)
        if code not in known
    }
    assert not unknown


def test_every_rule_is_used() -> None:
    literals = {
        node.value
        for _, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    composed = tuple(literal for literal in literals if re.fullmatch("(-[a-z]+)+", literal))  # f"{kind}-unknown"
    assert not [each.code for each in RULES if each.code not in literals and not each.code.endswith(composed)]


def test_codes_are_words_and_occur_once() -> None:
    codes = [each.code for each in RULES]
    assert all(CODE.fullmatch(code) for code in codes)
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("each", RULES, ids=lambda each: each.code)
def test_texts_are_sentences(each: Rule) -> None:
    assert each.outcome in table.OUTCOMES
    assert each.title
    assert not each.title.endswith(".")
    for text in (each.why, each.fix):
        assert re.fullmatch(r"[A-Z`].*[.`]", text), text
        assert text == " ".join(text.split())


def test_rule_and_explain() -> None:
    assert rule("sums-mismatch").outcome == "block"
    assert explain("sums-mismatch").startswith("sums-mismatch: a file is not what was signed\n\nWhy: ")
    with pytest.raises(KeyError):
        rule("no-such-code")


def test_the_import_is_cheap() -> None:
    program = (
        "import sys; before = set(sys.modules); import packyard.rules.table; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"click", "yaml", "pygit2", "jinja2", "cryptography", "rich", "urllib3", "packyard.model"}
    assert not heavy & set(done.stdout.split())
