r"""Source text as HTML, a line at a time: escaped, hidden characters revealed, and coloured by what a word is.

    highlight("a.sh", 'echo "$HOME" # hi\n')  ->  ['echo <i class="s">"$HOME"</i> <i class="c"># hi</i>']

A token is an `<i>` with one letter as its class; what has no colour has no element:

    c comment   s string   n number, constant   k keyword   p key, name of a field   v variable, tag, interpreter
    h heading   m code inside prose, link       u what Markdown does not show: an HTML comment

Hidden characters (`hidden.reveal`) are marked: `<mark>⟦U+200B⟧</mark>`. A line ends with `\n` or `\r\n`; a carriage
return elsewhere is a hidden character, and a line of more than `LINE` characters is cut, which it then says.

A language is one regular expression, an alternation of tokens. None of them fails after it has begun to consume much:
what is repeated cannot be matched in two ways, and every closing delimiter may be missing. So the time is linear in the
text whatever it holds (ADR 0026). A colour helps to read, and never states what a program does with the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from markupsafe import Markup

from packyard.formats.words import Words
from packyard.surfaces.hidden import reveal
from packyard.surfaces.words import Speech

#: Says the form of a text for a number.
Count = Callable[..., Markup]
_ENGLISH: Count = Speech(Words()).count

#: Characters of a line that are shown.
LINE = 5_000

_DOUBLE, _SINGLE = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?', r"'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'?"
_DOUBLE3, _SINGLE3 = (
    r'"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*(?:""")?',
    r"'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*(?:''')?",
)
_NUMBER = r"(?P<n>(?<![\w.-])-?(?:0[xXbBoO][\da-fA-F_]++|\d[\d_]*+(?:\.\d++)?(?:[eE][+-]?\d++)?)(?![\w.]))"
_WORD = r"(?P<w>[A-Za-z_]\w*+)"
_HASH = r"(?P<c>(?<!\S)#[^\n]*+)"
_STARTER = r"(?P<v2>\A#![^\n]*+)"
_QUOTED_KEY = r'(?P<p>"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"(?=[ \t]*+:))'
_LIKE_C = r"(?P<c>//[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*(?:\*/)?)"
_PATTERN = r"/(?![/*])[^/\\\[\n]*+(?:(?:\\.|\[[^\]\\\n]*+(?:\\.[^\]\\\n]*+)*\]?)[^/\\\[\n]*+)*/?[a-z]*+"

#: The tokens of each language, in the order in which they are tried. The first letter of a group's name is its class;
#: `w` is a word. Sets repeat possessively and groups do not: before 3.11.5, Python matches a possessive group wrongly.
_TOKENS = {
    "json": (_QUOTED_KEY, f"(?P<s>{_DOUBLE})", _LIKE_C, _NUMBER, _WORD),
    "yaml": (
        _HASH,
        r"^[ \t]*+(?:-[ \t]++)*(?P<p2>[\w./@$*][^\n:#\"'{}\[\],]*+(?=:(?!\S)))",
        _QUOTED_KEY,
        rf"(?P<s>(?<![^\s\[{{,(:-])(?:{_DOUBLE}|'[^'\n]*+'?))",
        r"(?P<v>(?<!\S)[&*!][\w!:/.-]++)",
        _NUMBER,
        r"(?P<k>^(?:---|\.\.\.)$|[|>][+-]?$)",
        _WORD,
    ),
    "toml": (
        r"^[ \t]*+(?P<h>\[[^\n\]]*+\]*+)",
        r"^[ \t]*+(?P<p>[\w.\"'-][^\n=#\[]*+(?==))",
        r"(?P<c>(?<!\S)[#;][^\n]*+)",
        f"(?P<s>{_DOUBLE3}|{_SINGLE3}|{_DOUBLE}|'[^'\\n]*+'?)",
        _NUMBER,
        _WORD,
    ),
    "shell": (
        _STARTER,
        r"(?P<c>(?<![^\s;&|(])#[^\n]*+)",
        r"<<-?[ \t]*+\\?(?P<quote>[\"']?)(?P<tag>\w++)(?P=quote)[^\n]*+"
        r"(?P<s>(?:\n(?![ \t]*+(?P=tag)[ \t]*+$)[^\n]*+)*(?:\n[ \t]*+(?P=tag)[ \t]*+$)?)",
        r"""(?P<s2>"[^"\\]*+(?:\\.[^"\\]*+)*"?|'[^']*+'?)""",
        r"(?P<v>\$(?:\w++|\{[^}\n]*+\}?|[@*#?$!-]))",
        r"\\.",
        r"(?P<n>(?<![\w.-])\d++(?![\w.-]))",
        r"(?P<w>[A-Za-z_][\w.-]*+)",
    ),
    "python": (
        _STARTER,
        r"(?P<c>#[^\n]*+)",
        rf"(?P<s>(?:\b[rbufRBUF]{{1,2}})?(?:{_DOUBLE3}|{_SINGLE3}|{_DOUBLE}|{_SINGLE}))",
        r"^[ \t]*+(?P<v>@[\w.]++)",
        _NUMBER,
        _WORD,
    ),
    "script": (
        _STARTER,
        _LIKE_C,
        f"(?P<s>{_DOUBLE}|{_SINGLE}|" + r"`[^`\\]*+(?:\\.[^`\\]*+)*`?)",
        rf"(?<=[(,=:\[!&|?{{}};])[ \t]*+(?P<s2>{_PATTERN})",
        r"(?P<v>(?<!\w)@\w++)",
        _NUMBER,
        r"(?P<w>[A-Za-z_$][\w$]*+)",
    ),
    "markdown": (
        r"(?P<u><!--[^-]*+(?:-(?!->)[^-]*+)*(?:-->)?)",
        r"(?P<h>^ {0,3}#{1,6}[ \t][^\n]*+)",
        r"(?P<m>^[ \t]*+(?P<fence>`{3,}|~{3,})[^\n]*+(?:\n(?![ \t]*+(?P=fence))[^\n]*+)*(?:\n[ \t]*+(?P=fence))?)",
        r"(?P<m2>`++[^`\n]++`++)",
        r"(?P<m3>!?\[[^\[\]\n]*+\]\([^()\n]*+\)?)",
        r"(?P<h2>\*\*[^*\n]++\*\*)",
        r"(?P<k>^[ \t]*+(?:[-*+]|\d{1,9}[.)]|>++)(?=[ \t]))",
        r"(?P<v></?[A-Za-z][^<>\n]*+>?)",
        r"\\.",
        r"\w++",
    ),
}
_JSON, _YAML = "true false null", "true false null yes no on off True False None"
#: Words by language: constants, and keywords.
_CONSTANTS = {
    "json": _JSON,
    "yaml": _YAML,
    "toml": _YAML,
    "shell": "true false",
    "python": "True False None self cls",
    "script": "true false null undefined NaN Infinity this super",
}
_KEYWORDS = {
    "shell": "if then else elif fi for while until do done case esac in function select time local export return exit "
    "set unset readonly declare trap eval exec source break continue shift",
    "python": "and as assert async await break class continue def del elif else except finally for from global if "
    "import in is lambda match case nonlocal not or pass raise return try while with yield",
    "script": "abstract as async await break case catch class const continue debugger declare default delete do else "
    "enum export extends finally for from function if implements import in instanceof interface keyof let "
    "namespace new of private protected public readonly return satisfies static switch throw try type typeof var "
    "void while with yield",
}
_SUFFIXES = {
    "json": "json jsonc json5 webmanifest",
    "yaml": "yaml yml",
    "toml": "toml ini cfg conf editorconfig properties",
    "shell": "sh bash zsh ksh bats env",
    "python": "py pyi",
    "script": "js mjs cjs jsx ts mts cts tsx",
    "markdown": "md mdc markdown mdx",
}
_LANGUAGES = {suffix: language for language, every in _SUFFIXES.items() for suffix in every.split()}
_SHEBANG = r"#!.{0,200}?\b(?:(python)|(node|deno|bun)|(?:ba|z|k|da)?sh\b)"
_FRONTMATTER = r"(?m)---[ \t]*+\n(?:(?!---[ \t]*+$)[^\n]*+\n)*---[ \t]*+$"
_HIDDEN = r"⟦U\+[0-9A-F]{4,6}⟧"
_EMPTY = '<i class="[a-z]"></i>'


def language_of(name: str, text: str) -> str:
    """The language of a file by its suffix, else by the interpreter that its first line names; "" when unknown."""
    found = _LANGUAGES.get(name.rpartition("/")[2].rpartition(".")[2].lower(), "")
    if not found and (shebang := re.match(_SHEBANG, text)):
        return "python" if shebang[1] else "script" if shebang[2] else "shell"
    return found


def highlight(name: str, text: str, count: Count = _ENGLISH) -> list[str]:
    """The lines of a text as HTML, without their ends; `name` is the file's path. An empty text has no lines. `count`
    says how much of a line is cut, as `words.Speech.count`.
    """
    lines = _lines(text)
    shown = "\n".join(line[:LINE] for line in lines)
    coloured = _html(language_of(name, text), shown).split("\n") if lines else []
    return [marked(html) + escape(_rest(line, count)) for html, line in zip(coloured, lines, strict=True)]


def shown_lines(text: str, count: Count = _ENGLISH) -> list[str]:
    """The same lines without colours, not yet escaped."""
    return [line[:LINE] + _rest(line, count) for line in _lines(text)]


def _lines(text: str) -> list[str]:
    shown = reveal(text.replace("\r\n", "\n")).replace("\r", "⟦U+000D⟧").removesuffix("\n")
    return shown.split("\n") if text else []


def _rest(line: str, count: Count) -> str:
    over = len(line) - LINE
    return f" ⟦{count('{count} more character', '{count} more characters', over).unescape()}⟧" if over > 0 else ""


def marked(html: str) -> str:
    """Marks the names of hidden characters in a line of HTML."""
    return re.sub(_HIDDEN, r"<mark>\g<0></mark>", html) if "⟦" in html else html


def escape(text: str) -> str:
    """Text as HTML outside attributes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _html(language: str, text: str) -> str:
    if language == "markdown" and (front := re.match(_FRONTMATTER, text)):
        return _colour("yaml", front[0]) + _colour("markdown", text[front.end() :])
    return _colour(language, text) if language else escape(text)


def _colour(language: str, text: str) -> str:
    pieces, at = list[str](), 0
    words = _words(language)
    for match in _pattern(language).finditer(text):
        name = match.lastgroup
        if name is None:
            continue
        kind = words.get(match[0]) if name == "w" else name[0]
        if kind is not None:
            start, end = match.span(name)
            pieces += (escape(text[at:start]), _token(kind, text[start:end]))
            at = end
    pieces.append(escape(text[at:]))
    return re.sub(_EMPTY, "", "".join(pieces))


def _token(kind: str, text: str) -> str:
    """A token in an element of its own on each of its lines."""
    start = f'<i class="{kind}">'
    return f"{start}{escape(text)}</i>".replace("\n", f"</i>\n{start}")


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """Compiled on first use: that takes longer than importing this module."""
    return re.compile("|".join(_TOKENS[language]), re.MULTILINE | re.DOTALL)


@cache
def _words(language: str) -> dict[str, str]:
    every = ((_KEYWORDS, "k"), (_CONSTANTS, "n"))
    return {word: kind for table, kind in every for word in table.get(language, "").split()}
