"""The shape of the code, read from its syntax trees: who imports whom, where I/O is, how long functions are."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).resolve().parents[1] / "packyard"
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.name != "build.py" or path.parent != ROOT)

#: For each part of the program, the parts that it may import, itself always among them.
MAY_IMPORT = {
    "errors": set(),
    "model": set(),
    "protocols": {"model"},
    "registry": set(),
    "recipe": set(),
    "tool": set(),
    "environment": set(),
    "formats": {"errors", "model"},
    "history": {"errors", "formats", "model"},
    "recorded": {"errors", "formats", "model"},
    "seal": {"errors", "formats", "model"},
    "trust": {"errors", "formats", "model"},
    "rules": {"errors", "formats", "history", "model", "trust"},
    "lifecycle": {"errors", "formats", "model", "rules"},
    "quality": {"model"},
    "catalogue": {"errors", "formats", "history", "lifecycle", "model", "quality", "rules"},
    "importing": {"errors", "formats", "model", "rules"},
    "parts": {"errors", "formats", "model"},
    "submitting": {"catalogue", "errors", "formats", "gate", "history", "model", "rules"},
    "gate": {"catalogue", "errors", "formats", "history", "model", "rules"},
    "facts": {"model", "rules"},
    "search": {"errors", "formats", "model"},
    "surfaces": {"agreement", "errors", "formats", "gate", "model", "parts", "quality", "recipe", "rules", "search"},
    "grounds": {"formats", "model", "rules"},
    "packs": {
        "catalogue",
        "emitter",
        "errors",
        "facts",
        "formats",
        "grounds",
        "history",
        "model",
        "recipe",
        "rules",
        "surfaces",
    },
    "audit": {"catalogue", "errors", "formats", "grounds", "head", "history", "model", "rules", "seal", "trust"},
    "emitter": {"errors", "formats", "model", "recipe", "rules"},
    "head": {"errors", "formats", "model", "trust"},
    "witnessing": {"errors", "formats", "model"},
    "rebuilt": {"errors", "formats"},
    "agreement": {"formats", "model", "rebuilt"},
    "client": {
        "catalogue",
        "errors",
        "formats",
        "head",
        "history",
        "lifecycle",
        "model",
        "parts",
        "rules",
        "search",
        "trust",
    },
    "bridge": {"client", "errors", "formats", "importing", "model", "quality", "rules", "search", "surfaces"},
    "mirror": {"audit", "catalogue", "client", "errors", "formats", "head", "lifecycle", "model", "rules", "trust"},
    "kit": {
        "audit",
        "catalogue",
        "client",
        "errors",
        "formats",
        "head",
        "history",
        "lifecycle",
        "model",
        "rules",
        "trust",
    },
    "deploying": {"errors", "formats", "head", "model", "trust"},
    "hosting": {"errors", "formats", "model"},
    "prove": {"errors", "formats", "head", "model", "trust", "audit"},
    "unchanged": {"tool"},
}
#: These choose and join the rest.
FREE = {"edges", "stages", "cli", "documentation", "phrases", "__main__", "__init__"}
#: The parts that are pure: no files, no processes, no network, no clock.
PURE = {
    "errors",
    "model",
    "protocols",
    "registry",
    "recipe",
    "formats",
    "history",
    "recorded",
    "seal",
    "trust",
    "rules",
    "lifecycle",
    "catalogue",
    "quality",
    "grounds",
    "gate",
    "importing",
    "submitting",
    "parts",
    "client",
    "bridge",
    "mirror",
    "kit",
    "deploying",
    "hosting",
    "witnessing",
    "rebuilt",
    "agreement",
    "search",
    "facts",
    "packs",
}
IMPURE = {
    "os",
    "pathlib",
    "subprocess",
    "socket",
    "sqlite3",
    "shutil",
    "tempfile",
    "urllib3",
    "pygit2",
    "requests",
    "io",
}


#: The client as a library: what joins its pure part with the edges.
LIBRARY = {"client/__init__.py", "client/api.py"}


def _part(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return "cli" if str(relative) in LIBRARY else relative.parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module else set()
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    part = _part(path)
    used = {name.split(".")[1] for name in _imports(path) if name.startswith("packyard.")}
    if part not in FREE:
        may = MAY_IMPORT[part] | ({"protocols", "registry"} if "model" in MAY_IMPORT[part] else set())
        assert used - {"__version__"} <= may | {part}
    if part not in ("cli", "__main__", "documentation"):
        assert "cli" not in used


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_pure_touches_nothing(path: Path) -> None:
    if _part(path) in PURE:
        assert {name.partition(".")[0] for name in _imports(path)}.isdisjoint(IMPURE)
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not [call for call in calls if isinstance(call, ast.Name) and call.id in ("open", "print", "input")]
        clocks = {"time", "time_ns", "now", "today", "monotonic"}
        assert not [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in clocks]


def _functions() -> list[tuple[int, str]]:
    found = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = ast.get_docstring(node, clean=False) or ""
                length = (node.end_lineno or 0) - node.lineno + 1 - docstring.count("\n")
                found.append((length, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return found


def test_functions_are_short() -> None:
    functions = _functions()
    lengths = [length for length, _ in functions]
    assert median(lengths) <= 10
    assert quantiles(lengths, n=10)[-1] <= 30
    assert [name for length, name in functions if length > 60] == []


def test_modules_can_be_held_in_the_head() -> None:
    assert [str(path.relative_to(ROOT)) for path in MODULES if len(path.read_text().splitlines()) > 300] == []
