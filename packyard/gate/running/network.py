"""What can talk to the network, whatever the address: programs, and the modules and calls of six languages.

    from urllib import request                 urllib.request
    const { get } = require("node:https")      https
    navigator.sendBeacon(url, data)            sendBeacon

Programs are only listed here: what commands start is read elsewhere. Names that are put together when the code runs are
found by `sources`, as what hides. Time is in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NETWORK = """
    curl wget wget2 http https httpie xh aria2c axel fetch lynx w3m ftp tftp nc ncat netcat socat telnet ssh scp dig
    host nslookup iwr irm invoke-webrequest invoke-restmethod start-bitstransfer bitsadmin certutil
"""
#: Programs that give what comes out of the network.
FETCHERS = frozenset(_NETWORK.split())
_OF_PYTHON = """
    urllib.request urllib3 http.client http.server requests httpx aiohttp socket _socket socketserver ssl smtplib ftplib
    poplib imaplib nntplib telnetlib xmlrpc.client xmlrpc.server webbrowser websocket websockets paramiko pycurl grpc
    boto3 httplib2 multiprocessing.connection
"""
_MODULES = frozenset(_OF_PYTHON.split())
#: An import begins a line, a statement, or the code that stands behind an option such as `-c`.
_FROM = re.compile(
    r"(?:^(?:-[a-z]{1,4} )?|[;:])[ \t]*+from[ \t]{1,8}([\w.]{1,200})[ \t]{1,8}import\b"
    r"[ \t]{0,8}(?:\(([^)]{0,2000})|([^\n;#]{0,500}))",
    re.MULTILINE,
)
_IMPORT = re.compile(r"(?:^(?:-[a-z]{1,4} )?|[;:])[ \t]*+import[ \t]{1,8}([^\n;#]{1,500})", re.MULTILINE)
_IMPORTED = re.compile(r"\b(?:__import__|import_module)\s?\(\s?[\"']([\w.]{1,200})[\"']")
_CALLED_IN_PYTHON = re.compile(
    r"\basyncio\.(?:open_connection|start_server)\b|\b(?:HTTP|Socket|SMTP|Datagram)Handler\b"
)
_CALLED_IN_SCRIPT = re.compile(
    r"(?<![\w$.\"'`-])(?:(?:globalThis|window|self|global)\??\.)?(fetch)\s?(?=[(,;)\]\n]|\?\.|\.(?:call|apply|bind)\b|\Z)"
    r"|\b(WebSocket|XMLHttpRequest|EventSource|WebTransport|RTCPeerConnection|sendBeacon)\b"
    r"|\b((?:Bun|Deno)\.(?:connect|connectTls|listen|serve|fetch|udpSocket))\b"
)
_SCRIPT_MODULE = re.compile(
    r"(?:\bfrom|\brequire\s?\(|\bimport\s?\(|\bimport|\bgetBuiltinModule\s?\()\s{0,4}[\"'`](?:node:)?"
    r"(https?|http2|net|tls|dgram|dns|axios|got|undici|node-fetch|cross-fetch|ws|superagent|ky|needle|request"
    r"|socket\.io-client|nodemailer|ssh2)(?:/[\w./-]{0,100})?[\"'`]"
)
_RUBY = re.compile(r"\brequire\s?\(?\s?[\"'](net/\w{1,20}|socket|open-uri|faraday|httparty|rest-client)[\"']")
_PERL = re.compile(r"\b(?:use|require)\s{1,4}((?:LWP|IO::Socket|HTTP::Tiny|Net::\w{1,30}|Socket|Mojo::UserAgent)\b)")
_PHP = re.compile(
    r"\b(curl_(?:init|exec|multi_exec)|p?fsockopen|stream_socket_client|socket_connect)\s?\("
    r"|\b(file_get_contents|fopen)\s?\(\s?[\"'](?:https?|ftp):"
)
_POWERSHELL = re.compile(r"\b(Net\.(?:WebClient|HttpWebRequest|Http\.HttpClient|Sockets\.\w{1,30}))\b", re.IGNORECASE)
_LIKE_C = (_CALLED_IN_SCRIPT, _SCRIPT_MODULE)
_BY_SUFFIX = {
    **dict.fromkeys(("js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"), _LIKE_C),
    "py": (_CALLED_IN_PYTHON,),
    "rb": (_RUBY,),
    "pl": (_PERL,),
    "php": (_PHP,),
    "ps1": (_POWERSHELL,),
    "psm1": (_POWERSHELL,),
}
_EVERY = (_CALLED_IN_PYTHON, *_LIKE_C, _RUBY, _PERL, _PHP, _POWERSHELL)


def reaches(text: str, name: str = "") -> frozenset[str]:
    """The modules and calls by which the code can talk to the network. The end of the file's `name` says the language;
    where it says none, all are tried.
    """
    suffix = name.rpartition(".")[2]
    patterns = _BY_SUFFIX.get(suffix, _EVERY)
    found = {next(filter(None, each.groups()), each[0]) for pattern in patterns for each in pattern.finditer(text)}
    if suffix == "py" or suffix not in _BY_SUFFIX:
        found |= {module for path in _imported(text) for module in _MODULES if f".{module}." in f".{path}."}
    return frozenset(found)


def _imported(text: str) -> Iterator[str]:
    """The modules that Python code imports, and the names from them, as dotted paths."""
    text = text.replace("\\\n", " ")
    for found in _FROM.finditer(text):
        yield from (f"{found[1]}.{name}" for name in _firsts(found[2] or found[3] or "")) if found[1] else ()
    for found in _IMPORT.finditer(text):
        yield from _firsts(found[1])
    yield from (found[1] for found in _IMPORTED.finditer(text))


def _firsts(names: str) -> Iterator[str]:
    """The first word of each part between commas: `a as b, c` gives a and c."""
    yield from (words[0] for part in names.split(",") if (words := part.split()))
