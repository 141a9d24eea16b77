"""Commands that run what comes out of the network, or what they decode: whoever holds the server decides what happens.

    curl -s https://x.example/i.sh | sh                  bash <(curl -s URL)        sh -c "$(wget -qO- URL)"
    curl -o /tmp/i.sh URL && chmod +x /tmp/i.sh          x=$(curl URL); eval "$x"   base64 -d <<< $CODE | sh

A fetched file counts when the same text runs it later.  Addresses that never give anything else are pinned, and pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from packyard.gate.running.command import MADE, TANGLED, Command, Script, inside, pipelines
from packyard.gate.running.interpreters import is_interpreter, name_of, run_words, runs_stdin
from packyard.gate.running.marks import DECODED, HARM, REMOTE, UNREAD, Mark
from packyard.gate.running.packages import unchanging

_NETWORK = """
    curl wget wget2 http https httpie xh aria2c axel fetch lynx w3m ftp tftp nc ncat netcat ssh scp dig host nslookup
    iwr irm invoke-webrequest invoke-restmethod start-bitstransfer bitsadmin certutil
"""
#: Programs that give what comes out of the network.
FETCHERS = frozenset(_NETWORK.split())
_DECODERS = frozenset({"rev", "tr", "uudecode", "zcat", "gunzip", "uncompress"})
_UNPACKERS = frozenset({"base32", "base64", "basenc", "gzip", "xz", "bzip2", "openssl", "gpg"})
_UNPACK = re.compile(r"-d|-D|--decode|--decrypt|-dc|-cd|enc|base64")
_CHECKERS = frozenset({"sha256sum", "sha512sum", "b2sum", "shasum", "cosign", "minisign", "gpg", "gpgv", "signify"})
#: Programs that run or install a file that they are given.
_STARTERS = frozenset({"chmod", "dpkg", "installer", "java", "msiexec", "open", "rpm", "start", "mshta", "rundll32"})
_TO_RUN = re.compile(r"[augo]*[+=][rwst]*x|[0-7]*[1357]$")
_CODE = re.compile(
    r"urlopen|requests\.get|urlretrieve|httpx\.|fetch\(|http\.get|Net::HTTP|LWP::|file_get_contents\(.?http"
)
_URL = re.compile(r"https?://[^\s\"'<>|;)]+")
_OUTPUT = re.compile(r"(?:-[A-Za-z]*[oO]|--output|--output-document|-OutFile|-outfile)(?:=(.+))?")
_NAMES_ITSELF = re.compile(r"-[A-Za-z]*O[A-Za-z]*|--remote-name(?:-all)?")
#: The kind of what is neither fetched nor decoded.
_MADE = "made"
_VARIABLE = re.compile(r"\$\{?(\w+)")


def marks(script: Script) -> Iterator[Mark]:
    """What the script runs without anybody having read it."""
    held = _Held(script)
    for pipeline in pipelines(script):
        before: set[str] = set()
        for at, command in enumerate(pipeline):
            if command.words[:1] == (TANGLED,):
                yield Mark(UNREAD, command.line, "commands are nested too deeply to be read")
            elif at and runs_stdin(command):
                yield from _piped(before, command)
            else:
                yield from _given(command, held)
            before.add(held.kind(command) or _source(command))


class _Held:
    """The files and variables that hold something fetched or decoded, with the kind of it; and whether sums are
    compared.
    """

    def __init__(self, script: Script) -> None:
        self.files: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.checks = False
        for pipeline in pipelines(script):
            kind = ""
            for command in pipeline:
                self.checks |= name_of(command) in _CHECKERS
                kind = kind or self.kind(command)
                if kind:
                    self.files |= dict.fromkeys(filter(None, map(_base, _written(command))), kind)
                    self.names |= dict.fromkeys((name for name, value in command.sets if MADE in value), kind)

    def kind(self, command: Command) -> str:
        """REMOTE when the command gives what it fetches, DECODED when it gives what it decodes, else ""."""
        found = ""
        for part in inside(command):
            if _fetches(part):
                return REMOTE
            held = (self.names.get(name, "") for word in part.words for name in _VARIABLE.findall(word))
            found = found or (DECODED if _decodes(part) else next(filter(None, held), ""))
        return found

    def of_file(self, word: str) -> str:
        """The kind of what is in a file, if that is known."""
        return self.files.get(_base(word), "") if self.files else ""


def _piped(before: set[str], command: Command) -> Iterator[Mark]:
    if REMOTE in before or DECODED in before:
        yield from _mark(before, command)
    elif _MADE in before and command.words[0][:1] != "$":
        yield Mark(HARM, command.line, "text that is made when it runs is run as a program")


def _source(command: Command) -> str:
    """_MADE unless the command gives what can be read elsewhere: a file, or what never changes."""
    name = name_of(command)
    return "" if name == "cat" or name in FETCHERS else _MADE


def _given(command: Command, held: _Held) -> Iterator[Mark]:
    """What the command is given to run: by substitution, in a variable, or in a file that was fetched."""
    places = run_words(command)
    reads = runs_stdin(command)
    for place, script in command.made:
        if place in places or place == 0 or (reads and place < 0):
            kinds = {held.kind(part) for pipeline in script for part in pipeline}
            yield from _mark(kinds, command)
    if name_of(command) in ("iex", "invoke-expression"):
        yield from _mark({held.kind(part) for pipeline in command.runs for part in pipeline}, command)
    words = [command.words[place] for place in places if place < len(command.words)]
    if is_interpreter(name_of(command)) or places == (0,):
        yield from _mark({held.names.get(name, "") for word in words for name in _VARIABLE.findall(word)}, command)
    if name_of(command) in _STARTERS and (name_of(command) != "chmod" or any(map(_TO_RUN.match, command.words[1:]))):
        words += command.words[1:]
    for word in (*words, *(command.reads if reads else ())):
        if kind := held.of_file(word):
            if held.checks:
                yield Mark(HARM, command.line, "a file that was fetched is run, after its sum was compared")
            else:
                yield from _mark({kind}, command)


def _mark(kinds: Collection[str], command: Command) -> Iterator[Mark]:
    if REMOTE in kinds:
        yield Mark(REMOTE, command.line, "what is fetched is run")
    elif DECODED in kinds:
        yield Mark(DECODED, command.line, "what is decoded is run")


def _fetches(command: Command) -> bool:
    name = name_of(command)
    if name in FETCHERS:
        urls = [url for word in command.words for url in _URL.findall(word)]
        return not urls or not all(map(unchanging, urls))
    if name in ("gh", "aws", "gsutil"):
        return command.words[1:2] in (("api",), ("gist",), ("s3",), ("cat",))
    return is_interpreter(name) and any(_CODE.search(word) for word in command.words)


def _decodes(command: Command) -> bool:
    name = name_of(command)
    if name in _UNPACKERS:
        return any(_UNPACK.fullmatch(word) for word in command.words[1:])
    if name == "xxd":
        return any(word.startswith("-") and "r" in word for word in command.words)
    if name == "printf":
        return any(word.count("\\x") > 3 for word in command.words)
    return name in _DECODERS or (is_interpreter(name) and any("b64decode" in word for word in command.words))


def _written(command: Command) -> Iterator[str]:
    """The files into which the command writes what it fetched."""
    yield from command.writes
    if name_of(command) == "tee":
        yield from (word for word in command.words[1:] if not word.startswith("-"))
    if name_of(command) not in FETCHERS:
        return
    for at, word in enumerate(command.words[1:], 1):
        if (option := _OUTPUT.fullmatch(word)) and (option[1] or at + 1 < len(command.words)):
            yield option[1] or command.words[at + 1]
        if _URL.match(word) and (name_of(command) == "wget" or any(map(_NAMES_ITSELF.fullmatch, command.words))):
            yield word.partition("?")[0]


def _base(word: str) -> str:
    name = word.rstrip("/").rpartition("/")[2].strip("\"'")
    return "" if name in ("-", "null", "stdout", "stderr") or word.startswith("/dev/") else name
