"""The Markdown library, called directly: its numbers, its memory, and raw HTML as text."""

from __future__ import annotations

import resource

from packyard.surfaces import cmark


def test_the_numbers_are_those_of_this_version() -> None:
    assert cmark.version() == "0.29.0.gfm.13"


def test_raw_html_is_text() -> None:
    assert cmark.to_html("a <!-- psst --> b") == "<p>a <code>&lt;!-- psst --&gt;</code> b</p>\n"
    assert cmark.to_html("<div>\n*x*\n</div>\n") == "<pre><code>&lt;div&gt;\n*x*\n&lt;/div&gt;\n</code></pre>\n"
    assert cmark.to_html("![a <b>c](d)") == '<p><img src="d" alt="a &lt;b&gt;c" /></p>\n'


def test_the_extensions_are_on() -> None:
    assert "<table>" in cmark.to_html("|a|\n|-|\n|b|\n")
    assert "<del>x</del>" in cmark.to_html("~~x~~")
    assert '<a href="https://x.org">' in cmark.to_html("https://x.org")
    assert "checkbox" in cmark.to_html("- [x] y")


def test_memory_is_given_back() -> None:
    document = "# Title\n\ntext with *emphasis* and <b>HTML</b>\n\n" * 50

    def peak(times: int) -> int:
        for _ in range(times):
            cmark.to_html(document)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert peak(400) - peak(20) < 4_000  # kB; it would be 40,000
