"""The program's own environment: `.venv/` in the checkout, made from the locked lists in `requirements/`.

`build.py` and `python -m tests` call `enter` before they import anything else, so either works on a machine that has
Python and git alone:

    python3 build.py        makes .venv/ from requirements/lock.txt when it must, and goes on in it
    python3 -m tests        the same with requirements/dev.txt, which holds lock.txt and what the tests need

Every file that is installed has its hash in the list. Nothing is compiled, because a build would fetch tools that no
list names. The checkout itself is not installed: a `.pth` file makes it importable and a script of two lines is the
command `.venv/bin/packyard`. An editable installation would do no more, and needs a build backend for it.

The stamp `.venv/packyard.txt` says what the environment was made for, verbatim: the Python, the path of the checkout,
`lock.txt` and, when the tests run in it, `dev.txt`. It is written last, so an environment with the right stamp is
whole; another Python, a moved checkout or a changed list makes a new one. To look takes a few small reads, no import.

With `PACKYARD_NO_VENV` set, the Python that runs is taken to have the packages already: in an image, say.
"""

from __future__ import annotations

import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_VENV = os.path.join(_ROOT, ".venv")
_ASIDE = os.path.join(_ROOT, ".venv.old")
_PYTHON = os.path.join(_VENV, "bin", "python")
_STAMP = os.path.join(_VENV, "packyard.txt")
_PROGRAM = os.path.join(_ROOT, "requirements", "lock.txt")
_TESTS = os.path.join(_ROOT, "requirements", "dev.txt")

#: Debian keeps pip apart from Python. Its package of it is fetched and unpacked here: that takes no rights and changes
#: nothing on the machine. apt checks it against Debian's signature, with package lists of its own where there are none.
_DEBIAN = """
set -e
"$1" -m venv --without-pip "$2"
mkdir -p "$2/apt/partial"
cd "$2/apt"
fetch="apt-get download python3-pip-whl"
own="-o Dir::State::Lists=./ -o Dir::Cache=./"
$fetch || { apt-get update $own; $fetch $own; }
dpkg-deb --extract python3-pip-whl_*.deb .
pip=$(echo usr/share/python-wheels/pip-*.whl)
"$2/bin/python" "$pip/pip" install --no-index "$pip"
rm -r ../apt
"""

#: The checkout as seen from `.venv/lib/python3.11/site-packages/`. Relative, because Python reads such a file in the
#: encoding of the locale and does not start at all when a path in it is not of that encoding.
_CHECKOUT = "../../../..\n"

_OLD = "name a newer one on the command line, such as python3.12"
_NO_INSTALLER = "on Debian: apt-get install python3-venv"
_NO_PACKAGES = "pip takes packages from the registry that it is set to use: can this machine reach it?"


def enter(*command: str, tests: bool = False) -> None:
    """Goes on in the environment: returns when it is the one that runs, else runs `command` in it, in this one's place.

    `command` is what stands after `python` on a command line; the arguments of this process follow it. An environment
    that is missing or stale is made first, with `tests` one that has what the tests need, too. If that fails, says why
    and exits with 3, and what was there before is there again.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python says what is wrong, not where it stumbled
        raise _failure(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}", _OLD)
    if os.environ.get("PACKYARD_NO_VENV"):
        return
    wanted = _wanted(tests)
    ready = _is_ready(wanted)
    if not ready:
        _make_alone(wanted, _TESTS if tests else _PROGRAM)
    if not (ready and _is_inside()):
        os.execv(_PYTHON, [_PYTHON, *command, *sys.argv[1:]])  # noqa: S606 - a shell has no part in this


def _wanted(tests: bool) -> str:
    """What the stamp begins with. The tests' begins with the program's: what suits the tests suits the program."""
    lists = (_PROGRAM, _TESTS) if tests else (_PROGRAM,)
    return "\n".join((sys.implementation.cache_tag, _ROOT, *map(_read, lists)))


def _is_ready(wanted: str) -> bool:
    return os.access(_PYTHON, os.X_OK) and _read(_STAMP).startswith(wanted)


def _is_inside() -> bool:
    """Whether the Python that runs is the environment's: by the name it was called, for the file is the system's."""
    return os.path.samefile(os.path.dirname(sys.executable), os.path.dirname(_PYTHON))


def _make_alone(wanted: str, packages: str) -> None:
    """Makes the environment unless another process has done so meanwhile; puts the old one back if that fails."""
    import fcntl
    import shutil

    with open(_PROGRAM, "r+b") as guard:  # for writing, which a lock over NFS demands
        fcntl.flock(guard, fcntl.LOCK_EX)
        os.set_inheritable(guard.fileno(), True)  # an installer that outlives this process keeps the next one waiting
        if _is_ready(wanted):
            return
        print("making the environment in .venv (once)…", file=sys.stderr)
        shutil.rmtree(_ASIDE, ignore_errors=True)
        if os.path.lexists(_VENV):
            os.rename(_VENV, _ASIDE)
        try:
            _make(packages)
            _write(_STAMP, wanted)
        except BaseException:
            shutil.rmtree(_VENV, ignore_errors=True)
            if os.path.lexists(_ASIDE):
                os.rename(_ASIDE, _VENV)
            raise
        shutil.rmtree(_ASIDE, ignore_errors=True)


def _make(packages: str) -> None:
    create, install = _tools()
    _run(create, _NO_INSTALLER)
    _run([*install, "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", packages], _NO_PACKAGES)
    library = f"python{sys.version_info.major}.{sys.version_info.minor}"
    _write(os.path.join(_VENV, "lib", library, "site-packages", "packyard.pth"), _CHECKOUT)
    _write_command(os.path.join(_VENV, "bin", "packyard"))
    # Where Python is told to write no bytecode, every start would compile the whole program again.
    _outcome([_PYTHON, "-m", "compileall", "-q", os.path.dirname(os.path.abspath(__file__))])


def _tools() -> tuple[list[str], list[str]]:
    """The command that makes an empty environment and the one that installs into it, as this machine has them."""
    from importlib.util import find_spec
    from shutil import which

    python = getattr(sys, "_base_executable", sys.executable)  # the one behind an environment, which may be replaced
    venv = [python, "-m", "venv"]
    if find_spec("ensurepip"):
        return [*venv, _VENV], [_PYTHON, "-m", "pip", "install"]
    if _outcome([python, "-m", "pip", "--version"])[0] == 0:
        return [*venv, "--without-pip", _VENV], [python, "-m", "pip", "--python", _PYTHON, "install"]
    if uv := which("uv"):
        return [*venv, "--without-pip", _VENV], [uv, "pip", "install", "--python", _PYTHON]
    if virtualenv := which("virtualenv"):
        return [virtualenv, "--python", python, _VENV], [_PYTHON, "-m", "pip", "install"]
    if which("apt-get"):
        return ["/bin/sh", "-c", _DEBIAN, "sh", python, _VENV], [_PYTHON, "-m", "pip", "install"]
    raise _failure("this Python has neither ensurepip nor pip, and there is no uv or virtualenv", _NO_INSTALLER)


def _run(command: list[str], hint: str) -> None:
    code, said = _outcome(command)
    if code:
        raise _failure("\n".join(("the environment could not be made", *said.strip().splitlines()[-8:])), hint)


def _outcome(command: list[str]) -> tuple[int, str]:
    """The exit code and what was said."""
    from subprocess import PIPE, STDOUT, run

    settings = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"}
    done = run(  # noqa: S603 - the command is ours
        command,
        env=os.environ | settings,
        stdout=PIPE,
        stderr=STDOUT,
        text=True,
        errors="replace",
        close_fds=False,
        check=False,
    )
    return done.returncode, done.stdout


def _write_command(path: str) -> None:
    """The command `packyard`. By -P, a folder called packyard where it is run is not taken for the program."""
    from shlex import quote

    _write(path, f'#!/bin/sh\nexec {quote(_PYTHON)} -P -m packyard "$@"\n')
    os.chmod(path, 0o755)  # noqa: S103 - a command is for everyone


def _read(path: str) -> str:
    """The text of a file of ours, or "" when there is none. A path of any bytes survives being written and read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def _failure(message: str, hint: str) -> SystemExit:
    """Says what is wrong. The exit code is that of a world that did not do its part (`packyard.errors.WorldError`)."""
    print(f"error: {message}\n  help: {hint}", file=sys.stderr)
    return SystemExit(3)
