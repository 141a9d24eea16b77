"""What becomes of a pack that is posted to `packyard bridge`: it is checked as by `packyard validate`, signed, and
submitted as by `packyard submit`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path

from packyard.bridge.posting import Submission, found_problems, told
from packyard.bridge.values import Refused, Response, answered
from packyard.cli.keys import find_signer, publisher_of
from packyard.cli.options import ORIGIN, Route
from packyard.cli.packs import describe, sign_files
from packyard.cli.starting import Start, begin
from packyard.cli.terminal import printable
from packyard.edges.bridge import Publishing
from packyard.edges.bridge_submit import FOLDER, Ran, is_clone, submit, unpacked
from packyard.edges.commits import author_of
from packyard.edges.keys import MinisignSigner
from packyard.edges.workfolder import write_file
from packyard.errors import Problem, UsageError, WorldError
from packyard.formats import tarball
from packyard.submitting.changes import Hand, release

#: The least characters of a token: it can be guessed ten times a minute.
TOKEN_LENGTH = 16

_CODE = re.compile(r"error\[([a-z-]+)\]")
#: How `packyard submit` says that there is nothing to do.
_PUBLISHED = " is published already, just as it is here"
_STATUS = {"version-exists": 409, "branch-exists": 409, "key-unknown": 403, "key-not-valid": 403, "owner-mismatch": 403}


def publishing(repo: str, key: str, token: str) -> Publishing:
    """How packs are taken. The key is unlocked, and has to be a publisher's of the registry that `repo` is a clone or
    the address of; git has to know who commits. Raises `UsageError`, `WorldError`.
    """
    if len(token) < TOKEN_LENGTH or not (token.isascii() and token.isprintable()):
        message, hint = "no token says who may post packs", "such as what `openssl rand -hex 24` prints"
        expected = f"PACKYARD_BRIDGE_TOKEN with {TOKEN_LENGTH} characters or more"
        raise UsageError("usage-wrong", message, expected=expected, help=hint)
    signer, start = find_signer(key), begin(_route(repo))
    author_of(start.repository)
    handle = publisher_of(signer, start.tree.authority()).handle
    words = f"packs that are posted are signed as {handle} with key {signer.key_id}, and submitted to {_place(start)}"
    return Publishing(token, partial(_submit, repo, key, signer, handle, start.tree.registry().limits), words)


def _route(repo: str) -> Route:
    here = is_clone(repo)
    return Route(Path(repo if here else "."), "" if here else repo, ORIGIN, "", "", "auto", False, None, True)


def _place(start: Start) -> str:
    return printable(start.way.fork.shown if start.way else str(start.folder))


def _submit(
    repo: str, key: str, signer: MinisignSigner, handle: str, limits: Mapping[str, int], submission: Submission
) -> Response:
    """The answer to a pack that was posted. Raises `Refused`."""
    with unpacked(submission.files) as folder:
        described = describe(folder, limits)
        if described.problems:
            problems = tuple(_here(each, folder) for each in described.problems)
            raise found_problems("the registry would not take this pack", problems)
        signature = sign_files(described, signer)
        for path, data in signature.items():
            write_file(folder / path, data)
        try:
            ran = submit(folder, repo, key)
        except WorldError as error:
            raise Refused(504, error.problem.message, code=error.problem.code) from None
    files, comment = {**described.folder.files, **signature}, f"{submission.name} {submission.version}"
    hand = Hand(handle, signer.public_key, comment)
    return _answer(ran, submission, release(submission.name, submission.version, "", files, hand).branch, files)


def _answer(ran: Ran, submission: Submission, branch: str, files: Mapping[str, bytes]) -> Response:
    if ran.code:
        raise _refusal(ran)
    published = any(_PUBLISHED in line for line in ran.said)
    packed = tarball.compress(tarball.format_tar(files.items()))
    page = next((line for line in ran.out.splitlines() if line.startswith(("https://", "http://"))), None)
    return answered(
        {
            "name": submission.name,
            "version": submission.version,
            "integrity": f"sha256-{sha256(packed).hexdigest()}",
            "submission": None if published else {"branch": branch, "page": page},
            "said": list(ran.said),
            "notes": [told(each) for each in submission.notes],
        },
        200 if published else 201,
    )


def _refusal(ran: Ran) -> Refused:
    """What is said when `packyard submit` did not bring the pack on its way."""
    codes = [match[1] for line in ran.said if (match := _CODE.match(line))]
    first = next((line for line in ran.said if _CODE.match(line)), "the submission failed")
    status = next((_STATUS[code] for code in codes if code in _STATUS), 0)
    by_exit = {1: 422, 3: 502}
    return Refused(status or by_exit.get(ran.code, 500), first, findings=list(ran.said))


def _here(problem: Problem, folder: Path) -> Problem:
    """A problem by its place in the pack, not in this machine."""
    return problem._replace(path=problem.path.replace(str(folder), FOLDER))
