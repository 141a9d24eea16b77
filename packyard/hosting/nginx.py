"""Configuration for nginx, 1.18 or newer, with nothing but what its stock build has.

It is one file for the `http` block: maps, zones of the rate limit, and a server. What only the operator knows
(`listen`, certificates, logs) stands in files of his own that it includes, so that it can be made again at any time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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


def format_nginx(host: Host) -> str:
    """The configuration."""
    parts = [_about(host), *_maps(host), _zones(host), _server(host)]
    return "\n".join(parts)


def _about(host: Host) -> str:
    return f"""\
# {host.origin}, served by nginx. Made by `packyard host-config nginx`; make it again rather than change it.
#
# Put it where the http block of nginx.conf includes it, such as conf.d/{host.name}.conf. Yours are, in the folder of
# nginx.conf:
#
#   {host.name}.d/*.conf    for the server: listen, ssl_certificate, access_log, more server_names
#   {host.name}.tokens      who may ask more often, a line each: "Bearer THE-TOKEN" NAME;
#
# The limits: {ANONYMOUS} requests a minute from an address, {TOKEN} with a token of that list. A token that is not in
# it counts for nothing. Of an address, what pages load besides themselves is not counted: assets/ and search/.
# X-RateLimit-Limit is always told. nginx does not know how many requests are left in a minute, so X-RateLimit-Remaining
# and X-RateLimit-Reset are told with a refusal (429) only: none, and a second.
# Behind a proxy or a CDN, let ngx_http_realip_module restore the addresses, or everybody shares one limit.
"""


def _maps(host: Host) -> Iterator[str]:
    base, name = re.escape(host.base), f"packyard_{host.word}"
    kept = [(f"~^{base}(?:{pattern})$", YEAR) for pattern in KEPT]
    yield _map("$uri", f"{name}_kept", [(f"~^{base}{re.escape(EXCEPT)}$", SHORT), *kept], SHORT)
    yield _map("$status", f"{name}_cache", [("~^(?:200|206|304)$", f"${name}_kept")], "no-store")
    yield _map("$sent_http_content_type", f"{name}_policy", [("~^text/html", PAGE_POLICY)], FILE_POLICY)
    yield _map('"$status $sent_http_content_type"', f"{name}_readers", [("~^20[06] text/html", "")], "*")
    yield _map("$request_method", f"{name}_methods", [("OPTIONS", CORS_METHODS)], "")
    yield _map("$http_authorization", f"{name}_token", [], "", f"    include {host.name}.tokens*;\n")
    for variable, query, pairs in _answers(host):
        yield _map(f'"$uri $arg_{query}"', variable, pairs, "")
    strangers = [(f"~^ {base}(?:assets|search)/.", ""), ("~^ ", "$binary_remote_addr")]
    yield _map(f'"${name}_token $uri"', f"{name}_stranger", strangers, "")
    yield _map(f"${name}_token", f"{name}_limit", [("", str(ANONYMOUS))], str(TOKEN))
    yield _map("$status", f"{name}_remaining", [("429", "0")], "")
    yield _map("$status", f"{name}_wait", [("429", "1")], "")
    if host.mirrors:
        links = ", ".join(f"<{mirror}$packyard_path>; rel=duplicate" for mirror in host.mirrors)
        yield _map("$uri", f"{name}_link", [(rf"~^{base}(?<packyard_path>.+\.tar\.gz)$", links)], "")
    if host.renamed:
        pairs = [(f"~^{base}packs/{re.escape(old)}/?$", f"{host.base}packs/{new}/") for old, new in host.renamed]
        yield _map("$uri", f"{name}_renamed", pairs, "")


def _map(source: str, name: str, pairs: Iterable[tuple[str, str]], default: str, more: str = "") -> str:
    lines = "".join(f'    "{key}" "{value}";\n' for key, value in pairs)
    return f'map {source} ${name} {{\n{lines}{more}    default "{default}";\n}}\n'


def _zones(host: Host) -> str:
    name = f"packyard_{host.word}"
    return f"""\
limit_req_zone ${name}_stranger zone={name}_stranger:10m rate={ANONYMOUS}r/m;
limit_req_zone ${name}_token zone={name}_token:1m rate={TOKEN}r/m;
"""


def _server(host: Host) -> str:
    return f"""\
server {{
    server_name {host.server};
    include {host.name}.d/*.conf;

    # The address has the path {host.base}, so that is where the site stands in this folder.
    root "{host.root}";
    index index.html;
    autoindex off;
    absolute_redirect off;
    server_tokens off;

{_indented(_types())}
{_indented(_headers(host))}
    limit_req zone=packyard_{host.word}_stranger burst={ANONYMOUS - 1} nodelay;
    limit_req zone=packyard_{host.word}_token burst={TOKEN - 1} nodelay;
    limit_req_status 429;

    # A folder without a page is no page; so are names that nobody has.
    error_page 403 =404 {host.base}404.html;
    error_page 404 {host.base}404.html;

    if ($request_method = OPTIONS) {{
        return 204;
    }}
{_renamed(host)}{_spoken(host)}}}
"""


def _answers(host: Host) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """(variable, query, pairs of a map) for the files that answer queries, and for what answers where they are not."""
    base = re.escape(host.base)
    for query in QUERIES:
        asked = [(f"~^{base}{each.pattern}$", each) for each in ASKED if each.query == query]
        files = [(pattern, host.base + each.file) for pattern, each in asked]
        others = [(pattern, host.base + each.other) for pattern, each in asked if each.other]
        yield f"packyard_{host.word}_{query}", query, files
        if others:
            yield f"packyard_{host.word}_no_{query}", query, others


def _spoken(host: Host) -> str:
    """The folders of other programs' formats."""
    name = f"packyard_{host.word}"
    asked = " ".join(f"${variable}" for variable, _, _ in _answers(host))
    return f"""\

    # What other programs read: a folder is its JSON, a query of one word has a prepared answer, and what is not there
    # is said in JSON.
    location ~ "^{re.escape(host.base)}{SPOKEN}$" {{
        try_files {asked} $uri $uri/index.json $uri/index.html @{name}_missing;
    }}
    location ^~ "{host.base}{NAMED}" {{
        types {{ }}
        default_type application/json;
        try_files $uri @{name}_missing;
    }}
    location @{name}_missing {{
        types {{ }}
        default_type application/json;
        return 404 '{MISSING}';
    }}
"""


def _renamed(host: Host) -> str:
    """The folder of a renamed pack leads to the one that carries on; its files stay where they are."""
    variable = f"$packyard_{host.word}_renamed"
    return f"    if ({variable}) {{\n        return 302 {variable};\n    }}\n" if host.renamed else ""


def _types() -> str:
    """Types by extension, as nginx wants them: the charset apart."""
    known = types()
    lines = "".join(f"    {each.bare} {' '.join(each.extensions)};\n" for each in known)
    texts = " ".join(sorted({each.bare for each in known if "charset" in each.content_type} - {"text/html"}))
    small = " ".join(sorted({each.bare for each in known if each.compressible} - {"text/html"}))
    bare = TEXT.partition(";")[0]
    return f"""\
types {{
{lines}}}
default_type {UNKNOWN};
charset utf-8;
charset_types {texts};
location ~ "/(?:{"|".join(NAMES)})$" {{
    default_type {bare};
}}
# What is compressed already, tarballs, pictures and the search index, is sent as it is, and in parts to who asks for
# parts.
gzip on;
gzip_vary on;
gzip_proxied any;
gzip_comp_level 5;
gzip_min_length {COMPRESSED};
gzip_types {small};
"""


def _headers(host: Host) -> str:
    name = f"packyard_{host.word}"
    link = f"add_header Link ${name}_link;\n" if host.mirrors else ""
    everywhere = "".join(f"add_header {header} {value} always;\n" for header, value in EVERYWHERE)
    return f"""\
{everywhere}\
add_header Cache-Control ${name}_cache always;
add_header Content-Security-Policy ${name}_policy always;
add_header Access-Control-Allow-Origin ${name}_readers always;
add_header Access-Control-Expose-Headers "{CORS_RESPONSE}" always;
add_header Access-Control-Allow-Methods ${name}_methods always;
add_header Access-Control-Allow-Headers "{CORS_REQUEST}" always;
add_header Access-Control-Max-Age {CORS_SECONDS} always;
add_header X-RateLimit-Limit ${name}_limit always;
add_header X-RateLimit-Remaining ${name}_remaining always;
add_header X-RateLimit-Reset ${name}_wait always;
add_header Retry-After ${name}_wait always;
{link}"""


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
