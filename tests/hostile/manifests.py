"""Manifests that lie, that two readers would read differently, or that would choke one. All are well signed."""

from __future__ import annotations

import json

from tests.hostile.bed import HELLO, Bed, case, refused

JSON, YAML = f"{HELLO}/pack.json", f"{HELLO}/pack.yaml"

GOOD = b'{"name": "hello", "version": "2.0.0", "description": "About hello"'
PLAIN = b"name: hello\nversion: 2.0.0\ndescription: About hello\n"
ALIASES = b"a: &a [x, x, x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c, *%c, *%c]\n" % ((at,) * 2 + (at - 1,) * 4) for at in b"bcdefghi"
)


def manifest(name: str, data: bytes, *codes: str, at: str = JSON) -> None:
    """A case of a version with this manifest."""
    case(f"manifest-{name}", lambda bed: bed.manifest(data, at.rpartition("/")[2]), *codes, at=at)


def version(number: str) -> None:
    """A case of a version whose folder and manifest agree on a number that is none."""

    def tamper(bed: Bed) -> None:
        bed.version("hello", number, "alice")

    case(f"version-{number[:20]}", tamper, "version-invalid", at=f"packs/he/hello/{number}")


manifest("not-json", b"{name: hello}\n", "json-invalid")
manifest("empty", b"", "json-invalid")
manifest("a-list", b"[]\n", "field-type")
manifest("key-twice", GOOD + b', "name": "other"}', "duplicate-key")
manifest("key-twice-by-escape", GOOD + b', "n\\u0061me": "other"}', "duplicate-key")
manifest("25000-brackets", GOOD + b', "x": ' + b"[" * 25_000 + b"]" * 25_000 + b"}", "too-deep")
manifest("25000-open-brackets", b"[" * 25_000, "too-deep")
manifest("10-megabytes", GOOD + b', "x": "' + b"x" * 10_000_000 + b'"}', "too-large")
manifest("nan", GOOD + b', "x": NaN}', "json-invalid")
manifest("infinity", GOOD + b', "x": 1e999}', "json-invalid")
manifest("huge-number", GOOD + b', "x": ' + b"9" * 5_000 + b"}", "json-invalid")
manifest("byte-order-mark", b"\xef\xbb\xbf" + GOOD + b"}", "text-not-utf8")
manifest("utf-16", (GOOD + b"}").decode().encode("utf-16"), "text-not-utf8")
manifest("nul", GOOD + b"}\0", "json-invalid")
manifest("nul-in-text", GOOD[:-1] + b'\\u0000"}', "field-invalid")
manifest("lone-surrogate", GOOD[:-1] + b'\\ud800"}', "json-invalid")
manifest("lone-surrogate-in-unknown", GOOD + b', "x": "\\udc00"}', "json-invalid")
manifest("bidi", GOOD[:-1] + "\u202egpj\u202c".encode() + b'"}', "field-invalid")
manifest("homepage-javascript", GOOD + b', "homepage": "javascript:alert(1)"}', "url-invalid")
manifest("homepage-data", GOOD + b', "homepage": "data:text/html,x"}', "url-invalid")
manifest("homepage-with-password", GOOD + b', "homepage": "https://a:b@example.org/"}', "url-invalid")
manifest("logo-outside", GOOD + b', "logo": "../../../etc/passwd"}', "path-invalid")
manifest("version-is-a-number", GOOD.replace(b'"2.0.0"', b"2.0") + b"}", "field-type")
manifest("no-name", b'{"version": "2.0.0"}', "field-missing")
manifest("another-name", GOOD.replace(b'"hello"', b'"other"') + b"}", "manifest-name")
manifest("another-version", GOOD.replace(b"2.0.0", b"2.0.1") + b"}", "manifest-version")
manifest("bad-range", GOOD + b', "dependencies": {"other": ">>1"}}', "range-invalid")
manifest("bad-dependency", GOOD + b', "dependencies": ["../other"]}', "name-invalid")
manifest("deep-unknown-field", GOOD + b', "x": ' + b'{"x":' * 20 + b"1" + b"}" * 20 + b"}", "field-invalid")

manifest("yaml-invalid", b"name: [hello\n", "yaml-invalid", at=YAML)
manifest("yaml-empty", b"# nothing\n", "yaml-invalid", at=YAML)
manifest("yaml-key-twice", PLAIN + b"name: other\n", "duplicate-key", at=YAML)
manifest("yaml-25000-brackets", PLAIN + b"x: " + b"[" * 25_000 + b"]" * 25_000 + b"\n", "too-deep", at=YAML)
manifest("yaml-25000-open-brackets", b"[" * 25_000, "too-deep", at=YAML)
manifest("yaml-alias-bomb", PLAIN + ALIASES, "yaml-invalid", at=YAML)
manifest("yaml-merge-key", PLAIN + b"<<: {a: b}\n", "yaml-invalid", at=YAML)
manifest("yaml-tag", PLAIN + b"x: !!python/object/apply:os.system [id]\n", "yaml-invalid", at=YAML)
manifest("yaml-10-megabytes", PLAIN + b"x: " + b"x" * 10_000_000 + b"\n", "too-large", at=YAML)
manifest("yaml-byte-order-mark", b"\xef\xbb\xbf" + PLAIN, "text-not-utf8", at=YAML)
manifest("yaml-nul", PLAIN + b'x: "\\0"\n', "yaml-invalid", at=YAML)
manifest("yaml-two-documents", PLAIN + b"---\n" + PLAIN, "yaml-invalid", at=YAML)
manifest("yaml-crlf", PLAIN.replace(b"\n", b"\r\n"), "yaml-invalid", at=YAML)

version("1.2.3+build.5")
version("01.2.3")
version("1.2")
version("v1.2.3")
version("1.2.3-")
version("1.2.3-01")
version("latest")
version(f"99999999999999999999.0.{'9' * 30}")
version("3.0.0-" + "x" * 190)


@refused("manifest-missing", at=HELLO)
def manifest_missing(bed: Bed) -> None:
    bed.publish()
    del bed.files[JSON]
    bed.sign(HELLO, "alice", "hello 2.0.0")


@refused("manifest-twice", at=HELLO)
def manifest_twice(bed: Bed) -> None:
    bed.publish({"pack.yaml": PLAIN})


@refused("manifest-missing", at=HELLO)
def manifest_in_capitals(bed: Bed) -> None:
    bed.manifest(json.dumps({"name": "hello", "version": "2.0.0", "description": "x"}).encode(), "PACK.JSON")
