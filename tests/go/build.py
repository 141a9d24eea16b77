"""Compiles the Go programs that check our work with other people's code."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.tools import need

#: Where Debian's golang-golang-x-mod-dev puts its sources.
GOPATH = Path("/usr/share/gocode")


def checklog(folder: Path) -> Path:
    """The program `checklog`, compiled into `folder`; the test is skipped where Go or golang.org/x/mod is missing."""
    go = need("go")
    if not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        message = "golang.org/x/mod is not installed (Debian: golang-golang-x-mod-dev)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    program, source = folder / "checklog", Path(__file__).with_name("checklog.go")
    settings = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "", "CGO_ENABLED": "0"}
    subprocess.run([go, "build", "-o", program, source], check=True, env=os.environ | settings)
    return program
