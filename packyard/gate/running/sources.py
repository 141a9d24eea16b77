"""Source code that a pack brings, as far as it matters: what it evaluates, sends, and hides.

    exec(urlopen(url).read())                           fetch(url, {body: JSON.stringify(process.env)})

No language is parsed: what counts is found by the words of Python, JavaScript and PowerShell that do it. Time is in
proportion to the text. The commands that code starts are read by `calls`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from packyard.gate.running.calls import CALL, MOST_CALLS
from packyard.gate.running.exact import unchanging
from packyard.gate.running.lines import Lines
from packyard.gate.running.marks import DECODED, GRAVE, HARM, LEAK, REMOTE, UNREAD, Mark

_NAME = re.compile(r"\w+")
_NEAR, _INLINE = 200, 4000

_FETCH = (
    r"\bfetch\s?\(|\baxios\b|\bhttps?(?:[\"']\))?\.(?:get|request)\b|\bgot\s?\(|urlopen|urlretrieve|\brequests(?:[\"']\))?\.\w|\bhttpx\.\w"
    r"|DownloadString|Net::HTTP|LWP::|URI\.open|file_get_contents\(.?https?:|\b(?:iwr|irm|Invoke-(?:WebRequest|RestMethod))\b"
)
_DECODE = (
    r"\batob\s?\(|['\"]base64['\"]|b64decode|fromhex|\bcodecs\.decode|marshal\.loads|fromCharCode|FromBase64String"
    r"|-EncodedCommand|base64_decode|decode_base64|\.unpack1?\("
)
_EVAL = re.compile(
    r"(?<![\w.$])(?:eval|exec|Function)\s?\((?!['\"`][^'\"`\n]{0,400}['\"`]\s?[,)]|`)|\bvm\.run\w{1,20}\s?\("
    r"|\b(?:globalThis|window|global|self)\s?(?:\.|\[\s?[\"'])(?:eval|Function)\b"
    r"|\bconstructor[\"']?\]?(?:\.|\[\s?[\"'])constructor\b|\bgetattr\s?\(\s?(?:__builtins__|builtins|os|subprocess)\s?,"
    r"|\b(?:globalThis|window|global)\s?\[(?!\s?(?:[\"'][\w$]*[\"']|Symbol\.[\w(\"'.-]*\)?)\s?\])[^\]\n]{1,80}\]\s?\("
    r"|\b__import__\s?\(\s?(?![\"'][\w.]{1,200}[\"']\s?[,)])[^\s)]|\bgetattr\s?\(\s?__import__\b"
    r"|\bimport_module\s?\([^)\n]{0,80}?(?:[\"']\s?[+%]|[+%]\s?[\"']|\bjoin\b|decode\b|\[::)"
    r"|\b(?:require|import)\s?\(\s?[\"'`]\w{1,20}[\"'`]\s?\+"
    r"|\(\s?eval\s?\)|\beval\s(?:get\b|URI\b|decode_)|\[scriptblock\]::Create|(?i:(?<![\w.-])(?:iex|Invoke-Expression)\b)"
)
_SOURCE = re.compile(rf"(?P<fetch>{_FETCH})|(?P<decode>{_DECODE})", re.IGNORECASE)
_TAKEN = re.compile(r"\b([A-Za-z_]\w*+)\s?(?::\s?\w++\s?)?=(?!=)")
_IMPORT = re.compile(
    r"(?:\bimport\s?\(\s?|\bfrom\s{1,4}|\bimport\s{1,4}|importScripts\(\s?)[\"'`](https?://[^\"'`\s]+)"
)
_SENDS = re.compile(rf"{_FETCH}|\.post\s?\(|sendBeacon|\bsmtplib\b|\bWebSocket\s?\(|urllib", re.IGNORECASE)
_ENVIRONMENT = re.compile(
    r"(?:JSON\.stringify|Object\.(?:entries|values)|json\.dumps|urlencode|str|repr)\s?\(\s?(?:dict\(\s?|\{\s?\.\.\.)?(?:process\.env|os\.environ)(?![.\[\w])"
    r"|(?:json|data|body|params)\s?[=:]\s?(?:dict\(\s?)?(?:process\.env|os\.environ)(?![.\[\w])"
)
_SECRETS = re.compile(
    r"(?:homedir\(\)|expanduser|Path\.home\(\)|\bHOME\b|~/|USERPROFILE)[^\n]{0,80}?"
    r"(?:\.ssh|\.aws|\.netrc|\.git-credentials|\.npmrc|\.pypirc|\.gnupg|\.kube|\.config/(?:gcloud|gh)|Keychains|_history)\b"
)
_POSTS = re.compile(
    r"\.(?:post|put)\s?\(|[\"']?method[\"']?\s?[:=]\s?[\"'](?:POST|PUT)|sendBeacon|\bdata\s?=|\bbody\s?[:=,]",
    re.IGNORECASE,
)
_READS = re.compile(r"\breadFile|\bopen\s?\(|\bread_(?:text|bytes)|\bcopyFile|createReadStream|\bshutil\.")
_SOCKET = re.compile(
    r"\bnet\.(?:connect|createConnection|Socket)|socket\.socket|TCPSocket|fsockopen|TCPClient|\buse (?:IO::)?Socket\b"
)
_SHELL = re.compile(
    r"pty\.spawn|dup2\s?\(|[\"'](?:/bin/)?(?:ba|z)?sh(?:[\"']| -i| <&)|cmd\.exe|powershell|\bpopen\(\w{1,30},",
    re.IGNORECASE,
)
#: A name written so that nobody finds it: in escapes of its letters, or put together.
_HIDDEN = re.compile(
    r"(?:[\w$]{0,8}\\(?:x[4-7][0-9a-fA-F]|u\{?00[4-7][0-9a-fA-F]\}?)){1,40}[\w$]{0,20}"
    r"|(?<![\w\"'`])[\"'`]\w{1,12}[\"'`](?:\s?[+,]\s?[\"'`]\w{1,12}[\"'`]){1,20}(?![\"'`])"
)
_LETTER = re.compile(r"\\(?:x|u\{?00)([4-7][0-9a-fA-F])\}?")
_JOIN = re.compile(r"[\"'`\s+,]")
_NAMES_OF_EVALS = frozenset(
    {"__import__", "child_process", "constructor", "eval", "exec", "execSync", "Function", "import", "popen", "process"}
    | {"require", "spawn", "spawnSync", "subprocess", "system"}
)
#: By this a shell is tied to a socket.
_TIED = re.compile(r"pty\.spawn|dup2\s?\(|\.pipe\s?\(|>&[S\d]|gets\b|<&\d")


def marks(text: str, line: int = 1, inline: bool = False) -> Iterator[Mark]:
    """What the code runs, reads and sends that commands do not show; `inline` is code that stands in a command, and is
    taken as one statement.
    """
    at = Lines(text, line).at
    for address in _IMPORT.finditer(text):
        if not unchanging(address[1]):
            yield Mark(REMOTE, at(address.start()), "code is imported from an address that may change", address[1])
    yield from (Mark(DECODED, at(place), "the name of what runs code is hidden", name) for place, name in _hidden(text))
    held = _held(text)
    if len(tuple(islice(chain(CALL.finditer(text), _EVAL.finditer(text)), MOST_CALLS))) == MOST_CALLS:
        yield Mark(UNREAD, line, "there are too many calls to be looked into")
    for call in islice(_EVAL.finditer(text), MOST_CALLS):
        yield _evaluated(text[:_INLINE] if inline else _statement(text, call), at(call.start()), held)
    sends = _SENDS.search(text)
    for found in _ENVIRONMENT.finditer(text) if sends else ():
        yield Mark(LEAK, at(found.start()), "the whole environment is sent away")
    for found in _SECRETS.finditer(text) if _READS.search(text) else ():
        if sends and (_POSTS.search(text) or ".ssh" in found[0]):
            yield Mark(LEAK, at(found.start()), "a file that holds secrets is read, and something is sent away")
        else:
            yield Mark(GRAVE, at(found.start()), "a file is read that holds secrets")
    socket = _SOCKET.search(text)
    if socket and _SHELL.search(text):
        kind = LEAK if _TIED.search(text) else GRAVE
        yield Mark(kind, at(socket.start()), "a shell is opened to another machine")


def _hidden(text: str) -> Iterator[tuple[int, str]]:
    """The names of what runs code that are written so that nobody finds them, with their places."""
    for name in _HIDDEN.finditer(text):
        letters = _LETTER.sub(lambda letter: chr(int(letter[1], 16)), name[0])
        if _JOIN.sub("", letters) in _NAMES_OF_EVALS:
            yield name.start(), name[0]


def _statement(text: str, call: re.Match[str]) -> str:
    """What a call is given: to the end of the line, and, where something is piped to it, from its beginning."""
    before = text[max(0, call.start() - _NEAR) : call.start()].rpartition("\n")[2]
    after = text[call.start() : call.end() + _NEAR].partition("\n")[0]
    return (before if call[0][:1] in "iI(" else "") + after


def _held(text: str) -> dict[str, str]:
    """The variables that are given something fetched or decoded, with the kind of it."""
    held: dict[str, str] = {}
    for source in _SOURCE.finditer(text):
        before = text[max(0, source.start() - _NEAR) : source.start()].rpartition("\n")[2]
        for taken in _TAKEN.finditer(before):
            held[taken[1]] = REMOTE if source["fetch"] else DECODED
    return held


def _evaluated(statement: str, line: int, held: dict[str, str]) -> Mark:
    kinds = {held[name] for name in _NAME.findall(statement) if name in held}
    kinds |= {REMOTE if source["fetch"] else DECODED for source in _SOURCE.finditer(statement)}
    if REMOTE in kinds:
        return Mark(REMOTE, line, "what is fetched is run")
    if DECODED in kinds:
        return Mark(DECODED, line, "what is decoded is run")
    return Mark(HARM, line, "text that is made when it runs is run as a program")
