"""Secrets in files: every kind of token, however it is written down, and the many values that are none.

No token stands in this file: each is put together when a test runs, so that nobody who scans the repository stumbles
over it.
"""

from __future__ import annotations

import json
from base64 import b64encode, encodebytes, urlsafe_b64encode
from hashlib import sha256
from itertools import count, islice
from time import process_time

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from packyard.gate.patterns import KINDS, in_words, made_up
from packyard.gate.secrets import CHECKS, CODES, MOST, Secret, scan
from tests.gate.bed import candidate

DIGITS, LOWER, UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABETS = {
    "a": LOWER + UPPER + DIGITS,
    "b": LOWER + UPPER + DIGITS + "+/",
    "d": DIGITS,
    "h": DIGITS + "abcdef",
    "l": LOWER,
    "s": LOWER + DIGITS,
    "u": UPPER + DIGITS,
    "w": LOWER + UPPER + DIGITS + "_-",
}

#: Every kind of token: what it is called, how it begins, and what follows: literals, and as many of an alphabet.
# fmt: off
SURE = (
    ("a GitHub token", "ghp_", ("a36",)), ("a GitHub token", "gho_", ("a36",)), ("a GitHub token", "ghu_", ("a36",)),
    ("a GitHub token", "ghs_", ("a36",)), ("a GitHub token", "ghr_", ("a76",)),
    ("a GitHub token", "github_pat_", ("a22", "_", "a59")),
    ("a GitLab token", "glpat-", ("w20",)), ("a GitLab token", "glptt-", ("h40",)), ("a GitLab token", "glrt-",
    ("w20",)),
    ("an AWS access key", "AKIA", ("u16",)), ("an AWS access key", "ASIA", ("u16",)),
    ("a Slack token", "xox", ("b-", "d12", "-", "d12", "-", "a24")),
    ("a Slack token", "xapp-", ("1-", "u11", "-", "d13", "-", "h64")),
    ("a Slack webhook", "hooks.slack.com/", ("services/T", "u8", "/B", "u8", "/", "a24")),
    ("a Discord webhook", "/api/webhooks/", ("d18", "/", "w68")),
    ("an Anthropic key", "sk-", ("ant-api03-", "w93", "AA")),
    ("an OpenAI key", "sk-", ("proj-", "w124")), ("an OpenAI key", "sk-", ("a20", "T3BlbkFJ", "a20")),
    ("an OpenRouter key", "sk-", ("or-v1-", "h64")),
    ("a Stripe key", "sk_", ("live_", "a24")), ("a Stripe key", "rk_", ("live_", "a24")),
    ("a Stripe webhook secret", "whsec_", ("a32",)),
    ("a Google API key", "AIza", ("w35",)), ("a Google client secret", "GOCSPX-", ("w28",)),
    ("a Google access token", "ya29.", ("w160",)),
    ("an npm token", "npm_", ("a36",)), ("a PyPI token", "pypi-AgE", ("w150",)),
    ("a RubyGems key", "rubygems_", ("h48",)), ("a Docker token", "dckr_pat_", ("w27",)),
    ("a Hugging Face token", "hf_", ("a34",)), ("a DigitalOcean token", "dop_v1_", ("h64",)),
    ("a SendGrid key", "SG.", ("w22", ".", "w43")), ("a Vault token", "hvs.", ("w24",)),
    ("a Groq key", "gsk_", ("a52",)), ("an xAI key", "xai-", ("a80",)), ("a Perplexity key", "pplx-", ("a48",)),
    ("a Replicate token", "r8_", ("a37",)), ("an NVIDIA key", "nvapi-", ("w64",)),
    ("a Linear key", "lin_api_", ("a40",)), ("a Notion token", "ntn_", ("a46",)),
    ("a Supabase token", "sbp_", ("h40",)),
    ("a Shopify token", "shpat_", ("h32",)), ("a Shopify token", "shpss_", ("h32",)),
    ("a Postman key", "PMAK-", ("h24", "-", "h34")),
    ("a Tailscale key", "tskey-", ("auth-", "a12", "-", "a32")), ("a Databricks token", "dapi", ("h32",)),
    ("an Azure storage key", "AccountKey=", ("b86", "==")),
    ("an age secret key", "AGE-SECRET-KEY-", ("1", "u58")),
    ("a minisign secret key", "RWRTY0Iy", ("b204",)), ("a minisign secret key", "RWQAAEIy", ("b204",)),
    ("a signify secret key", "RWRCSw", ("b132",)),
    ("a note signer's key", "PRIVATE+KEY+", ("log.acme.dev+", "h8", "+", "b44")),
    ("a private key", "ANBgkqhkiG9w0BAQEFAASC", ("b200",)),
    ("a private key", "MC4CAQAwBQYDK2VwBCIEI", ("b42",)),
    ("a private key", "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg", ("b100",)),
    ("a private key", "IBAAKCAQEA", ("b200",)), ("a private key", "IBAAKCAgEA", ("b200",)),
    ("a private key", "b3BlbnNzaC1rZXktdjEA", ("b200",)),
    ("a GitLab token", "gldt-", ("w20",)), ("a GitLab token", "glcbt-", ("w20",)),
    ("a GitLab token", "glft-", ("w20",)),
    ("a GitLab token", "glsoat-", ("w20",)), ("a GitLab token", "glimt-", ("w25",)),
    ("a DigitalOcean token", "doo_v1_", ("h64",)), ("a DigitalOcean token", "dor_v1_", ("h64",)),
    ("a Vault token", "hvb.", ("w100",)), ("a Vault token", "hvr.", ("w100",)),
    ("a Linear key", "lin_oauth_", ("h64",)),
    ("a Notion token", "secret_", ("a43",)), ("a Supabase token", "sb_secret_", ("w31",)),
    ("a Shopify token", "shpca_", ("h32",)), ("a Shopify token", "shppa_", ("h32",)),
    ("an Atlassian token", "ATATT3", ("xFfGF0", "w173", "=", "u8")),
    ("an Atlassian token", "ATCTT3", ("xFfGN0", "w173")),
    ("a Bitbucket token", "ATBB", ("a32",)),
    ("a Square token", "sq0atp-", ("w22",)), ("a Square token", "sq0csp-", ("w43",)),
    ("a Square token", "sq0idp-", ("w22",)),
    ("a Doppler token", "dp.", ("pt.", "a43")), ("a Doppler token", "dp.", ("st.dev.", "a43")),
    ("a Sentry token", "sntrys_", ("eyJ", "b120")), ("a Sentry token", "sntryu_", ("h64",)),
    ("a Grafana token", "glsa_", ("a32", "_", "h8")), ("a Grafana token", "glc_", ("eyJ", "b100")),
    ("a New Relic key", "NRAK-", ("u27",)), ("a Figma token", "figd_", ("w40",)), ("a Figma token", "figo_", ("w40",)),
    ("an Airtable token", "pat", ("a14", ".", "h64")),
    ("a HubSpot token", "pat-", ("na1-", "h8", "-", "h4", "-", "h4", "-", "h4", "-", "h12")),
    ("a Netlify token", "nfp_", ("a36",)), ("a Pulumi token", "pul-", ("h40",)),
    ("a PlanetScale token", "pscale_", ("tkn_", "w43")), ("a Heroku key", "HRKU-", ("w60",)),
    ("a Brevo key", "xkeysib-", ("h64", "-", "a16")), ("a LangSmith key", "lsv2_", ("pt_", "h32", "_", "h10")),
    ("a Mapbox token", "sk.eyJ", ("w70", ".", "w22")), ("a 1Password token", "ops_eyJ", ("w400",)),
    ("a Dynatrace token", "dt0c01.", ("u24", ".", "u64")), ("a SonarQube token", "squ_", ("h40",)),
    ("a SonarQube token", "sqp_", ("h40",)), ("a SonarQube token", "sqa_", ("h40",)),
    ("a Firebase server key", "", ("AAAA", "w7", ":APA91b", "w134")),
    ("a Terraform Cloud token", "", ("a14", ".atlasv1.", "w67")), ("an Azure client secret", "", ("w3", "8Q~", "w34")),
    ("a Discord bot token", "MTE4", ("Mjg1NDMyMTg3OTYx", "NzA", ".", "w6", ".", "w38")),
)
LIKELY = (
    ("a GitHub token", "ghp_", ("a30",)), ("an API key", "sk-", ("a48",)), ("an API key", "sk_", ("test_", "a24")),
    ("an API key", "rk_", ("a32",)),
    ("a Mailgun or Twilio key", "key-", ("h32",)), ("a Mailgun or Twilio key", "SK", ("h32",)),
    ("a Telegram bot token", "", ("d10", ":AA", "w33")),
    ("a JSON Web Token", "", ("eyJ", "a17", ".eyJ", "a40", ".", "w43")),
    ("a JSON Web Token", "", ("eyJ", "a17", ".eyJ", "a7", ".", "w43")),
    ("a Square token", "EAAA", ("w60",)), ("a Discord bot token", "M", ("SU", "w23", ".", "w6", ".", "w38")),
    ("the hash of a password", "$apr1$", ("a8", "$", "a22")), ("the hash of a password", "$1$", ("a8", "$", "a22")),
    ("the hash of a password", "$2a$", ("10$", "a53")), ("the hash of a password", "$2b$", ("12$", "a53")),
    ("the hash of a password", "$2y$", ("05$", "a53")),
    ("the hash of a password", "$5$", ("rounds=5000$", "a16", "$", "a43")),
    ("the hash of a password", "$6$", ("a16", "$", "a86")),
    ("the hash of a password", "$y$", ("j9T$", "a22", "$", "a43")),
    ("the hash of a password", "$argon2i", ("d$v=19$m=65536,t=3,p=4$", "a22", "$", "a43")),
    ("the hash of a password", "bob:", ("{SHA}", "b27", "=")),
)
# fmt: on


def spelled(head: str, rest: tuple[str, ...], seed: str = "") -> str:
    """A token that no issuer ever gave to anybody: the same for the same seed."""
    stream = (byte for number in count() for byte in sha256(f"{seed}{head}{rest}{number}".encode()).digest())
    return head + "".join(
        "".join(ALPHABETS[part[0]][byte % len(ALPHABETS[part[0]])] for byte in islice(stream, int(part[1:])))
        if part[0] in ALPHABETS and part[1:].isdigit()
        else part
        for part in rest
    )


def found(data: bytes | str) -> list[tuple[str, bool]]:
    return [(secret.kind, secret.sure) for secret in scan(data.encode() if isinstance(data, str) else data)]


def pem(kind: str = "RSA ", lines: int = 20) -> str:
    body = "\n".join(spelled("", ("b64",), f"pem{kind}{number}") for number in range(lines))
    return f"-----{'BEGIN'} {kind}PRIVATE {'KEY'}-----\n{body}\n-----{'END'} {kind}PRIVATE {'KEY'}-----\n"


GITHUB = spelled("ghp_", ("a36",))
ENCODED = ("a GitHub token, encoded", True)
RANDOM = spelled("", ("a32",), "literal")


# --- tokens of known kinds ------------------------------------------------------------------------------------------


def test_every_kind_of_the_table_is_tried() -> None:
    tried = {(name, head) for name, head, _ in (*SURE, *LIKELY) if name != "a Discord bot token"}
    known = {(kind.name, head.decode()) for kind in KINDS for head in kind.heads}
    within = {kind for kind, head, _ in (*SURE, *LIKELY) if not head}
    assert {pair for pair in tried if pair[1] not in ("", "bob:")} == {pair for pair in known if pair[0] not in within}


@pytest.mark.parametrize(("kind", "head", "rest"), SURE)
def test_a_token_of_a_known_kind_is_a_secret(kind: str, head: str, rest: tuple[str, ...]) -> None:
    token = spelled(head, rest)
    for text in (token, f"Use it.\n    export X='{token}'\n", f'{{"a": "{token}"}}', f"x={token}; rm x", f"({token})."):
        assert found(text) == [(kind, True)], text


@pytest.mark.parametrize(("kind", "head", "rest"), LIKELY)
def test_what_others_may_write_too_is_only_likely(kind: str, head: str, rest: tuple[str, ...]) -> None:
    assert found(f"the value {spelled(head, rest)} was given") == [(kind, False)]


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA ", ""])
def test_private_keys(kind: str) -> None:
    assert found(pem(kind))[0] == (f"a private key ({kind}PRIVATE KEY)", True)
    one_line = json.dumps({"private_key": pem(kind)})
    assert found(one_line)[0] == (f"a private key ({kind}PRIVATE KEY)", True)


def test_other_private_keys() -> None:
    assert found(
        f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n{spelled('', ('b44',))}\n"
    ) == [("a PuTTY private key", True)]
    assert found(json.dumps({"kty": "OKP", "crv": "Ed25519", "d": spelled("", ("w43",)), "x": "…"})) == [
        ("a private JSON Web Key", True)
    ]


def test_public_keys_and_certificates_are_no_secrets() -> None:
    body = spelled("", ("b64",))
    assert found(f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n") == []
    assert found(f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{spelled('', ('b43',))} alice@example.org") == []
    assert found("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3") == []
    assert found(f"-----BEGIN {'RSA'} PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n") == []
    assert found(json.dumps({"kty": "OKP", "crv": "Ed25519", "x": spelled("", ("w43",))})) == []


def test_a_part_of_something_else_is_no_token() -> None:
    assert found(f"{spelled('', ('b20',))}{spelled('AKIA', ('u16',))}{spelled('', ('b20',))}") == []
    assert found(f"sha256:{spelled('', ('h64',))} and {spelled('', ('h40',))}") == []
    assert found(f"integrity sha512-{spelled('', ('b86',))}==") == []


# --- however it is written down -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "latin-1"])
def test_encodings(encoding: str) -> None:
    assert found(f"first\nsecond\ntoken: {GITHUB}\n".encode(encoding)) == [("a GitHub token", True)]
    assert scan(f"first\nsecond\ntoken: {GITHUB}\n".encode(encoding))[0].line == 3


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"\\u{ord(letter):04x}" for letter in GITHUB),
        "".join(f"\\u{ord(letter):04X}" for letter in GITHUB),
        "".join(f"\\x{ord(letter):02x}" for letter in GITHUB),
        "".join(f"\\u{{{ord(letter):x}}}" for letter in GITHUB),
        "".join(f"\\U{ord(letter):08X}" for letter in GITHUB),
        f"\\u0067{GITHUB[1:]}",
        f"\\n{GITHUB}\\n",
        f'\\"{GITHUB}\\"',
    ],
)
def test_escapes(written: str) -> None:
    assert found(f'{{"a": "{written}"}}') == [("a GitHub token", True)]


def test_base64() -> None:
    text = f"machine github.com login alice password {GITHUB} and so on".encode()
    for written in (
        b64encode(text),
        encodebytes(text),
        b64encode(text).rstrip(b"="),
        b64encode(text.decode().encode("utf-16")),
    ):
        assert found(b"# one\ndata: " + written) == [("a GitHub token, encoded", True)]
        assert scan(b"# one\ndata: " + written)[0].line == 2
    assert found(urlsafe_b64encode("ÿ~?".encode() + text)) == [("a GitHub token, encoded", True)]
    assert found(b64encode(b"Nothing but a long sentence without a secret in it, twice: " * 2)) == []


@pytest.mark.parametrize("length", range(36, 42))
def test_the_last_characters_of_base64_count(length: int) -> None:
    """Whatever is left of the last group of four, with and without its padding."""
    token = spelled("ghp_", (f"a{length}",)).encode()
    for encode in (b64encode, urlsafe_b64encode):
        assert found(b"x: " + encode(token)) == found(b"x: " + encode(token).rstrip(b"=")) == [ENCODED]


@pytest.mark.parametrize(
    "written",
    [
        GITHUB.encode().hex(), "0x" + GITHUB.encode().hex().upper(),
        GITHUB.encode().hex() + "\n" + sha256(b"x").hexdigest(),
        b64encode(b64encode(GITHUB.encode())).decode(), b64encode(b64encode(b64encode(GITHUB.encode()))).decode(),
        b64encode(GITHUB.encode().hex().encode()).decode(), b64encode(GITHUB.encode()).hex(),
        f"'{b64encode(GITHUB.encode())[:30].decode()}' + '{b64encode(GITHUB.encode())[30:].decode()}'",
    ],
)  # fmt: skip
def test_encoded_in_other_ways(written: str) -> None:
    assert found(f"# one\n# two\ndata = {written}\n") == [ENCODED]
    assert scan(f"# one\n# two\ndata = {written}\n".encode())[0].line == 3


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"%{ord(letter):02x}" for letter in GITHUB), f"%67{GITHUB[1:]}",
        f"{GITHUB[:8]}%{ord(GITHUB[8]):X}{GITHUB[9:]}",
        "".join(f"&#{ord(letter)};" for letter in GITHUB), "".join(f"&#x{ord(letter):x};" for letter in GITHUB),
        f"&#0103;{GITHUB[1:]}",
        f"'{GITHUB[:4]}' + '{GITHUB[4:]}'", f'"{GITHUB[:2]}" + "{GITHUB[2:20]}" +\n    "{GITHUB[20:]}"',
        f"'{GITHUB[:9]}' . '{GITHUB[9:]}'", f'"{GITHUB[:9]}" .. "{GITHUB[9:]}"', f'"{GITHUB[:9]}" & "{GITHUB[9:]}"',
        f"('{GITHUB[:9]}'\n    '{GITHUB[9:]}')", f"\"{GITHUB[:9]}\"'{GITHUB[9:]}'", f"{GITHUB[:9]}\\\n{GITHUB[9:]}",
        f"'{GITHUB[:9]}' \\\r\n  '{GITHUB[9:]}'", f"`{GITHUB[:9]}`+`{GITHUB[9:]}`",
        f"'gh' + '\\x70_' + '{GITHUB[4:]}'",
    ],
)  # fmt: skip
def test_pieces_and_references(written: str) -> None:
    text = f"a = 'b' + 'c' + \\\n  'd'\nx = {written}\n# end\npassword = '{RANDOM}'\n"
    told = scan(text.encode())
    assert [(secret.kind, secret.sure, secret.line) for secret in told] == [
        ("a GitHub token", True, 3),
        ("a secret by its name", False, text.count("\n")),
    ]


def test_a_part_of_a_token_does_not_hide_the_whole() -> None:
    for piece in (
        f"token = '{GITHUB[:30]}' + '{GITHUB[30:]}'",
        f"token={GITHUB[:30]}%{ord(GITHUB[30]):x}{GITHUB[31:]}",
    ):
        assert found(piece)[0] == ("a GitHub token", True)


def test_lists_and_neighbours_are_no_pieces() -> None:
    assert found(f"['{GITHUB[:9]}', '{GITHUB[9:]}']") == []
    assert found("x = ['ghp_', 'gho_']\ny = 'ghp_' + token\nz = f'ghp_' '{rest}'") == []


def test_binary_files_are_looked_through() -> None:
    noise = b"".join(sha256(bytes([number])).digest() for number in range(64))
    assert found(b"\x89PNG\r\n\x1a\n" + noise) == []
    assert found(b"\x89PNG\r\n\x1a\n" + noise + b"\0" + GITHUB.encode() + b"\0" + noise) == [("a GitHub token", True)]
    assert found(b"\x7fELF" + noise + pem().encode())[0] == ("a private key (RSA PRIVATE KEY)", True)


# --- literals that a name calls secret ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "api_key = '{}'", 'apiKey: "{}"', '"clientSecret": "{}"', "TOKEN={}", "export API_TOKEN={}",
        "Authorization: Bearer {}", '"Authorization": "Bearer {}"', "curl -H 'authorization: Basic {}'",
        "tool --token {}", "tool --api-key={}", "signing_key: {}", "const token: string = '{}'", "secret := `{}`",
        "https://alice:{}@example.org/x.git", "SECRET_KEY_PROD={}", "ENCRYPTION_KEY = '{}'",
    ],
)  # fmt: skip
def test_irregular_literals_are_likely(line: str) -> None:
    assert [sure for _, sure in found(line.format(RANDOM))] == [False]


@pytest.mark.parametrize(
    "line",
    [
        "api_key = 'YOUR_API_KEY'", 'apiKey: "${{API_KEY}}"', "TOKEN=$TOKEN", "token = os.environ['TOKEN']",
        "max_tokens: 4096", "next_page_token = '{}'", "public_key = '{}'", "tokenizer: {}", "cache_key = '{}'",
        "password: correct-horse-battery-staple", "password = 'password123'", "secret: arn:aws:secretsmanager:eu:1:x",
        "token: op://vault/item/field", "secret = config.auth.secretValue", "keys = {}", "token: sha256:{}",
        "Bearer tokens are sent in the header", "DATABASE_URL=postgres://user:password@localhost/db",
        "https://user:${{TOKEN}}@example.org", "https://bob:PASSWORD@git.acme.io", "redis://default:hunter2@cache:6379",
        "postgres://bob:hunter2@localhost:5432/db", "https://bob:hunter2@git.example.com/x",
        "amqp://guest:guest@mq.acme.io",
        "https://user:my-password@git.acme.io", "https://x-access-token:$TOKEN@github.com/a/b",
        "machine git.acme.io login bob password YOUR_TOKEN", "machine git.acme.io login bob password $TOKEN",
        '"auth": "dXNlcjpwYXNzd29yZA=="', '"auth": "c2Vzc2lvbg=="', '"auth": "oauth2-bearer"',
        "daemon:*:1:1:services", "db.acme.io:5432:orders:bob:password", "tests/a.py:1204:12:E501:toolong",
        "https://bob@git.acme.io:8443/x", "http://[::1]:8080/a@b", "api_key = '<your key of 32 characters here>'",
        "csrf_token = '{}'",
    ],
)  # fmt: skip
def test_references_words_and_examples_are_no_secrets(line: str) -> None:
    assert found(line.format(RANDOM)) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("git clone https://bob:hunter2@git.acme.io/x.git", "a password in an address"),
        ("postgres://orders:Summer-2026@db.acme.io:5432/orders", "a password in an address"),
        (f"dsn: https://{spelled('', ('h32',))}:{spelled('x', ('h32',))}@sentry.io/123456", "a password in an address"),
        ("machine git.acme.io login bob password hunter2", "a password of .netrc"),
        ("machine git.acme.io\n  login bob\n  password hunter2\n", "a password of .netrc"),
        ("# mine\ndb.acme.io:5432:orders:bob:h7Qx-2pLw9\n", "a password of .pgpass"),
        ("db.acme.io:5432:orders:bob:hunter2", "a password of .pgpass"),
        ("*:*:*:bob:h7Qx-2pLw9\r\n", "a password of .pgpass"),
        (json.dumps({"auths": {"ghcr.io": {"auth": b64encode(b"bob:hunter2").decode()}}}), "a password of Docker"),
    ],
)  # fmt: skip
def test_passwords_as_programs_keep_them(text: str, kind: str) -> None:
    assert found(text) == [(kind, False)]


def test_the_secret_key_of_aws_beside_its_name_is_sure() -> None:
    assert found(f"aws_secret_access_key = {spelled('', ('b40',))}") == [("an AWS secret key", True)]
    assert found("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") == []


@pytest.mark.parametrize("token", ["AKIAIOSFODNN7EXAMPLE", "ghp_" + "x" * 36, "ghp_your-token-goes-here", "sk-ant-..."])
def test_what_says_that_it_is_made_up_is_none(token: str) -> None:
    assert found(f"export X={token}") == []


def test_what_was_typed_to_show_a_shape_is_only_likely() -> None:
    assert found("ghp_" + LOWER + DIGITS) == [("a GitHub token", False)]
    assert found("ghp_" + "a1b2" * 9) in ([], [("a GitHub token", False)])
    assert made_up(b"aaaaaaaab") and not made_up(RANDOM.encode())
    assert in_words(b"my-little_config.file2") and not in_words(RANDOM.encode())


# --- what is told ---------------------------------------------------------------------------------------------------


def test_problems_name_the_place_and_show_four_characters_at_most() -> None:
    short = spelled("", ("a9", "!", "d2"), "short")
    text = f"# Rules\n\nUse {GITHUB} here.\n\npassword = '{short}'\n"
    told = list(CHECKS[0].run(candidate({"rules/hello.md": text.encode()})))
    assert [(problem.code, problem.path, problem.line) for problem in told] == [
        ("secret", "pack/rules/hello.md", 3),
        ("secret-likely", "pack/rules/hello.md", 5),
    ]
    assert [problem.found for problem in told] == ["ghp_… (40 characters)", f"{short[:3]}… (12 characters)"]
    assert GITHUB[:5] not in repr(told) and short[:4] not in repr(told)
    assert {problem.code for problem in told} <= set(CODES)


def test_the_same_secret_is_told_once_and_no_more_than_anybody_reads() -> None:
    assert found(f"{GITHUB} {GITHUB}\n{GITHUB}") == [("a GitHub token", True)]
    many = "\n".join(spelled("ghp_", ("a36",), str(number)) for number in range(3 * MOST))
    told = list(CHECKS[0].run(candidate({"x.txt": many.encode()})))
    assert [problem.code for problem in told] == ["secret"] * (MOST + 1)
    assert "more than" in told[-1].message


def test_sure_ones_come_first() -> None:
    lines = f"key = '{RANDOM}'\napi_key = '{RANDOM}'\n{GITHUB}\n"
    assert [(secret.sure, secret.line) for secret in scan(lines.encode())] == [(True, 3), (False, 2)]


# --- hostile bytes --------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    (
        b"ghp_", b"sk-", b"password=", b"://a:", b"@", b"-----BEGIN ", b"PRIVATE KEY-----", b"eyJ", b".", b"\0",
        b"\xff",
        b"\\u00", b"\\x6", b"token: '", b"Bearer ", b"aws_secret", b"AAAA" * 12, b"\n", b" ",
        b"=", b'"d":"', b'"kty"',
        b"MTE4", b"Private-Lines:", b"hooks.slack.com/", b"0123456789abcdef" * 3, b"' + '", b"\\\n", b"%6", b"&#103;",
        b'"auth": "',
        b"machine a login b password ", b":{SHA}", b"$2a$", b"{", b"T3BlbkFJ", b"'",
        b"\xe2\x80\xa6",
    )
)  # fmt: skip


@settings(max_examples=150, deadline=None, phases=[Phase.generate])
@given(st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=40).map(b"".join))
def test_nothing_stops_the_check(data: bytes) -> None:
    for secret in scan(data):
        assert isinstance(secret, Secret)
        assert secret.line >= 1
        assert len(secret.shown.partition("…")[0]) <= 4


@pytest.mark.parametrize(
    "piece",
    [
        b"ghp_", b"sk-", b"sk-ant-", b"eyJ.eyJ", b".eyJaaaaaaaaaaaa", b"password=", b"key=", b"--token-", b"token: '",
        b"://a:",
        b"-----BEGIN RSA ", b"-----BEGIN PRIVATE KEY-----", b'"kty""d":"', b"A", b"AAAA\n", b"AKIA", b"\\u0067",
        b"a\0",
        b"Private-Lines:PuTTY-User-Key-File-3: ", b"MTE4", b".aaaaaa." + b"a" * 27, b"PRIVATE+KEY+",
        b"authorization: basic ",
        b"IBAAKCAQEA", b"-", b"_-", b"api_", b"token=abcDEF123456ghi789JKL ", b"0123456789:AA", b"xoxb-",
        b"hooks.slack.com/", b"' + '", b"\"\n", b"\\\n", b"a\" \"", b"%67", b"&#103;", b"6768",
        b"machine a login b password c ",
        b"a:*:b:c:", b"*:*:*:a:bbbb\n", b'"auth":"', b"://a:bbbbbbb@c.d ", b"://", b"pat", b"$1$a", b"8Q~",
        b"M" * 24 + b".aaaaaa.",
        b"'" + b" " * 300, b"WjJod1gz",
    ],
)  # fmt: skip
def test_time_is_linear_in_hostile_bytes(piece: bytes) -> None:
    small, large = (_seconds(piece, size) for size in (50_000, 400_000))
    assert large < 0.5 + 24 * small, (small, large)


def _seconds(piece: bytes, size: int) -> float:
    data = piece * (size // len(piece))
    start = process_time()
    scan(data)
    return process_time() - start
