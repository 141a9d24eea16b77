"""Opening a pull request through GitHub's API: https://docs.github.com/rest/pulls/pulls#create-a-pull-request.

A token is sent to the API of the registry's own host and nowhere else: those that are named for GitHub itself never
leave for another host, unless the API was named by PACKYARD_GITHUB_API. Redirections are not followed, and a token is
never part of what is shown. An answer that is no pull request becomes an error that says what to do about it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from packyard.errors import UsageError, WorldError
from packyard.submitting.addresses import Address, github_api, without_user
from packyard.submitting.changes import Change
from packyard.submitting.proposals import Way

API, TOKEN = "PACKYARD_GITHUB_API", "PACKYARD_GITHUB_TOKEN"  # names of variables
_GITHUB_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
_ENTERPRISE_TOKENS = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
CONNECT_SECONDS, READ_SECONDS, LIMIT = 10, 30, 1_000_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TOKEN = re.compile(r"[!-~]{1,500}")
_SECONDS = re.compile(r"[0-9]{1,10}")
_PAGE = re.compile(r"https?://[!-~]{1,500}")


class Access(NamedTuple):
    """The API of a forge, and the token that it gets; the token is in no text that is shown."""

    api: str
    token: str

    def __repr__(self) -> str:
        return f"Access({self.api})"


class Answer(NamedTuple):
    """What came back: `fields` is the JSON document, None for one that is none; `wait` says how many seconds to wait
    before the next request, "" when nothing is said of that.
    """

    status: int
    fields: Any
    wait: str = ""


class Opened(NamedTuple):
    """A pull request: its page, and whether it is new."""

    page: str
    new: bool


def find_access(upstream: Address, environ: Mapping[str, str]) -> Access | None:
    """The API of the repository's host with a token for it, None without one. Raises `UsageError`."""
    named = environ.get(API, "")
    api = (named or github_api(upstream)).rstrip("/")
    own = bool(named) or urlsplit(api).hostname == "api.github.com"
    candidates = (TOKEN, *(_GITHUB_TOKENS if own else _ENTERPRISE_TOKENS))
    token = next((found for name in candidates if (found := environ.get(name, "").strip())), "")
    if not token:
        return None
    parts = urlsplit(api)
    if without_user(api) != api or not (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    ):
        message, expected = "a token is sent over https only", "https://HOST/PATH, without a user"
        hint = f"correct {API}, or unset it"
        raise UsageError("usage-wrong", message, path=API, expected=expected, found=without_user(api), help=hint)
    if not _TOKEN.fullmatch(token):
        hint = f"correct {' or '.join(candidates)}, or unset it: then the page to open is printed"
        raise UsageError(
            "usage-wrong", "the token for GitHub is not one", expected="printable ASCII without spaces", help=hint
        )
    return Access(api, token)


def open_pull_request(access: Access, way: Way, change: Change) -> Opened:
    """Opens the pull request, or finds the one that is open already. Raises `WorldError` `forge-refused`."""
    head = f"{way.fork.owner}:{change.branch}"
    pulls = f"/repos/{quote(way.upstream.path)}/pulls"
    asked = {"title": change.title, "body": change.body, "head": head, "base": way.base}
    answer = _call(access, "POST", pulls, asked)
    if answer.status == 201 and (page := _page(answer.fields)):
        return Opened(page, True)
    if answer.status == 422:
        query = urlencode({"head": head, "base": way.base, "state": "open"})
        found = _call(access, "GET", f"{pulls}?{query}")
        listed = found.fields if found.status == 200 and isinstance(found.fields, list) else []
        if listed and (page := _page(listed[0])):
            return Opened(page, False)
    raise WorldError(
        "forge-refused",
        f"GitHub answered {answer.status}",
        path=access.api + pulls,
        expected="201",
        found=_words(answer.fields).replace(access.token, "…"),
        help=_advice(answer),
    )


def _advice(answer: Answer) -> str:
    """What to do about an answer; see https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api."""
    if answer.wait:
        return f"GitHub has had too many requests: run the same command again in {answer.wait} seconds"
    if answer.status >= 500:
        return "GitHub has trouble of its own: run the same command again later"
    if 300 <= answer.status < 400:
        return "the registry has another name now: say it with --upstream OWNER/REPO, or `git remote set-url`"
    return _ADVICE.get(answer.status, "")


_ADVICE = {
    401: f"the token is wrong or has expired: put a new one into {TOKEN}",
    403: "the token needs the right to write pull requests of the registry, or must be let in by its organisation",
    404: "the token does not see the registry, or there is none of this name: --upstream OWNER/REPO names it",
    422: "GitHub says what it takes for wrong; most often that is --base, or --upstream",
    429: "GitHub has had too many requests: run the same command again later",
}


def _call(access: Access, method: str, path: str, fields: Mapping[str, str] | None = None) -> Answer:
    """One request and its answer. Raises `WorldError` `network-failed`."""
    import urllib3
    from urllib3.exceptions import HTTPError

    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {access.token}",
        "Content-Type": "application/json",
        "User-Agent": "packyard",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    body = None if fields is None else json.dumps(fields).encode()
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
        try:
            response = pool.request(
                method, access.api + path, body=body, headers=headers, preload_content=False, redirect=False
            )
            data = response.read(LIMIT + 1, decode_content=True)
        except HTTPError as error:
            found = str(error).replace(access.token, "…")
            raise WorldError("network-failed", "the forge cannot be asked", path=access.api, found=found) from None
    return Answer(response.status, _document(data), _wait(response.status, response.headers))


def _wait(status: int, headers: Mapping[str, str]) -> str:
    """The seconds after which a limited request may be made again, "" when it was not limited, or nobody knows."""
    said, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if status not in (403, 429):
        return ""
    if _SECONDS.fullmatch(said):
        return said
    limited = headers.get("x-ratelimit-remaining") == "0" and _SECONDS.fullmatch(reset)
    return str(max(int(reset) - int(time.time()), 1)) if limited else ""


def _document(data: bytes) -> Any:
    if len(data) > LIMIT:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _page(answer: Any) -> str:
    page = answer.get("html_url") if isinstance(answer, dict) else ""
    return page if isinstance(page, str) and _PAGE.fullmatch(page) else ""


def _words(answer: Any) -> str:
    """What the forge says is wrong, in its own words."""
    if not isinstance(answer, dict):
        return ""
    errors = answer.get("errors")
    more = [each.get("message") for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return "; ".join(str(word) for word in (answer.get("message"), *more) if word)
