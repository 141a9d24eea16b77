"""Configuration for Caddy, 2.6 or newer: a Caddyfile with nothing but what its stock build has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from packyard.hosting.patterns import (
    ASKED,
    EXCEPT,
    KEPT,
    MISSING,
    NAMED,
    NAMES,
    QUERIES,
    SHORT,
    SPOKEN,
    TEXT,
    UNKNOWN,
    YEAR,
    Type,
    types,
)
from packyard.hosting.values import (
    ANONYMOUS,
    COMPRESSED,
    CORS_METHODS,
    CORS_REQUEST,
    CORS_RESPONSE,
    CORS_SECONDS,
    EVERYWHERE,
    FILE_POLICY,
    PAGE_POLICY,
    TOKEN,
    Host,
)

#: A path that no site has.
NOWHERE = "/-"
TAB = "\t"


def format_caddy(host: Host) -> str:
    """The configuration."""
    parts = (_files(host), _kinds(host), _cache(host), _readers(), _links(host), _renamed(host))
    every = (*parts, _asked(host), _spoken(host), _errors(host))
    body = "\n".join("\n".join(part) for part in (list(part) for part in every) if part)
    lines = "".join(f"\t{line}\n" if line else "\n" for line in body.splitlines())
    address = urlsplit(host.url)
    return f"{_about(host)}{address.scheme}://{address.netloc} {{\n{lines}}}\n"


def _about(host: Host) -> str:
    return f"""\
# {host.origin}, served by Caddy. Made by `packyard host-config caddy`; make it again rather than change it.
#
# Put `import {host.name}.caddy` into your Caddyfile. What is yours (tls, log) goes into {host.name}.d/*.caddy.
#
# The limits of a registry are {ANONYMOUS} requests a minute from an address, {TOKEN} with a token. The stock build of
# Caddy counts no requests, so there is no limit here, and no X-RateLimit-* header that would pretend there is one.
# Set them in what stands before Caddy, or with a module that limits rates, in {host.name}.d/*.caddy.

"""


def _files(host: Host) -> Iterator[str]:
    yield f"import {host.name}.d/*.caddy"
    yield f"# The address has the path {host.base}, so that is where the site stands in this folder."
    yield f'root * "{host.root}"'
    yield "file_server"
    yield "# What is compressed already, tarballs, pictures and the search index, is sent as it is."
    yield "encode gzip {"
    yield f"\tminimum_length {COMPRESSED}"
    yield "\tmatch {"
    yield from (f'\t\theader Content-Type "{each.bare}*"' for each in types() if each.compressible)
    yield "\t}"
    yield "}"


def _kinds(host: Host) -> Iterator[str]:
    """The type of each path; a folder is its page."""
    base, patterns = re.escape(host.base), list[str]()
    for number, each in enumerate(types()):
        pattern = rf"^{base}{_pattern(each)}$"
        patterns.append(pattern)
        yield f'@type{number} path_regexp "{pattern}"'
        yield f'header @type{number} Content-Type "{each.content_type}"'
    yield "@unknown {"
    yield from (f'\tnot path_regexp "{pattern}"' for pattern in patterns)
    yield "}"
    yield f'header @unknown Content-Type "{UNKNOWN}"'


def _pattern(each: Type) -> str:
    """Which paths have the type, below the base."""
    pattern = rf".*\.(?i:{'|'.join(each.extensions)})"
    if each.bare == "text/html":
        return rf"(?:{pattern}|(?:.*/)?)"
    return rf"(?:{pattern}|(?:.*/)?(?:{'|'.join(NAMES)}))" if each.content_type == TEXT else pattern


def _cache(host: Host) -> Iterator[str]:
    base = re.escape(host.base)
    kept, never = f"^{base}(?:{'|'.join(KEPT)})$", f"^{base}{re.escape(EXCEPT)}$"
    yield f'@kept {{\n\tpath_regexp "{kept}"\n\tnot path_regexp "{never}"\n}}'
    yield f'header @kept Cache-Control "{YEAR}"'
    yield f'@short {{\n\tnot {{\n\t\tpath_regexp "{kept}"\n\t\tnot path_regexp "{never}"\n\t}}\n}}'
    yield f'header @short Cache-Control "{SHORT}"'


def _readers() -> Iterator[str]:
    """Who may read, and what a page may do. Pages of others may read all but pages."""
    yield from (f"header {name} {value}" for name, value in EVERYWHERE)
    yield r'@page path_regexp "(?:/|\.(?i:html))$"'
    yield f'header @page Content-Security-Policy "{PAGE_POLICY}"'
    yield r'@file not path_regexp "(?:/|\.(?i:html))$"'
    yield "header @file {"
    yield f'\tContent-Security-Policy "{FILE_POLICY}"'
    yield "\tAccess-Control-Allow-Origin *"
    yield f'\tAccess-Control-Expose-Headers "{CORS_RESPONSE}"'
    yield "}"
    yield "@asked method OPTIONS"
    yield "header @asked {"
    yield f'\tAccess-Control-Allow-Methods "{CORS_METHODS}"'
    yield f'\tAccess-Control-Allow-Headers "{CORS_REQUEST}"'
    yield f"\tAccess-Control-Max-Age {CORS_SECONDS}"
    yield "}"
    yield "respond @asked 204"
    yield "@written not method GET HEAD OPTIONS"
    yield "error @written 405"


def _links(host: Host) -> Iterator[str]:
    """Where else a tarball is to be had (RFC 6249)."""
    if host.mirrors:
        yield f'@tarball path_regexp tarball "^{re.escape(host.base)}(.+\\.tar\\.gz)$"'
        links = ", ".join(f"<{mirror}{{re.tarball.1}}>; rel=duplicate" for mirror in host.mirrors)
        yield f'header @tarball Link "{links}"'


def _renamed(host: Host) -> Iterator[str]:
    """The folder of a renamed pack leads to the one that carries on; its files stay where they are."""
    for number, (old, new) in enumerate(host.renamed):
        yield f'@renamed{number} path_regexp "^{re.escape(host.base)}packs/{re.escape(old)}/?$"'
        yield f"redir @renamed{number} {host.base}packs/{new}/ 302"


def _asked(host: Host) -> Iterator[str]:
    """Queries of one word have prepared answers."""
    base = re.escape(host.base)
    for query in QUERIES:
        yield f'map "{{path}} {{query.{query}}}" {{packyard_{query}}} {{packyard_else_{query}}} {{'
        for each in (each for each in ASKED if each.query == query):
            file, other = (host.base + re.sub(r"\$(\w+)", r"${\1}", name) for name in (each.file, each.other))
            yield f'\t"~^{base}{each.pattern}$" {file} {other if each.other else NOWHERE}'
        yield f"\tdefault {NOWHERE} {NOWHERE}"
        yield "}"


def _spoken(host: Host) -> Iterator[str]:
    """The folders of other programs' formats: a folder is its JSON."""
    asked = " ".join(f"{{packyard_{query}}} {{packyard_else_{query}}}" for query in QUERIES)
    yield "@spoken {"
    yield "\tmethod GET HEAD"
    yield f'\tpath_regexp "^{re.escape(host.base)}{SPOKEN}$"'
    yield "}"
    yield "route @spoken {"
    yield f"\ttry_files {asked} {{path}}/index.json {{path}}"
    yield f"\t@json path *.json {host.base}{NAMED}*"
    yield from (f"\t{line}" for line in _header_json("@json "))
    yield "\tfile_server"
    yield "}"


def _header_json(matcher: str = "") -> Iterator[str]:
    """What is said of JSON, whatever the address looked like."""
    yield f"header {matcher}{{"
    yield "\tContent-Type application/json"
    yield f'\tContent-Security-Policy "{FILE_POLICY}"'
    yield "\tAccess-Control-Allow-Origin *"
    yield f'\tAccess-Control-Expose-Headers "{CORS_RESPONSE}"'
    yield "}"


def _errors(host: Host) -> Iterator[str]:
    yield f"""\
handle_errors {{
	header Cache-Control no-store
	@unsaid {{
		path_regexp "^{re.escape(host.base)}{SPOKEN}$"
		expression {{err.status_code}} == 404
	}}
	handle @unsaid {{
{_indented(_header_json(), 2)}		respond `{MISSING}` 404
	}}
	@missing {{
		file {host.base}404.html
		expression {{err.status_code}} == 404
	}}
	handle @missing {{
		rewrite * {host.base}404.html
		header Content-Type "text/html; charset=utf-8"
		header Content-Security-Policy "{PAGE_POLICY}"
		file_server {{
			status {{err.status_code}}
		}}
	}}
	handle {{
		header Content-Type "text/plain; charset=utf-8"
		respond "{{err.status_code}} {{err.status_text}}" {{err.status_code}}
	}}
}}"""


def _indented(lines: Iterable[str], tabs: int) -> str:
    return "".join(f"{tabs * TAB}{line}\n" for line in lines)
