"""A site in a browser on this machine: built, served, and shown in Chromium."""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def built_site(site: Path | None) -> Iterator[Path]:
    """The site, or the sample registry of this repository, built for as long as it is needed."""
    if site is not None:
        yield site
        return
    from packyard.build import build
    from packyard.unchanged import Request

    folder = Path(tempfile.mkdtemp(prefix="screens-"))
    try:
        build(Request(repo=ROOT, out=folder / "site", quiet=True))
        yield folder / "site"
    finally:
        shutil.rmtree(folder)


def served(site: Path) -> str:
    """The address at which the site is shown for as long as this process runs."""
    from packyard.edges.server import serve

    ready: queue.Queue[str] = queue.Queue()
    threading.Thread(target=serve, args=(site, 0, ready.put), daemon=True).start()
    return ready.get(timeout=10)


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium as the system has it."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


def program(name: str) -> str:
    """The path of a program that must be there."""
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed; .ci/run says what is needed")
    return found
