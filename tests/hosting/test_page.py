"""The commands of `docs/hosting.md`: what they deploy to is real."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploying.conftest import bucket, s3_server
from tests.deploying.places import Bucket, rsync_daemon
from tests.test_readme import DOCS, home, run, tour

__all__ = ["bucket", "home", "s3_server"]

PLACE = "rsync://www.my.example/packs"


@pytest.mark.slow
@pytest.mark.interop
def test_commands_for_hosts(home: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.endpoint)
    (home / "module").mkdir()
    with rsync_daemon(home / "module") as address:

        def here(text: str) -> str:
            return text.replace(PLACE, address).replace("s3://my-packs", f"s3://{bucket.name}")

        blocks = tour(DOCS / "hosting.md")
        run(home, [block._replace(code=here(block.code), shown=list(map(here, block.shown))) for block in blocks])
