"""The bridge's page in the documentation: its commands run, and show what it says they do."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.test_readme import DOCS, Block, home, run, tour
from tests.tools import need

__all__ = ["home"]

#: What the command asks and sends, with programs that do it; what it packs and how is as in its source.
AGENTPACKS = """\
#!/bin/sh
set -eu
file=$HOME/credentials.json
url() { jq -r .url "$file"; }
case $1 in
  login) curl -fsS "$3/health" >/dev/null; jq -n --arg url "$3" --arg token "$5" '{$url, $token}' >"$file"
         echo "Authenticated with $3" ;;
  search) curl -fsSG "$(url)/packs" --data-urlencode "q=$2" -d limit=20 |
            jq -r '"Found \\(.total) pack(s)…", "  " + .packs[].name' ;;
  info) curl -fsS "$(url)/packs/$2" | jq -r .displayName ;;
  publish)
    tar -czf "$HOME/pack.tgz" -C . .
    about=$(jq -c '{name, version, manifest: .}' pack.json)
    curl -fsS "$(url)/packs" -H "Authorization: Bearer $(jq -r .token "$file")" \\
      -F "tarball=@$HOME/pack.tgz;type=application/gzip" -F "metadata=$about" |
      jq -r '"Published \\(.name)@\\(.version)\\n  integrity: \\(.integrity)"' ;;
esac
"""

#: What is there before: a registry with a pack, its site, a publisher's key, and a pack that is new.
BEFORE = """\
packyard init registry --no-password --keys keys
cp keys/root.pub .
packyard keygen --no-password --out ada.key
packyard publisher add ada --key ada.key --repo registry --commit
packyard new tidy-commits --description "Small commits whose messages say why"
packyard sign tidy-commits --key ada.key
packyard add tidy-commits --repo registry --commit
packyard build --repo registry --out site --keys keys --new-log
git clone -q --bare registry registry.git
git clone -q registry.git packs
packyard new small-reviews --description "Reviews that name what matters first"
"""


@pytest.mark.slow
@pytest.mark.interop
def test_commands_for_the_bridge(home: Path) -> None:
    for program in ("openssl", "jq", "curl", "tar"):
        need(program)
    place = home / "empty"
    place.mkdir()
    (home / "bin").mkdir()
    (home / "bin" / "agentpacks").write_text(AGENTPACKS)
    (home / "bin" / "agentpacks").chmod(0o755)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", BEFORE], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    blocks = tour(DOCS / "clients" / "bridge.md")
    assert len(blocks) == 4
    ports = {port: _free() for port in ("8470", "8471")}
    run(home, [_here(block, home, ports) for block in blocks])


def _here(block: Block, folder: Path, ports: Mapping[str, str]) -> Block:
    """The block with ports that are free, and the command on the path."""
    code, shown = block.code.replace("--root root.pub\n", "--root root.pub --port 8470\n"), "\n".join(block.shown)
    for port, mine in ports.items():
        code, shown = code.replace(port, mine), shown.replace(port, mine)
    return block._replace(code=f'export PATH="{folder}/bin:$PATH"\n{code}', shown=shown.splitlines())


def _free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])
