"""What secrets look like: the tokens that issuers mark with a prefix, and how made-up ones differ from real ones.

A token of a known kind has its issuer's prefix, length and alphabet, so it needs no name beside it to be recognised:

    ghp_ and 36 letters or digits         a GitHub token
    AKIA and 16 capitals or digits        an AWS access key
    AGE-SECRET-KEY-1 and 58 characters    an age secret key

`KINDS` is the table. Documentation is full of values that only show the shape; `made_up` knows them by what they say
(`YOUR_API_KEY`, `AKIAIOSFODNN7EXAMPLE`, `ghp_xxxxxxxx`), `doubtful` by their order (`abcdef…`, `a1b2a1b2…`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from math import log2
from typing import NamedTuple

ALPHANUMERIC = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Kind(NamedTuple):
    """One kind of token: `heads` are what it may begin with, `rest` the pattern of what follows. It is `sure` when
    nothing else looks like it; `apart` when a letter or digit next to it means that it is a part of something else;
    `firm` when its form leaves no room for making it up.
    """

    name: str
    heads: tuple[bytes, ...]
    rest: bytes
    sure: bool = True
    apart: bool = False
    firm: bool = False


_GITHUB = (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_")
_GITLAB = (b"glpat-", b"glptt-", b"glrt-", b"gldt-", b"glcbt-", b"glft-", b"glsoat-", b"glimt-")
_MINISIGN = (b"RWRTY0Iy", b"RWQAAEIy")
#: How the base64 of PKCS #8 (RSA, Ed25519, P-256), PKCS #1 (2,048 and 4,096 bits) and OpenSSH begins.
_BARE_KEY = (
    b"ANBgkqhkiG9w0BAQEFAASC",
    b"MC4CAQAwBQYDK2VwBCIEI",
    b"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
    b"IBAAKCAQEA",
    b"IBAAKCAgEA",
    b"b3BlbnNzaC1rZXktdjEA",
)
_NOTE = rb"[\w./:-]{1,100}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40,100}={0,2}"

#: Every kind, the surer of two that begin alike first.
KINDS: tuple[Kind, ...] = (
    Kind("a GitHub token", _GITHUB, rb"[A-Za-z0-9]{36,255}"),
    Kind("a GitHub token", (b"github_pat_",), rb"\w{60,255}"),
    Kind("a GitLab token", _GITLAB, rb"[\w-]{20,255}"),
    Kind("an AWS access key", (b"AKIA", b"ASIA"), rb"[A-Z0-9]{16}", apart=True),
    Kind("a Slack token", (b"xox",), rb"[abcdeoprs]-[A-Za-z0-9-]{24,255}"),
    Kind("a Slack token", (b"xapp-",), rb"\d-[A-Z0-9]{6,20}-\d{6,20}-[a-z0-9]{32,128}"),
    Kind(
        "a Slack webhook", (b"hooks.slack.com/",), rb"(?:services|workflows|triggers)/[TE][A-Z0-9]{5,15}/[\w/]{20,128}"
    ),
    Kind("a Discord webhook", (b"/api/webhooks/",), rb"\d{17,20}/[\w-]{60,100}"),
    Kind("an Anthropic key", (b"sk-",), rb"ant-[\w-]{32,255}"),
    Kind("an OpenAI key", (b"sk-",), rb"(?:proj|svcacct|admin)-[\w-]{40,255}"),
    Kind("an OpenAI key", (b"sk-",), rb"[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    Kind("an OpenRouter key", (b"sk-",), rb"or-v1-[0-9a-f]{64}"),
    Kind("a Stripe key", (b"sk_", b"rk_"), rb"live_[A-Za-z0-9]{16,255}"),
    Kind("a Stripe webhook secret", (b"whsec_",), rb"[A-Za-z0-9+/]{32,128}"),
    Kind("a Google API key", (b"AIza",), rb"[\w-]{35}", apart=True),
    Kind("a Google client secret", (b"GOCSPX-",), rb"[\w-]{28}"),
    Kind("a Google access token", (b"ya29.",), rb"[\w-]{40,255}"),
    Kind("an npm token", (b"npm_",), rb"[A-Za-z0-9]{36}", apart=True),
    Kind("a PyPI token", (b"pypi-AgE",), rb"[\w-]{50,255}"),
    Kind("a RubyGems key", (b"rubygems_",), rb"[0-9a-f]{48}"),
    Kind("a Docker token", (b"dckr_pat_",), rb"[\w-]{27,64}"),
    Kind("a Hugging Face token", (b"hf_",), rb"[A-Za-z0-9]{34}", apart=True),
    Kind("a DigitalOcean token", (b"dop_v1_", b"doo_v1_", b"dor_v1_"), rb"[0-9a-f]{64}"),
    Kind("a SendGrid key", (b"SG.",), rb"[\w-]{22}\.[\w-]{43}", apart=True),
    Kind("a Vault token", (b"hvs.", b"hvb.", b"hvr."), rb"[\w-]{24,255}", apart=True),
    Kind("a Groq key", (b"gsk_",), rb"[A-Za-z0-9]{52}"),
    Kind("an xAI key", (b"xai-",), rb"[A-Za-z0-9]{80}"),
    Kind("a Perplexity key", (b"pplx-",), rb"[A-Za-z0-9]{48}"),
    Kind("a Replicate token", (b"r8_",), rb"[A-Za-z0-9]{37}", apart=True),
    Kind("an NVIDIA key", (b"nvapi-",), rb"[\w-]{60,80}"),
    Kind("a Linear key", (b"lin_api_", b"lin_oauth_"), rb"[A-Za-z0-9]{32,64}"),
    Kind("a Notion token", (b"ntn_",), rb"[A-Za-z0-9]{40,50}", apart=True),
    Kind("a Notion token", (b"secret_",), rb"[A-Za-z0-9]{43}", apart=True),
    Kind("a Supabase token", (b"sbp_",), rb"[0-9a-f]{40}", apart=True),
    Kind("a Supabase token", (b"sb_secret_",), rb"[\w-]{20,64}"),
    Kind("a Shopify token", (b"shpat_", b"shpss_", b"shpca_", b"shppa_"), rb"[0-9a-fA-F]{32}"),
    Kind("an Atlassian token", (b"ATATT3", b"ATCTT3"), rb"[\w-]{60,255}=?[0-9A-F]{0,8}"),
    Kind("a Bitbucket token", (b"ATBB",), rb"[A-Za-z0-9]{32}", apart=True),
    Kind("a Square token", (b"sq0atp-", b"sq0csp-", b"sq0idp-"), rb"[\w-]{22,43}"),
    Kind(
        "a Doppler token", (b"dp.",), rb"(?:pt|ct|sa|scim|audit|st(?:\.[\w-]{2,35})?)\.[A-Za-z0-9]{40,44}", apart=True
    ),
    Kind("a Firebase server key", (b":APA91b",), rb"(?<=AAAA[\w-]{7}:APA91b)[\w-]{100,200}"),
    Kind("a Terraform Cloud token", (b".atlasv1.",), rb"(?<=[A-Za-z0-9]{14}\.atlasv1\.)[\w-]{60,70}"),
    Kind("an Azure client secret", (b"8Q~",), rb"(?<=[\w.~-]{3}8Q~)[\w.~-]{31,34}"),
    Kind("a Sentry token", (b"sntrys_",), rb"eyJ[\w+/=-]{60,400}"),
    Kind("a Sentry token", (b"sntryu_",), rb"[0-9a-f]{64}"),
    Kind("a Grafana token", (b"glsa_",), rb"[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    Kind("a Grafana token", (b"glc_",), rb"eyJ[A-Za-z0-9+/]{60,400}={0,2}"),
    Kind("a New Relic key", (b"NRAK-",), rb"[A-Z0-9]{27}"),
    Kind("a Figma token", (b"figd_", b"figo_"), rb"[\w-]{40,60}"),
    Kind("an Airtable token", (b"pat",), rb"[A-Za-z0-9]{14}\.[0-9a-f]{64}", apart=True),
    Kind("a HubSpot token", (b"pat-",), rb"(?:na|eu|ap)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", apart=True),
    Kind("a Netlify token", (b"nfp_",), rb"[A-Za-z0-9]{36,40}", apart=True),
    Kind("a Pulumi token", (b"pul-",), rb"[0-9a-f]{40}", apart=True),
    Kind("a PlanetScale token", (b"pscale_",), rb"(?:tkn|pw|oauth)_[\w-]{32,64}"),
    Kind("a Heroku key", (b"HRKU-",), rb"[\w-]{36,64}"),
    Kind("a Brevo key", (b"xkeysib-",), rb"[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    Kind("a LangSmith key", (b"lsv2_",), rb"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    Kind("a Mapbox token", (b"sk.eyJ",), rb"[\w-]{40,255}\.[\w-]{22}", apart=True),
    Kind("a 1Password token", (b"ops_eyJ",), rb"[\w-]{200,2000}=?"),
    Kind("a Dynatrace token", (b"dt0c01.",), rb"[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    Kind("a SonarQube token", (b"squ_", b"sqp_", b"sqa_"), rb"[0-9a-f]{40}", apart=True),
    Kind("a Postman key", (b"PMAK-",), rb"[0-9a-f]{24}-[0-9a-f]{34}"),
    Kind("a Tailscale key", (b"tskey-",), rb"[a-z]{2,12}-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{16,64}"),
    Kind("a Databricks token", (b"dapi",), rb"[0-9a-f]{32}", apart=True),
    Kind("an Azure storage key", (b"AccountKey=",), rb"[A-Za-z0-9+/]{86}=="),
    Kind("an age secret key", (b"AGE-SECRET-KEY-",), rb"(?:PQ-)?1[0-9A-Z]{58,255}"),
    Kind("a minisign secret key", _MINISIGN, rb"[A-Za-z0-9+/]{140,204}={0,2}", firm=True),
    Kind("a signify secret key", (b"RWRCSw",), rb"[A-Za-z0-9+/]{100,134}={0,2}", firm=True),
    Kind("a note signer's key", (b"PRIVATE+KEY+",), _NOTE),
    Kind("a private key", _BARE_KEY, rb"[A-Za-z0-9+/]{24,255}+(?!\.{3}|\xe2\x80\xa6)"),
    Kind("a GitHub token", _GITHUB, rb"[A-Za-z0-9]{20,35}", sure=False),
    Kind("an API key", (b"sk-", b"sk_", b"rk_"), rb"(?:test_)?[A-Za-z0-9]{24,128}", sure=False, apart=True),
    Kind("a Mailgun or Twilio key", (b"key-", b"SK"), rb"[0-9a-f]{32}", sure=False, apart=True),
    Kind("a Telegram bot token", (b":AA",), rb"(?<=\d{8}:AA)[\w-]{33}", sure=False, apart=False),
    Kind("a Square token", (b"EAAA",), rb"[\w-]{60}", sure=False, apart=True),
    Kind("the hash of a password", (b"$apr1$", b"$1$"), rb"[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}", sure=False),
    Kind("the hash of a password", (b"$2a$", b"$2b$", b"$2y$"), rb"\d\d\$[./A-Za-z0-9]{53}", sure=False),
    Kind(
        "the hash of a password",
        (b"$5$", b"$6$", b"$y$"),
        rb"(?:[\w=]{3,20}\$)?[./A-Za-z0-9]{1,32}\$[./A-Za-z0-9]{43,86}",
        sure=False,
    ),
    Kind(
        "the hash of a password", (b"$argon2i",), rb"d?\$v=\d\d\$[\w=,]{5,40}\$[\w+/]{8,90}\$[\w+/]{20,120}", sure=False
    ),
    Kind("a JSON Web Token", (b".eyJ",), rb"[\w-]{4,8000}+\.[\w-]{20,1000}", sure=False),
)

#: The one token without a head: a number in base64 between 10^16 and 10^19 (when it is only likely, anything that
#: begins as one), a time and a hash, with dots between.
_BOT_NUMBER = re.compile(rb"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){5,6}[\w-]{0,3}\Z")
_BOT_NAME = re.compile(rb"(?<![\w.-])[MNO][\w-]{22,27}\Z")
_BOT_REST = re.compile(rb"\.[\w-]{6,7}\.[\w-]{27,40}")

#: What tokens are made of, and how much of it each of them has at least.
_CHARACTERS, _SHORTEST = ALPHANUMERIC + b"_-.:/+=$~", 20
#: As much of both ends of a token is looked at to tell whether it is made up.
_JUDGED = 40

#: Values that their issuers publish as examples, by a part of each.
_PUBLISHED = (b"Eby8vdM02xNOcqFl", b"eyJzdWIiOiIxMjM0NTY3ODkwIi", b"4eC39HqLyjWD", b"550e8400-e29b-41d4")
_SAID = re.compile(
    rb"your|example|placeholder|dummy|fake|redacted|insert|replace|change[_-]?me|goes[_-]?here|x{4}|\*{3}|\.{3}|"
    rb"[<>{}]|\xe2\x80\xa6|process\.env|environ|%s|not[_-]?a[_-]?real",
    re.IGNORECASE,
)
_WORD = re.compile(rb"(?:[A-Z]?[a-z]{2,15}|[A-Z]{2,12})[0-9]{0,4}|[0-9]+|[A-Za-z0-9]{1,3}|")
_BETWEEN_WORDS = re.compile(rb"[-_./:@ ]")


class Token(NamedTuple):
    """Something with the form of a token: what kind of it, its characters, where it begins, whether it is sure."""

    kind: str
    value: bytes
    start: int
    sure: bool


def tokens(data: bytes) -> Iterator[Token]:
    """Every token in `data` that is not made up; one that may be is not sure."""
    dense = b"\n".join(data[start:end] for start, end in runs(data, _CHARACTERS, _SHORTEST))
    if _BOT_REST.search(dense):
        yield from _bot_tokens(data)
    for head, kinds in _by_head().items():
        end = 0 if head in dense else len(data)
        while (start := data.find(head, end)) >= 0:
            end = start + len(head)
            if found := _token(data, start, end, kinds):
                kind, value = found
                end = start + len(value)
                yield from _judged(kind, value, start)


def _judged(kind: Kind, value: bytes, start: int) -> Iterator[Token]:
    ends = value[:_JUDGED] + value[_JUDGED:][-_JUDGED:]
    if kind.firm and entropy(value) > 3:
        yield Token(kind.name, value, start, True)
    elif not made_up(ends) and not in_words(ends):
        yield Token(kind.name, value, start, kind.sure and not doubtful(value[3:][-2 * _JUDGED :]))


def runs(data: bytes, characters: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Where at least `least` of these characters stand together: starts and ends. Far faster than a pattern."""
    mask = data.translate(bytes(255 if byte in characters else 0 for byte in range(256)))
    wanted, end = b"\xff" * least, 0
    while (start := mask.find(wanted, end)) >= 0:
        end = mask.find(b"\0", start)
        end = len(data) if end < 0 else end
        yield start, end


def _bot_tokens(data: bytes) -> Iterator[Token]:
    for match in _BOT_REST.finditer(data):
        place = max(0, match.start() - 28), match.start()
        if number := _BOT_NUMBER.search(data, *place):
            yield Token("a Discord bot token", number[0] + match[0], number.start(), True)
        elif (
            (name := _BOT_NAME.search(data, *place))
            and not in_words(value := name[0] + match[0])
            and not made_up(value)
        ):
            yield Token("a Discord bot token", value, name.start(), False)


@cache
def _by_head() -> Mapping[bytes, tuple[Kind, ...]]:
    heads = dict.fromkeys(head for kind in KINDS for head in kind.heads)
    return {head: tuple(kind for kind in KINDS if head in kind.heads) for head in heads}


def _token(data: bytes, start: int, end: int, kinds: tuple[Kind, ...]) -> tuple[Kind, bytes] | None:
    """The token whose head goes from `start` to `end`, and its kind."""
    inside = data[max(0, start - 1) : start].isalnum()
    for kind in kinds:
        match = None if inside and kind.apart else _rest(kind).match(data, end)
        if match and not (kind.apart and data[match.end() : match.end() + 1].isalnum()):
            return kind, data[start : match.end()]
    return None


@cache
def _rest(kind: Kind) -> re.Pattern[bytes]:
    return re.compile(kind.rest)


def made_up(value: bytes) -> bool:
    """Whether a value says that it stands for another one: by its words, or by one character over and over."""
    commonest = max(map(value.count, set(value)), default=0)
    return commonest * 2 > len(value) or _SAID.search(value) is not None or any(part in value for part in _PUBLISHED)


def doubtful(value: bytes) -> bool:
    """Whether somebody may have typed the value to show a shape: its characters follow each other, or repeat."""
    steps = sum(second - first in (0, 1) for first, second in pairwise(value))
    return steps * 3 > len(value) or entropy(value) < 3


def in_words(value: bytes) -> bool:
    """Whether the value is words and numbers with separators between, as names and paths are."""
    return all(_WORD.fullmatch(part) for part in _BETWEEN_WORDS.split(value))


def entropy(value: bytes) -> float:
    """Bits of information in a character of the value, by how often each occurs in it."""
    shares = [value.count(byte) / len(value) for byte in set(value)]
    return -sum(share * log2(share) for share in shares)
