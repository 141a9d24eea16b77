"""Addresses from which well-known programs are installed, as their own documentation tells everybody.

    curl -fsSL https://get.docker.com | sh

A prompt that tells this tells what anyone would find; whoever starts it by itself still runs what no signature covers.
"""

from __future__ import annotations

#: Hosts with nothing but an installer; addresses of installers; and, with a slash at the end, folders of them.
_KNOWN = """
    astral.sh/ruff/ astral.sh/uv/ bun.com/install bun.sh/install claude.ai/install.ps1 claude.ai/install.sh
    cursor.com/install deb.nodesource.com/ deno.land/install.sh
    dot.net/v1/dotnet-install.sh elan.lean-lang.org fluxcd.io/install.sh fly.io/install.sh foundry.paradigm.xyz
    get-ghcup.haskell.org get.docker.com get.helm.sh get.k3s.io get.opentofu.org get.pnpm.io/install.sh get.pulumi.com
    get.scoop.sh get.sdkman.io get.volta.sh install.determinate.systems install.julialang.org install.python-poetry.org
    istio.io/downloadIstio mise.jdx.dev mise.run nixos.org/nix/install ollama.com/install.sh pyenv.run
    raw.githubusercontent.com/Homebrew/install/HEAD/install.sh
    raw.githubusercontent.com/anchore/grype/main/install.sh raw.githubusercontent.com/anchore/syft/main/install.sh
    raw.githubusercontent.com/aquasecurity/trivy/main/contrib/install.sh
    raw.githubusercontent.com/helm/helm/main/scripts/
    raw.githubusercontent.com/nvm-sh/nvm/ raw.githubusercontent.com/ohmyzsh/ohmyzsh/master/tools/install.sh
    release.anza.xyz/ run.linkerd.io/install run.linkerd.io/install-edge sdk.cloud.google.com sh.rustup.rs
    starship.rs/install.sh tailscale.com/install.sh win.rustup.rs
"""
_INSTALLERS = frozenset(_KNOWN.split())


def is_installer(address: str) -> bool:
    """Whether an address is that of a well-known installer."""
    scheme, _, place = address.partition("://")
    place = place.partition("?")[0]
    folders = (place[: at + 1] for at, char in enumerate(place[:200]) if char == "/")
    return scheme == "https" and (place.rstrip("/") in _INSTALLERS or not _INSTALLERS.isdisjoint(folders))
