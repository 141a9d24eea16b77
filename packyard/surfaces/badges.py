"""Badges for readmes elsewhere: a label and what there is to say, as SVG (https://www.w3.org/TR/SVG11/).

    ┌─────────┬────────────┐
    │ hello   │ 1.2.0      │
    └─────────┴────────────┘

Each text is stretched or squeezed to the width that its box has room for (`textLength`), so it never leaves the box,
whatever font the reader has. Long texts are cut; the title has them whole. White on each ground has a contrast of at
least 7 to 1 (WCAG 2.2, 1.4.6). There is nothing to load and nothing that runs.
"""

from __future__ import annotations

import unicodedata

from packyard.surfaces.feeds import escape

#: The most characters of a label or of what stands beside it.
MOST = 40

#: What a badge's colour means; every badge says it in words too. The colours are those of the site by day.
TONES = {"go": "#0a5443", "fair": "#6b4a00", "stop": "#9a2914", "quiet": "#4b5952"}
INK = "#17211d"

#: From how many points on a quality has which name (the measure of agentpacks), and the name's tone.
LEVELS = ((80, "excellent", "go"), (60, "good", "go"), (40, "fair", "fair"), (0, "needs-work", "stop"))
UNRATED = ("unrated", "quiet")

_PAD, _NARROW, _WIDE = 8, 6.7, 11


def badge(label: str, text: str, tone: str = "go") -> bytes:
    """A badge that says `label` and `text`; `tone` is one of `TONES`."""
    label, text = " ".join(label.split()), " ".join(text.split())
    title = escape(f"{label}: {text}")
    (left, before), (right, after) = _fitted(label), _fitted(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{title}"><title>{title}</title>'
        f'<path fill="{INK}" d="M0 0h{left}v20H0z"/><path fill="{TONES[tone]}" d="M{left} 0h{right}v20h-{right}z"/>'
        '<g fill="#fff" font-family="Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="11">'
        f"{_text(_PAD, left, before)}{_text(left + _PAD, right, after)}</g></svg>\n"
    ).encode()


def level(points: int | None) -> tuple[str, str]:
    """The name and the tone of a quality; None is one that is not known."""
    if points is None:
        return UNRATED
    return next((name, tone) for least, name, tone in LEVELS if points >= least)


def quality_badge(label: str, points: int | None) -> bytes:
    """What the quality is called, and the points. The names are words of a format, so they are not translated."""
    name, tone = level(points)
    return badge(label, name if points is None else f"{name} {points}", tone)


def _fitted(text: str) -> tuple[int, str]:
    """The width of a box, and the text that stands in it."""
    cut = text if len(text) <= MOST else text[: MOST - 1] + "…"
    width = sum(_WIDE if unicodedata.east_asian_width(char) in "WF" else _NARROW for char in cut)
    return 2 * _PAD + max(round(width), 1), cut


def _text(at: int, width: int, text: str) -> str:
    return (
        f'<text x="{at}" y="14" textLength="{width - 2 * _PAD}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )
