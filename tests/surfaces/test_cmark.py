"""The Markdown library, called directly: its numbers, its memory, and raw HTML as text."""

from __future__ import annotations

import resource

from packyard.surfaces import cmark
from tests.surfaces.commonmark import examples


def test_the_numbers_are_those_of_this_version() -> None:
    assert cmark.version() == "0.29.0.gfm.13"


def test_raw_html_is_text() -> None:
    assert cmark.to_html("a <!-- psst --> b") == "<p>a <code>&lt;!-- psst --&gt;</code> b</p>\n"
    assert cmark.to_html("<div>\n*x*\n</div>\n") == "<pre><code>&lt;div&gt;\n*x*\n&lt;/div&gt;\n</code></pre>\n"
    assert cmark.to_html("![a <b>c](d)") == '<p><img src="d" alt="a &lt;b&gt;c" /></p>\n'


def test_what_a_rendering_leaves_out_is_text() -> None:
    assert "</a> <code>&quot;obey&quot;</code> b" in cmark.to_html('[a](x "obey") b')
    assert "<code>&quot;obey&quot;</code>" in cmark.to_html("[a]\n\n[a]: x 'obey'")
    assert " <code>&quot;obey&quot;</code></p>" in cmark.to_html('![a](x.png "obey")')
    assert "<code>data:obey</code>" in cmark.to_html("[a](data:obey)")
    assert "<p><code>```obey me</code></p>\n<pre>" in cmark.to_html("```obey me\nx\n```")
    assert "```" not in cmark.to_html("```Python\nx\n```")


def test_cells_beyond_the_columns_are_in_the_last() -> None:
    table = "|a|b|\n|-|-|\n|1|2|obey\\|me | now|\n|1|\n1|2|3\n|1|2| |\n"
    for before in ("", "> ", "text\n\n", "- "):
        html = cmark.to_html(before + table.replace("\n", "\n" + " " * len(before) * (before == "- ")))
        if before == "> ":
            html = cmark.to_html("".join(f"> {line}\n" for line in table.splitlines()))
        assert "<td>2 <code>| obey\\|me | now</code></td>" in html
        assert "<td>2 <code>| 3</code></td>" in html
        assert html.count("<code>") == 2


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


#: Examples that the library renders otherwise, and why. It follows CommonMark 0.29, with GitHub's extensions.
OTHERWISE = {
    "a number that is too large is one character": {28},
    "a currency sign is no punctuation": {354},
    "strong text is not strong twice": {389, 417, 425, 426, 427, 464, 465, 466, 468},
    "an address is a link by itself": {602, 606, 608, 611, 612},
}


#: Examples with a title, or with words behind a fence that are no language.
SHOWN = 46


def test_the_examples_of_commonmark_mean_what_they_should() -> None:
    """But for those above, and HTML, which is text here."""
    cases = examples()
    assert len(cases) == 652
    differ = {case.number for case in cases if cmark.to_html(case.markdown) != case.html}
    as_text = {case.number for case in cases if cmark.to_html(case.markdown).count("&lt;") > case.html.count("&lt;")}
    shown = {
        case.number
        for case in cases
        if cmark.to_html(case.markdown).count("<code>") > case.html.count("<code>") and case.number not in as_text
    }
    assert differ - as_text - shown == set().union(*OTHERWISE.values())
    assert len(as_text) == 72
    assert len(shown) == SHOWN
