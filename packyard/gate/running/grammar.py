"""The signs and words of shells, as patterns that never go back: each place of a text is looked at once."""

from __future__ import annotations

import re

#: Signs and blanks between words.
TOKEN = re.compile(
    r"""
    (?P<blank>(?: [^\S\n] | \\\r?\n | \$\{IFS\} | \$IFS(?!\w) )++ | \#[^\n]*+)
  | (?P<line>\n)
  | (?P<function>\([ \t]*+\))
  | (?P<open>\()
  | (?P<close>\))
  | (?P<redirect><<< | <<-? | &>>? | >> | >\| | [<>]& | <> | [<>](?!\())
  | (?P<operator>&& | \|\| | ;;&? | ;& | ; | \|&? | &)
    """,
    re.VERBOSE,
)
WORD = re.compile(
    r"""
    (?P<text>[^\s\\'"`$&|;()<>]++)
  | (?P<single>'[^']*+')
  | (?P<ansi>\$'(?:[^'\\]++|\\.)*+')
  | (?P<quote>\$?")
  | (?P<made>\$\(\(? | [<>]\( | `)
  | (?P<escape>\\.?)
  | (?P<other>\$(?!\{?IFS\b) | ')
    """,
    re.VERBOSE | re.DOTALL,
)
QUOTED = re.compile(r'(?P<text>[^"\\$`]++)|(?P<quote>")|(?P<made>\$\(\(?|`)|(?P<escape>\\.?)|(?P<other>.)', re.DOTALL)
PATTERN = re.compile(r"""\s*+(?!esac\b)\(?(?:'[^']*+'|"[^"]*+"|\\.|[^)'"\\;])*+\)""", re.DOTALL)
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*+)(?:\[[^\]]*+\])?\+?=")
BRACES = re.compile(r"\{([^{},\s]++(?:,[^{},\s]*+)++)\}")
#: Words that begin a group, with those that end it; those of them with a head; and all words that are no programs.
PAIRS = {"if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac", "{": "}"}
HEADS = frozenset({"for", "select", "case"})
KEYWORDS = frozenset({"then", "else", "elif", "do", "!", "time", "coproc", "[[", "function", *PAIRS, *PAIRS.values()})
