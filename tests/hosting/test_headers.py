"""`_headers` and `_redirects`, read by a matcher of the tests' own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from packyard.errors import FormatError
from packyard.formats import layout
from packyard.hosting.headers import MOST_RULES, format_headers, format_redirects
from packyard.hosting.values import PAGE_POLICY
from tests.hosting.conftest import host_of, paths, told

Rules = list[tuple[str, list[tuple[str, str]]]]


def parse(text: str) -> Rules:
    """The rules: a pattern, and its headers in order."""
    rules: Rules = []
    for line in text.splitlines():
        if line.startswith(" "):
            name, _, value = line.strip().partition(": ")
            rules[-1][1].append((name.lower(), value))
        elif line and not line.startswith("#"):
            rules.append((line, []))
    return rules


def headers(rules: Rules, path: str) -> dict[str, list[str]]:
    """What all rules that match a path give it."""
    found: dict[str, list[str]] = {}
    for pattern, given in rules:
        if re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path):
            for name, value in given:
                found.setdefault(name, []).append(value)
    return found


def test_every_path_is_what_the_layout_says(site: Path) -> None:
    rules = parse(format_headers(host_of(site), paths(site)))
    for path in (*paths(site), layout.tarball("@acme/new", "2.0.0"), "trust/7.json", "log/tile/1/x001/000.p/9"):
        policies = [PAGE_POLICY] if path.endswith(".html") else [PAGE_POLICY, "sandbox"]
        wanted = {name: [value] for name, value in told(path).items()} | {"content-security-policy": policies}
        assert headers(rules, f"/{path}") == wanted | {"access-control-allow-origin": ["*"]}, path


def test_a_site_that_has_less_than_it_may_come_to_have(site: Path) -> None:
    rules = parse(format_headers(host_of(site), [path for path in paths(site) if "/" not in path]))
    for path in paths(site):
        if path.endswith(".PNG"):
            continue  # what a publisher writes so has a rule of its own, once it is there
        assert headers(rules, f"/{path}")["content-type"] == [layout.kind(path).content_type], path
        assert headers(rules, f"/{path}")["cache-control"] == [layout.kind(path).cache_control], path


@pytest.mark.parametrize("path", ["/", "/packs/hello/", "/tags/"])
def test_a_folder_is_its_page(site: Path, path: str) -> None:
    found, kind = headers(parse(format_headers(host_of(site), paths(site))), path), layout.kind("index.html")
    assert (found["content-type"], found["cache-control"]) == ([kind.content_type], [kind.cache_control])


def test_hosts_can_read_it(site: Path) -> None:
    text = format_headers(host_of(site), paths(site))
    rules = parse(text)
    assert len(rules) <= MOST_RULES
    assert all(pattern.count("*") <= 1 for pattern, _ in rules)
    assert len(dict(rules)) == len(rules)
    assert max(map(len, text.splitlines())) < 2_000
    assert text == format_headers(host_of(site), reversed(paths(site)))


def test_no_limit_is_pretended(site: Path) -> None:
    rules = parse(format_headers(host_of(site), paths(site)))
    assert not [name for _, given in rules for name, _ in given if name.startswith("x-ratelimit")]


def test_a_rule_that_would_say_two_things_is_refused(site: Path) -> None:
    with pytest.raises(FormatError) as refused:
        format_headers(host_of(site), [*paths(site), "packs/hello/1.0.0/files/photo.gz"])
    assert refused.value.code == "host-rules"


def test_too_many_rules_are_refused(site: Path) -> None:
    with pytest.raises(FormatError) as refused:
        format_headers(host_of(site), [f"folder{number}/index.json" for number in range(MOST_RULES)])
    assert refused.value.code == "host-rules"


def test_an_address_with_a_path(site: Path) -> None:
    host = host_of(site, "https://packs.example.org/registry/")
    rules = parse(format_headers(host, paths(site)))
    assert headers(rules, "/registry/SNAPSHOT")["content-type"] == ["text/plain; charset=utf-8"]
    assert headers(rules, "/SNAPSHOT") == {}


def test_renamed_packs(site: Path) -> None:
    lines = [line for line in format_redirects(host_of(site)).splitlines() if not line.startswith("#")]
    assert lines == ["/packs/other /packs/tools-of-bob/ 302"]
