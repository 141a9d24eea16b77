"""What a person at a terminal sees while a build works: one bar, on stderr. Nothing at all elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

#: Fewer packs than this are made before a bar could be read.
WORTH_A_BAR = 100


class Progress:
    """One bar, shown when stderr is a terminal and there is enough to wait for."""

    def __init__(self, quiet: bool = False) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._bar: Bar | None = None
        self._task = 0

    def start(self, what: str, total: int) -> None:
        """Begins to count to `total`."""
        self.close()
        if self._shown and total >= WORTH_A_BAR:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(what, total=total)
            self._bar.start()

    def step(self) -> None:
        """Counts one."""
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
