"""Synthetic Markdown and code that compresses like what people write.

Words are drawn by rank (Zipf's law) from one vocabulary, with a few dozen words of the topic moved to the front, and
mixed with invented identifiers and numbers, which is what keeps real text from compressing further. Everything is a
function of the `Random` handed in.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random

from bench.words import WORDS

_HEAD = 16
_TOPIC = 40
_COLLOCATIONS = 60
_WEIGHTS = tuple(accumulate((rank + 4.0) ** -1.09 for rank in range(len(WORDS) + _TOPIC + _COLLOCATIONS)))
_PLAIN_WORDS = tuple(word for word in WORDS if word.isalpha() and len(word) > 3)

_CODE = {
    "python": (
        "def {i}({a}: {t}, {b}: int = {n}) -> {t}:",
        "    return {i}({a}, {b}={n})",
        "    if {a}.{b} is None:",
        '        raise {C}Error(f"{a} {{{b}}} {s}")',
        "    for {a} in {i}({b}):",
        "    with {i}({a}) as {b}:",
        "from {m} import {C}, {i}",
        "class {C}({D}):",
        "    {a}: {t}",
        "    # {s}",
        "assert {i}({a}) == {n}",
        "{a} = [{b} for {b} in {i} if {b} > {n}]",
    ),
    "typescript": (
        "export function {i}({a}: {C}, {b} = {n}): {D} {{",
        "  const {a} = await {i}({b});",
        "  if (!{a}.{b}) throw new {C}Error(`{s}`);",
        "  return {a}.map(({b}) => {b}.{i});",
        "}}",
        'import {{ {C}, {i} }} from "./{m}";',
        "  // {s}",
        "interface {C} {{ {a}: string; {b}?: number }}",
        "  {i}: ({a}) => {{ {b}({n}); }},",
    ),
    "bash": (
        "set -euo pipefail",
        "{m} --{a} {n} --{b}={m}.json | tee {i}.log",
        "for {a} in {m}/*.{b}; do",
        '  echo "{s}: ${a}" >&2',
        "done",
        'if [ ! -f "{m}/{i}.yaml" ]; then exit {n}; fi',
        "git diff --name-only origin/main -- {m} | xargs -r {b}",
        "# {s}",
    ),
    "yaml": (
        "{a}:",
        "  {b}: {n}",
        '  {i}: "{s}"',
        "  - name: {s}",
        "    run: {m} --{a}={n}",
        "    {b}: [{a}, {i}]",
    ),
    "sql": (
        "select {a}.{i}, count(*) as {b} from {m} {a}",
        "  join {b} on {b}.{i}_id = {a}.id",
        "  where {a}.{b} > {n} and {a}.{i} is not null",
        "create index concurrently {i}_{b} on {a} ({b}, {i});",
        "-- {s}",
    ),
}
_TYPES = ("str", "int", "bytes", "Path", "list[str]", "dict[str, int]", "float", "bool")


class Prose:
    """A source of text about one topic, chosen by `rng`."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.topic = rng.sample(_PLAIN_WORDS, _TOPIC)
        usual = self._collocations()
        early, late = usual[: _COLLOCATIONS // 3], usual[_COLLOCATIONS // 3 :]
        self._words = (*WORDS[:_HEAD], *early, *self.topic, *late, *WORDS[_HEAD:])
        self._names = [self._new_identifier() for _ in range(24)]

    def _collocations(self) -> list[str]:
        """Runs of two to five words that the author of this topic uses again and again."""
        population = (*WORDS[:120], *self.topic)
        return [" ".join(self.rng.choices(population, k=self.rng.randint(2, 5))) for _ in range(_COLLOCATIONS)]

    def words(self, count: int) -> list[str]:
        """`count` words as they follow each other in running text, a few of them invented."""
        drawn = self.rng.choices(self._words, cum_weights=_WEIGHTS, k=count)
        for _ in range(self.rng.randint(0, count // 7)):
            drawn[self.rng.randrange(count)] = self._invented()
        return drawn

    def phrase(self, low: int, high: int) -> str:
        """A capitalised run of words of the vocabulary, without a full stop."""
        drawn = self.rng.choices(self._words, cum_weights=_WEIGHTS, k=self.rng.randint(low, high))
        return " ".join(drawn).capitalize()

    def identifier(self) -> str:
        """A snake_case or camelCase name of two or three words; mostly one that was used before."""
        if self.rng.random() < 0.75:
            return self.rng.choice(self._names)
        return self._new_identifier()

    def _new_identifier(self) -> str:
        first, second, third = self.rng.choices(_PLAIN_WORDS, k=3)
        shape = self.rng.random()
        if shape < 0.5:
            return f"{self.rng.choice(self.topic)}_{first}"
        return first + second.capitalize() if shape < 0.85 else f"{first}_{second}_{third}"

    def slug(self) -> str:
        """A file name of one or two words, without suffix."""
        first, second = self.rng.sample(self.topic, 2)
        return first if self.rng.random() < 0.4 else f"{first}-{second}"

    def paragraph(self) -> str:
        """Two to five sentences, wrapped as one line or at about 100 columns."""
        sentences = [self._sentence() for _ in range(self.rng.randint(2, 5))]
        return ("\n" if self.rng.random() < 0.3 else " ").join(sentences)

    def document(self, size: int, title: str) -> str:
        """A Markdown document of about `size` bytes: headings, paragraphs, lists, tables and code fences."""
        blocks, length = [f"# {title}", self.paragraph()], 200
        makers = (self.paragraph, self._list, self._fence, self._table, self._quote)
        while length < size:
            if self.rng.random() < 0.35:
                blocks.append(f"## {self.phrase(1, 4)}")
            block = self.rng.choices(makers, cum_weights=(40, 72, 90, 97, 100))[0]()
            blocks.append(block)
            length += len(block) + 12
        return "\n\n".join(blocks) + "\n"

    def edited(self, text: str) -> str:
        """`text` with one of its plain paragraphs rewritten, or with a new one at its end."""
        blocks = text.rstrip("\n").split("\n\n")
        plain = [at for at, block in enumerate(blocks[2:], 2) if block[:1].isupper() and "\n" not in block]
        if plain:
            blocks[self.rng.choice(plain)] = self._sentence() + " " + self._sentence()
        else:
            blocks.append(self.paragraph())
        return "\n\n".join(blocks) + "\n"

    def code(self, language: str, lines: int) -> str:
        """That many code-like lines."""
        templates = self.rng.choices(_CODE[language], k=lines)
        names = [self.identifier() for _ in range(3)]
        return "\n".join(self._line(template, names) for template in templates)

    def _line(self, template: str, names: list[str]) -> str:
        rng = self.rng
        return template.format(
            i=rng.choice(names) if rng.random() < 0.5 else self.identifier(),
            a=rng.choice(self.topic),
            b=rng.choice(self.topic),
            m=rng.choice(_PLAIN_WORDS),
            n=rng.choice((0, 1, 2, 5, 10, rng.randint(3, 4000))),
            s=" ".join(self.words(rng.randint(3, 7))),
            t=rng.choice(_TYPES),
            C=rng.choice(_PLAIN_WORDS).capitalize() + rng.choice(self.topic).capitalize(),
            D=rng.choice(_PLAIN_WORDS).capitalize(),
        )

    def _sentence(self) -> str:
        drawn = self.words(self.rng.randint(7, 19))
        if self.rng.random() < 0.4:
            drawn[self.rng.randrange(2, len(drawn) - 2)] += ","
        drawn[0] = drawn[0][:1].upper() + drawn[0][1:]
        return " ".join(drawn) + "."

    def _list(self) -> str:
        style = self.rng.random()
        items = range(1, self.rng.randint(3, 8))
        if style < 0.3:
            return "\n".join(f"{number}. {self.phrase(4, 12)}" for number in items)
        if style < 0.6:
            return "\n".join(
                f"- **{self.phrase(1, 2)}**: {' '.join(self.words(self.rng.randint(4, 12)))}" for _ in items
            )
        return "\n".join(f"- {self.phrase(5, 14)}" for _ in items)

    def _fence(self) -> str:
        language = self.rng.choice(tuple(_CODE))
        return f"```{language}\n{self.code(language, self.rng.randint(3, 12))}\n```"

    def _table(self) -> str:
        columns = self.rng.randint(2, 4)
        head = " | ".join(self.phrase(1, 2) for _ in range(columns))
        rows = [" | ".join(self.phrase(1, 5) for _ in range(columns)) for _ in range(self.rng.randint(3, 7))]
        return "\n".join(f"| {row} |" for row in (head, " | ".join(["---"] * columns), *rows))

    def _quote(self) -> str:
        return f"> {self._sentence()}"

    def _invented(self) -> str:
        rng = self.rng
        shape = rng.random()
        if shape < 0.45:
            return f"`{self.identifier()}`"
        if shape < 0.6:
            return str(rng.randint(2, 5000))
        if shape < 0.8:
            return f"{rng.choice(_PLAIN_WORDS)}{rng.choice(('ing', 'ed', 'able', 'ness', 'less', 'er'))}"
        return f"{rng.choice(_PLAIN_WORDS).capitalize()}{rng.choice(('.', '-', ' '))}{rng.choice(self.topic)}"
