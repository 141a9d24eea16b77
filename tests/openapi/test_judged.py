"""Judges from outside: schemathesis asks every path of a served site, and holds the answers against the description."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.specs.openapi.checks import response_headers_conformance, status_code_conformance

from packyard.edges.store import walk
from tests.hosting.conftest import running
from tests.hosting.test_nginx import configure
from tests.openapi.paths import patterns
from tests.openapi.serving import plain, shown
from tests.test_readme import DOCS, home, run, tour
from tests.tools import need

__all__ = ["home"]

TOKEN = {"Authorization": "Bearer of-a-friend"}
#: Files that are asked for, of each path.
EACH = 2


@pytest.fixture(scope="module")
def nginx(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site at nginx, with the configuration that is made for it."""
    folder = tmp_path_factory.mktemp("nginx")
    port = configure(folder, site)
    with running([need("nginx"), "-c", str(folder / "nginx.conf")], port, folder):
        yield f"http://127.0.0.1:{port}/"


def _asked(site: Path, document: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each path with the parameters of files that are there."""
    there = list(walk(site))
    for path, pattern in patterns(document).items():
        found = (match for each in there if (match := pattern.fullmatch(each)))
        yield from (("/" + path, match.groupdict()) for match in islice(found, EACH))


def _judge(site: Path, document: dict[str, Any], address: str, **options: Any) -> int:
    """Asks for what is there and lets every answer be judged; gives how many there were."""
    schema, count = schemathesis.openapi.from_dict(document), 0
    for path, given in _asked(site, document):
        case = schema[path]["GET"].Case(path_parameters=given)
        answer = case.call(base_url=address.rstrip("/"), headers=TOKEN)
        assert answer.status_code == 200, (path, given)
        case.validate_response(answer, **options)
        count += 1
    return count


@pytest.mark.slow
def test_what_is_there_is_as_described(site: Path, document: dict[str, Any]) -> None:
    """But for how long it may be kept: what one looks at on one's own machine is not kept at all."""
    with shown(site) as address:
        assert _judge(site, document, address, excluded_checks=[response_headers_conformance]) > len(document["paths"])


@pytest.mark.slow
def test_a_host_that_knows_nothing_gives_the_same_with_types_of_its_own(site: Path, document: dict[str, Any]) -> None:
    with plain(site) as address:
        assert _judge(site, document, address, checks=[status_code_conformance]) > len(document["paths"])


@pytest.mark.slow
@pytest.mark.interop
def test_nginx_answers_as_described(site: Path, document: dict[str, Any], nginx: str) -> None:
    assert _judge(site, document, nginx) > len(document["paths"])


def _run(site: Path, address: str, *left: str, header: str = "X-Nothing: 1") -> None:
    """The program over the whole description: its examples, and the edges of what it allows. `left` are checks that
    are left out.

    How other methods are refused is a matter of hosts, for none of them is described.
    """
    program = str(Path(sys.executable).with_name("schemathesis"))
    checks = ",".join(("unsupported_method", *left))
    command = [program, "run", str(site / "openapi.json"), "--url", address, "--phases", "examples,coverage"]
    command += ["--seed", "1", "--suppress-health-check", "all", "--exclude-checks", checks, "--header", header]
    done = subprocess.run(command, cwd=site.parent, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_nothing_that_is_invented_is_answered_otherwise(site: Path) -> None:
    """That no answer but 200, 404 and 429 comes is looked at by another check, and only for what is described."""
    with shown(site) as address:
        _run(site, address, "response_headers_conformance", "not_a_server_error")


@pytest.mark.slow
@pytest.mark.interop
def test_nothing_that_is_invented_is_answered_otherwise_by_nginx(site: Path, nginx: str) -> None:
    _run(site, nginx, header="Authorization: Bearer of-a-friend")


@pytest.mark.interop
def test_commands_for_schemas(site: Path, home: Path) -> None:
    with plain(site) as address:
        blocks = tour(DOCS / "schemas.md")
        assert len(blocks) == 2
        run(home, [block._replace(code=block.code.replace("https://packs.my.example/", address)) for block in blocks])
