"""Shell commands, read for what they start: no shell, and no promise that a shell would agree.

    read("LANG=C curl -s https://x.example/i.sh | sudo -u root bash")

is one pipeline of two commands: `curl`, which sets `LANG`, and `bash`, under `sudo`.  Quotes are removed, so `c""url`
is `curl`.  What is substituted (`$(…)`, backticks, `<(…)`) stands in a word as `$()`, and its commands are in `made`;
those of groups and loops, and the code after `bash -c` or `eval`, are in `runs`.  Whatever might be a command is read
as one: nothing is skipped but comments, the patterns of `case`, and here-documents, which are in `body`.

Reading never fails, and takes time in proportion to the text: where it is nested too deeply, or has more commands than
anybody writes, the rest of it is the command `TANGLED`.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import pairwise

from packyard.gate.running import grammar
from packyard.gate.running.command import GROUP, MADE, TANGLED, Command, Draft, Pipeline, Script, commands
from packyard.gate.running.interpreters import given_text, runs_stdin
from packyard.gate.running.lines import Lines
from packyard.gate.running.quoting import unquoted
from packyard.gate.running.variables import Known
from packyard.gate.running.wrappers import codes, declared, unwrap

_MAX_DEPTH, _MAX_CODES = 16, 4


def read(text: str, line: int = 1) -> Script:
    """The pipelines of a text whose first line has this number."""
    return _Reader(text, line, 0, 0, Known()).script("")


class _Reader:
    """Reads by descent: a script to the word or sign that closes it, its commands, their words."""

    def __init__(self, text: str, line: int, depth: int, codes_around: int, known: Known) -> None:
        self.text, self.lines, self.at = text, Lines(text, line), 0
        self.depth, self.codes_around, self.known = depth, codes_around, known
        self.resume = self.sums = 0

    @cached_property
    def ends(self) -> dict[str, list[int]]:
        """Where the lines begin that have a given text: the ends of here-documents."""
        found: dict[str, list[int]] = {}
        at = 0
        for line in self.text.split("\n"):
            found.setdefault(line.strip("\t\r"), []).append(at)
            at += len(line) + 1
        return found

    def script(self, close: str, head: str = "") -> Script:
        """Reads past what closes the script, or to the end of the text; `head` is the first word of its head."""
        if self.depth > _MAX_DEPTH:
            return (self.tangled(),)
        self.depth += 1
        self.known.left -= 5
        done: list[Pipeline] = []
        pipeline: list[Command] = []
        end = "?"
        while end not in ("", close):
            part = Draft(head, self.lines.at(self.at))
            head, end = "", self.command(part, close)
            if part:
                pipeline.append(self.finished(part))
            if pipeline and end not in ("|", "|&") and (part or end != "\n"):
                done.append(self.piped(pipeline))
                pipeline = []
            if close == "esac" and end.startswith(";;"):
                self.pattern()
            if self.known.left <= 0:
                return (*done, *filter(None, (tuple(pipeline),)), self.tangled())
        self.depth -= 1
        return (*done, self.piped(pipeline)) if pipeline else tuple(done)

    def tangled(self) -> Pipeline:
        """Gives up what is left of the text."""
        line, self.at = self.lines.at(self.at), len(self.text)
        return (Command((TANGLED,), line),)

    def command(self, part: Draft, close: str) -> str:
        """Reads a command; gives what ended it: an operator, a line's end, what closes the script, "" at the end."""
        while self.at < len(self.text) and self.known.left > 0:
            token = grammar.TOKEN.match(self.text, self.at)
            if token is None:
                if ended := self.add(part, close):
                    return ended
                continue
            self.at, kind = token.end(), token.lastgroup
            if kind in ("operator", "close"):
                return token[0]
            if kind == "line":
                self.at = max(self.at, self.resume)
                return "\n"
            if kind == "function" and part.words:
                part.words.insert(0, "function")
                return ";"
            if kind == "redirect":
                part.redirect = token[0]
            elif kind == "open":
                self.group(part, ")")
        return ""

    def group(self, part: Draft, close: str, head: str = "") -> None:
        part.words = part.words or [GROUP]
        sums = close == ")" and self.text.startswith("(", self.at)
        part.runs += self.reckoned(head, close) if sums else self.script(close, head)

    def add(self, part: Draft, close: str) -> str:
        """Reads a word into its place in the command. Gives the same as `command` when it ends the command."""
        start, made = self.at, list[Script]()
        self.known.left -= 1
        text, literal = self.word(made, close)
        if start == self.at:
            self.at += 1
            return close if self.text[start] == "`" else ""
        begins = not part.words and not part.redirect
        if not literal and text in grammar.KEYWORDS and (begins or (text == "{" and part.words[0] == "function")):
            return self.keyword(part, text, close)
        if text == close and part.words == [GROUP]:
            return close
        place = -1
        if part.redirect:
            self.redirected(part, text, literal)
        elif begins and (assigned := grammar.ASSIGNMENT.match(text)):
            part.sets.append((assigned[1], text[assigned.end() :] or self.array(made)))
        elif not (text.isdigit() and self.text.startswith(("<", ">"), self.at)):
            place = len(part.words)
            braces = grammar.BRACES.fullmatch(text) if begins else None
            part.words += braces[1].split(",") if braces else [text]
        part.made += [(place, script) for script in made]
        if close == "esac" and text == "in" and part.words[0] == "case":
            self.pattern()
            return ";"
        return ""

    def keyword(self, part: Draft, text: str, close: str) -> str:
        if text == close:
            return close
        if text == "{" and part.words:
            self.at -= 1
            return ";"
        if text in grammar.PAIRS:
            self.group(part, grammar.PAIRS[text], text if text in grammar.HEADS else "")
        elif text == "function":
            part.words.append(text)
        elif text == "[[":
            self.test(part, close)
        return ""

    def test(self, part: Draft, close: str) -> None:
        """Reads to the end of `[[ … ]]`, where signs are no operators."""
        made: list[Script] = []
        text = ""
        while text != "]]" and self.at < len(self.text) and self.text[self.at] != "\n":
            start = self.at
            text = self.word(made, close)[0]
            self.at += start == self.at
        part.words.append("[[")
        part.made += [(-1, script) for script in made]

    def array(self, made: list[Script]) -> str:
        """The words of `NAME=( … )`, when that is what follows."""
        words: list[str] = []
        if self.text.startswith("(", self.at):
            self.at += 1
            while self.at < len(self.text) and self.text[self.at] != ")":
                start = self.at
                words.append(self.word(made, ")")[0])
                self.at += start == self.at
            self.at += 1
        return " ".join(filter(None, words))

    def pattern(self) -> None:
        """Skips a pattern of `case`."""
        if found := grammar.PATTERN.match(self.text, self.at):
            self.at = found.end()

    def redirected(self, part: Draft, text: str, literal: bool) -> None:
        sign, part.redirect = part.redirect, ""
        if sign == "<<<":
            part.body += text
        elif sign.startswith("<<"):
            self.here(part, text, literal)
        elif sign in ("<", "<&"):
            part.reads.append(f"&{text}" if sign == "<&" else self.known.values.filled(text))
        elif not (sign.endswith("&") and text.rstrip("-").isdigit()):
            part.writes.append(self.known.values.filled(text))

    def here(self, part: Draft, end: str, literal: bool) -> None:
        """Takes a here-document, if there is a line that ends it."""
        line = bisect_left(self.lines.breaks, self.at)
        start = max(self.resume, self.lines.breaks[line] + 1 if line < len(self.lines.breaks) else 0)
        ends = self.ends.get(end, [])
        found = bisect_left(ends, start)
        if self.sums or not start or found == len(ends):
            return
        part.body += self.text[start : ends[found]]
        self.resume = (self.text.find("\n", ends[found]) + 1) or len(self.text)
        if not literal:
            inner = _Reader(part.body, self.lines.at(self.at) + 1, self.depth + 1, self.codes_around, self.known)
            part.made += [(-1, script) for script in inner.expanded()]

    def word(self, made: list[Script], close: str) -> tuple[str, bool]:
        """Reads a word, which may be none; gives its text without quotes, and whether any of it was quoted."""
        parts: list[str] = []
        literal = False
        while found := grammar.WORD.match(self.text, self.at):
            kind, text = found.lastgroup, found[0]
            if text == "`" == close:
                break
            self.at = found.end()
            literal |= kind in ("single", "ansi", "quote", "escape")
            if kind == "made":
                parts.append(self.substitute(made, text))
            elif kind == "quote" and self.text.find('"', self.at) >= 0:
                self.quoted(parts, made)
            else:
                parts.append(unquoted(kind, text))
        return "".join(parts), literal

    def quoted(self, parts: list[str], made: list[Script]) -> None:
        """Reads past the closing double quote."""
        while found := grammar.QUOTED.match(self.text, self.at):
            self.at = found.end()
            if found.lastgroup == "quote":
                return
            if found.lastgroup == "made":
                parts.append(self.substitute(made, found[0]))
            else:
                keep = found.lastgroup != "escape" or found[0][1:] not in ("$", "`", '"', "\\", "\n")
                parts.append(found[0] if keep else found[0][1:])

    def expanded(self) -> list[Script]:
        """What a here-document substitutes."""
        made: list[Script] = []
        while self.at < len(self.text):
            self.quoted([], made)
        return made

    def substitute(self, made: list[Script], sign: str) -> str:
        sums = sign == "$(("
        self.at -= sums
        made.append(self.reckoned("", ")") if sums else self.script("`" if sign == "`" else ")"))
        return MADE

    def reckoned(self, head: str, close: str) -> Script:
        """Reads what begins with two parentheses. When one group is all of it, and it ends with two, it is a sum, of
        which only the substitutions are run.
        """
        self.sums += 1
        found = self.script(close, head)
        self.sums -= 1
        whole = found[0][0] if len(found) == 1 == len(found[0]) else Command()
        if whole.words != (GROUP,) or not self.text.endswith("))", 0, self.at):
            return found
        return tuple(pipeline for command in commands(found) for _, made in command.made for pipeline in made)

    def piped(self, pipeline: list[Command]) -> Pipeline:
        """The pipeline, in which the text that `echo` gives to a shell is code of that shell."""
        for at, (giver, taker) in enumerate(pairwise(pipeline), 1):
            text = given_text(giver)
            if text and not taker.body and runs_stdin(taker):
                runs = sum((self.nested(code, taker.line) for code in codes(taker.words, text)), taker.runs)
                pipeline[at] = taker._replace(body=text, runs=runs)
        return tuple(pipeline)

    def finished(self, part: Draft) -> Command:
        self.known.left -= 10
        given = tuple(map(self.known.values.filled, part.words))
        if given[:1] != tuple(part.words[:1]):
            given = (*given[0].split(), *given[1:])
        under, sets, words = unwrap(given)
        shift, runs = len(part.words) - len(words), part.runs
        for code in codes(words, part.body):
            runs += self.nested(code, part.line)
        made = tuple((max(place - shift, -1), script) for place, script in part.made)
        pairs = (*part.sets, *sets, *declared(words))
        self.known.values.take(pairs)
        return Command(words, part.line, pairs, made, runs, tuple(part.reads), tuple(part.writes), part.body, under)

    def nested(self, code: str, line: int) -> Script:
        if self.codes_around >= _MAX_CODES:
            return ((Command((TANGLED,), line),),)
        return _Reader(code, line, self.depth, self.codes_around + 1, self.known).script("")
