"""What program this is, as a digest: its code, its templates, and the versions of what it renders and compresses with.

Everything that a build remembers is remembered for one tool. Computed from the files themselves (about 3 ms), so an
edited template is another tool.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path

#: Distributions whose version may change the bytes of the output.
RENDERERS = ("cmarkgfm", "deflate", "jinja2", "markdown", "markupsafe", "nh3", "pillow")

_HERE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """The templates that came with the program: inside it when installed, beside it in a checkout."""
    inside = _HERE / "templates"
    return inside if inside.is_dir() else _HERE.parent / "templates"


def tool_digest(templates: Path | None = None) -> str:
    """The digest; `templates` is the folder of templates in use, when it is not the program's own."""
    digest = sha256(repr(sys.version_info[:2]).encode())
    for root, endings in (
        (_HERE, (".py",)),
        (templates or templates_folder(), (".html", ".css", ".js", ".md", ".svg", ".xml")),
    ):
        for path in sorted(_files(str(root), endings)):
            digest.update(f"{path[len(str(root)) :]}\0".encode())
            digest.update(Path(path).read_bytes())
    for name in _distributions():
        digest.update(name.encode() + b"\0")
    return digest.hexdigest()


def _files(root: str, endings: tuple[str, ...]) -> list[str]:
    found = list[str]()
    for entry in os.scandir(root):
        if entry.is_dir():
            found += _files(entry.path, endings) if entry.name not in ("__pycache__", "cli") else []
        elif entry.name.endswith(endings):
            found.append(entry.path)
    return found


def _distributions() -> list[str]:
    """Names of the metadata folders, which hold the versions; looking at one folder is cheaper than importing a
    library to ask.
    """
    found = set[str]()
    for folder in sys.path:
        if folder.endswith(("site-packages", "dist-packages")) and os.path.isdir(folder):  # noqa: PTH112 - on the fast path
            found |= {
                name
                for name in os.listdir(folder)  # noqa: PTH208 - on the fast path
                if name.endswith(".dist-info") and name.partition("-")[0].lower() in RENDERERS
            }
    return sorted(found)
