"""Versions and ranges: what node-semver documents, and what it answers where it is installed."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import semver
from tests.tools import need

# Semantic Versioning 2.0.0, section 11, and numbers beyond one digit.
ORDER = [
    "0.0.0-0",
    "0.0.0",
    "0.9.9",
    "1.0.0-0",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
]
ORDER += [
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.0.10",
    "1.2.0",
    "1.10.0",
    "2.0.0",
]

NUMBERS = st.integers(0, 12) | st.integers(0, 2**53 - 1)
IDENTIFIERS = NUMBERS | st.from_regex(r"[0-9]{0,2}[a-zA-Z-][0-9a-zA-Z-]{0,3}", fullmatch=True)
VERSIONS = st.builds(semver.Version, NUMBERS, NUMBERS, NUMBERS, st.lists(IDENTIFIERS, max_size=3).map(tuple))


def test_precedence() -> None:
    shuffled = random.Random(1).sample(ORDER, len(ORDER))
    assert sorted(shuffled, key=semver.sort_key) == ORDER


@given(VERSIONS)
def test_format_and_parse_are_inverse(version: semver.Version) -> None:
    assert semver.parse(semver.format_version(version)) == version


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "v1.2.3",
        "=1.2.3",
        "01.2.3",
        "1.02.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3-a_b",
        "1.2.3+b",
        "1.2.3-a+b",
        " 1.2.3",
        "1.2.3\n",
        "1.2.x",
        "-1.2.3",
        "1.2.3-é",
        "١.2.3",
        f"{2**53}.0.0",
        "1.2.3-" + "a" * 251,
        "1" * 10**5,
    ],
)
def test_no_versions(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        semver.parse(text)
    assert caught.value.code == "version-invalid"


# Range, what it holds, what it does not: from "Ranges" and "Advanced Range Syntax" of node-semver's documentation.
RANGES = [
    (">=1.2.7", "1.2.7 1.2.8 2.5.3 1.3.9", "1.2.6 1.1.0 1.2.7-rc"),
    (">=1.2.7 <1.3.0", "1.2.7 1.2.8 1.2.99", "1.2.6 1.3.0 1.1.0"),
    ("1.2.7 || >=1.2.9 <2.0.0", "1.2.7 1.2.9 1.4.6", "1.2.8 2.0.0"),
    (">1.2.3-alpha.3", "1.2.3-alpha.7 3.4.5", "3.4.5-alpha.9 1.2.3-alpha.3"),
    ("1.2.3 - 2.3.4", "1.2.3 2.3.4", "1.2.2 2.3.5"),
    ("1.2 - 2.3.4", "1.2.0 2.3.4", "1.1.9 2.3.5"),
    ("1.2.3 - 2.3", "1.2.3 2.3.99", "2.4.0 2.4.0-0"),
    ("1.2.3 - 2", "2.99.0", "3.0.0 3.0.0-0"),
    ("*", "0.0.0 99.0.0", "1.0.0-rc"),
    ("", "0.0.0 99.0.0", "1.0.0-rc"),
    ("x.x", "0.0.0 99.0.0", "1.0.0-rc"),
    ("1.x", "1.0.0 1.99.0", "0.9.9 2.0.0 2.0.0-0"),
    ("1.2.X", "1.2.0 1.2.99", "1.3.0 1.1.9"),
    ("1", "1.0.0 1.99.0", "2.0.0"),
    ("v1.2", "1.2.0 1.2.99", "1.3.0"),
    ("=1.2.3", "1.2.3", "1.2.4 1.2.3-a"),
    ("1.2.3+build", "1.2.3", "1.2.4"),
    ("~1.2.3", "1.2.3 1.2.99", "1.3.0 1.3.0-0 1.2.2"),
    ("~1.2", "1.2.0 1.2.99", "1.3.0"),
    ("~1", "1.0.0 1.99.0", "2.0.0"),
    ("~0.2.3", "0.2.3 0.2.99", "0.3.0"),
    ("~> 1.2.3-beta.2", "1.2.3-beta.4 1.2.3 1.2.9", "1.2.4-beta.2 1.2.3-beta.1 1.3.0"),
    ("^1.2.3", "1.2.3 1.99.0", "2.0.0 2.0.0-0 1.2.2"),
    ("^0.2.3", "0.2.3 0.2.99", "0.3.0"),
    ("^0.0.3", "0.0.3", "0.0.4 0.0.2"),
    ("^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.4 1.9.0", "1.2.4-beta.2 2.0.0"),
    ("^0.0.3-beta", "0.0.3-beta 0.0.3-pr.2 0.0.3", "0.0.4"),
    ("^1.2.x", "1.2.0 1.99.0", "2.0.0 1.1.9"),
    ("^0.0.x", "0.0.0 0.0.99", "0.1.0"),
    ("^0.x", "0.0.0 0.99.0", "1.0.0"),
    ("^0.0", "0.0.0 0.0.9", "0.1.0"),
    (">1", "2.0.0", "1.99.0"),
    (">1.2", "1.3.0", "1.2.99"),
    ("<=1.2", "1.2.99 0.1.0", "1.3.0"),
    ("<1.2", "1.1.99", "1.2.0 1.2.0-0"),
    ("<*", "", "0.0.0 1.0.0"),
    (">=x", "1.0.0", ""),
    (" >  1.0.0   < 2 ", "1.0.1", "1.0.0 2.0.0"),
    ("||", "1.0.0", "1.0.0-a"),
    ("1.0.0-a || *", "1.0.0", "1.0.0-a"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "inside", "outside"), RANGES)
def test_ranges(text: str, inside: str, outside: str) -> None:
    parsed = semver.parse_range(text)
    assert parsed.text == text
    assert [version for version in inside.split() if not semver.satisfies(version, parsed)] == []
    assert [version for version in outside.split() if semver.satisfies(version, parsed)] == []


@pytest.mark.parametrize(
    "text",
    [
        "latest",
        "1.2.3.4",
        "^",
        ">",
        "1.2.3-",
        "01.2",
        "1.x.3",
        "*.1",
        "x.1.x",
        "1 -2",
        "1 - 2 3",
        "1 - ",
        "^1 - 2",
        "a || 1",
        "1 || a",
        ">=1.2.3<2.0.0",
        "1,2",
        "^^1",
        "~^1",
        "git+https://x",
        "1.2.3 -rc",
        f"{2**53}",
        f"^{2**53 - 1}",
        "1 " * 129,
        "1.é",
        "==1",
    ],
)
def test_no_ranges(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        semver.parse_range(text)
    assert caught.value.code == "range-invalid"


def test_max_satisfying() -> None:
    parsed = semver.parse_range("^1.0.0")
    assert semver.max_satisfying(ORDER, parsed) == "1.10.0"
    assert semver.max_satisfying(["1.10.0", "1.9.0", "1.11.0-rc"], parsed) == "1.10.0"
    assert semver.max_satisfying(["2.0.0"], parsed) is None


@given(st.text(max_size=30) | st.text("0123.xX*^~<>= |-+va", max_size=30))
def test_nothing_but_format_error(text: str) -> None:
    for parse in (semver.parse, semver.parse_range):
        try:
            parse(text)
        except FormatError as error:
            assert error.found.isprintable()


SCRIPT = """
const semver = require(process.argv[1]);
const pairs = JSON.parse(require('fs').readFileSync(0));
console.log(JSON.stringify(pairs.map(([v, r]) => semver.validRange(r) === null ? null : semver.satisfies(v, r))));
"""


def a_range(draw: random.Random) -> str:
    """Some range of the grammar, now and then a wrong one."""

    def number() -> str:
        return draw.choice(["0", "0", "1", "1", "2", "3", "10", "01"][: 7 + (draw.random() < 0.02)])

    def partial() -> str:
        parts = [number() for _ in range(draw.randint(1, 3))]
        if draw.random() < 0.3:
            first = draw.randrange(len(parts))
            parts[first:] = [draw.choice("xX*")] * (len(parts) - first)
        tail = a_prerelease(draw) * (draw.random() < 0.3) + "+b.1" * (draw.random() < 0.1)
        return "v" * (draw.random() < 0.05) + ".".join(parts) + tail * (len(parts) == 3)

    def comparators() -> str:
        if draw.random() < 0.15:
            return f"{partial()} - {partial()}"
        signs = ["", "", "=", ">", ">=", "<", "<=", "^", "~", "~>"]
        return "  ".join(
            draw.choice(signs) + draw.choice(["", " "]) + partial() for _ in range(draw.choice([0, 1, 1, 2, 3]))
        )

    return draw.choice(["||", " || "]).join(comparators() for _ in range(draw.choice([1, 1, 2, 3])))


def a_prerelease(draw: random.Random) -> str:
    return "-" + ".".join(
        draw.choice(["0", "1", "10", "alpha", "beta", "rc", "a-b"]) for _ in range(draw.randint(1, 2))
    )


def a_version(draw: random.Random) -> str:
    return ".".join(draw.choice("0123") for _ in range(3)) + a_prerelease(draw) * (draw.random() < 0.4)


def ours(version: str, text: str) -> bool | None:
    try:
        return semver.satisfies(version, semver.parse_range(text))
    except FormatError:
        return None


def node_semver() -> Path:
    """Where the module is: Debian's package node-semver, else the copy that npm brings along."""
    packaged = Path("/usr/share/nodejs/semver")
    if packaged.is_dir():
        return packaged
    root = subprocess.run([need("npm"), "root", "-g"], check=True, capture_output=True, text=True).stdout.strip()
    bundled = Path(root, "npm/node_modules/semver")
    if not bundled.is_dir():
        pytest.skip("npm comes without its semver module here: on Debian, apt-get install node-semver")
    return bundled


@pytest.mark.interop
def test_node_semver_agrees() -> None:
    node = need("node")
    module = node_semver()
    draw = random.Random(20_000)
    pairs = [(a_version(draw), a_range(draw)) for _ in range(20_000)]
    pairs += [(version, text) for text, inside, outside in RANGES for version in (inside + " " + outside).split()]
    # A node that is not Debian's does not look where Debian keeps what the module itself needs.
    around = os.environ | {"NODE_PATH": str(module.parent)}
    command = [node, "-e", SCRIPT, str(module)]
    ran = subprocess.run(command, input=json.dumps(pairs), check=True, capture_output=True, text=True, env=around)
    answers = json.loads(ran.stdout)
    assert [pair for pair, answer in zip(pairs, answers, strict=True) if ours(*pair) != answer] == []
