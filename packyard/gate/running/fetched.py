"""Commands that run what comes out of the network, or what they decode: whoever holds the server decides what happens.

    curl -s https://x.example/i.sh | sh                  bash <(curl -s URL)        sh -c "$(wget -qO- URL)"
    curl -o /tmp/i.sh URL && chmod +x /tmp/i.sh          x=$(curl URL); eval "$x"   base64 -d <<< $CODE | sh

A fetched file counts when the same text runs it later.  Addresses that never give anything else are pinned, and pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from packyard.gate.running.command import MADE, TANGLED, Command, Script, inside, pipelines
from packyard.gate.running.exact import unchanging
from packyard.gate.running.installers import is_installer
from packyard.gate.running.interpreters import begins, is_interpreter, name_of, run_words, runs_stdin
from packyard.gate.running.marks import DECODED, HARM, INSTALLS, REMOTE, UNREAD, Mark
from packyard.gate.running.network import FETCHERS
from packyard.gate.running.wrappers import POWERSHELLS

_DECODERS = frozenset({"rev", "tr", "uudecode", "zcat", "gunzip", "uncompress"})
_UNPACKERS = frozenset({"base32", "base64", "basenc", "gzip", "xz", "bzip2", "openssl", "gpg"})
_UNPACK = re.compile(r"-[a-zA-Z]{0,3}[dD][a-zA-Z]{0,3}|--decode|--decrypt|--decompress|enc|base64")
#: Characters in escapes: three near each other, or one letter, which nobody has to escape.
_ESCAPED = re.compile(
    r"(?:\\(?:x[0-9A-Fa-f]{2}|0?[0-7]{3}).{0,2}){3}|\\(?:x(?:[46][1-9A-Fa-f]|[57][0-9Aa])|0?1(?:[04][1-7]|[1256][0-7]|[37][0-2]))"
)
_CHECKERS = frozenset({"sha256sum", "sha512sum", "b2sum", "shasum", "cosign", "minisign", "gpg", "gpgv", "signify"})
_ARCHIVERS = frozenset({"7z", "bsdtar", "cpio", "expand-archive", "tar", "unar", "unzip"})
#: Programs that give what a file holds.
_READERS = frozenset(
    {"awk", "base64", "cat", "cut", "get-content", "grep", "gunzip", "gzip", "head", "sed", "tail", "tee", "tr", "xxd"}
)
#: Programs that set the variables which they name, to what they read.
_SETTERS = frozenset({"mapfile", "read", "readarray"})
#: Programs that run or install a file that they are given; those that do it with an address, too.
_LOADERS = frozenset({"ansible-pull", "javaws", "msiexec", "mshta", "regsvr32", "rpm", "rundll32"})
_STARTERS = _LOADERS | frozenset(
    {"chmod", "cscript", "dpkg", "installer", "invoke-item", "java", "open", "start", "start-process", "wscript"}
)
_TO_RUN = re.compile(r"[augo]*[+=][rwst]*x|[0-7]*[1357]$")
_CODE = re.compile(
    r"urlopen|requests\.get|urlretrieve|httpx\.|fetch\(|http\.get|Net::HTTP|LWP::|URI\.open|file_get_contents\(.?http"
)
_URL = re.compile(r"https?://[^\s\"'<>|;)]+")
_OUTPUT = re.compile(r"(?:-[A-Za-z]*[oO]|--output|--output-document|-OutFile|-outfile)(?:=(.+)|([/.~$].*))?")
_NAMES_ITSELF = re.compile(r"-[A-Za-z]*O[A-Za-z]*|--remote-name(?:-all)?")
_TO_LAST = frozenset({"bitsadmin", "certutil", "scp"})
_WEB = re.compile(r"(?:System\.)?Net\.(?:WebClient|Http)|Msxml2|WinHttp", re.IGNORECASE)
_SOCKET = re.compile(r"/dev/(?:tcp|udp)/")
_OWN = re.compile(r"/(?:usr|bin|opt)/|.*_(?:ROOT|DIR)\b")
_VARIABLE = re.compile(r"\$\{?(\w+)")
#: The kind of what is neither fetched nor decoded.
_MADE = "made"
_WHAT = {
    REMOTE: "what is fetched is run",
    DECODED: "what is decoded is run",
    INSTALLS: "the installer of a well-known program is fetched and run",
}


def marks(script: Script) -> Iterator[Mark]:
    """What the script runs without anybody having read it."""
    held = _Held(script)
    for pipeline in pipelines(script):
        before: set[str] = set()
        for at, command in enumerate(pipeline):
            if command.words[:1] == (TANGLED,):
                yield Mark(UNREAD, command.line, "commands are too many, or nested too deeply, to be read")
            elif at and runs_stdin(command):
                yield from _piped(before, command)
            else:
                yield from _given(command, held)
            before.add(held.kind(command) or _source(command))
            if MADE in command.writes and any(place < 0 and begins(made) for place, made in command.made):
                yield from _mark(before, command)


class _Held:
    """The files, variables and functions that hold something fetched or decoded, with the kind of it; whether sums are
    compared, an archive that was fetched is unpacked, and the script connects itself to a `socket`.
    """

    def __init__(self, script: Script) -> None:
        self.files: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self.checks = self.unpacks = self.socket = False
        function = ""
        for pipeline in pipelines(script):
            kind = ""
            for command in pipeline:
                self.checks |= name_of(command) in _CHECKERS
                self.socket |= any(map(_SOCKET.match, (*command.reads, *command.writes)))
                kind = kind or self.kind(command)
                if name_of(command) in _ARCHIVERS:
                    self.unpacks |= bool(kind) or any(map(self.of_file, command.words[1:]))
                elif kind:
                    self.take(command, kind)
            if function and kind:
                self.functions[function] = kind
            function = pipeline[0].words[1] if pipeline[0].words[:1] == ("function",) != pipeline[0].words else ""

    def take(self, command: Command, kind: str) -> None:
        """Notes what the command keeps of something that is fetched or decoded."""
        self.files |= dict.fromkeys(filter(None, map(_base, _written(command))), kind)
        self.names |= dict.fromkeys((name for name, value in command.sets if MADE in value), kind)
        if name_of(command) in _SETTERS:
            self.names |= dict.fromkeys(command.words[1:], kind)
        if command.words[:1] == ("alias",):
            self.functions |= {word.partition("=")[0]: kind for word in command.words[1:2]}

    def kind(self, command: Command) -> str:
        """REMOTE, INSTALLS or DECODED when the command gives something fetched or decoded, else ""."""
        found = ""
        for part in inside(command):
            if (kind := self.of_part(part)) == REMOTE:
                return REMOTE
            found = found or kind
        return found

    def of_part(self, part: Command) -> str:
        """The same for a command without what is inside of it."""
        if kind := _fetches(part) or (DECODED if _decodes(part) else ""):
            return kind
        if self.names:
            for name in (name for word in part.words for name in _VARIABLE.findall(word)):
                if name in self.names:
                    return self.names[name]
        if self.functions and part.words and part.words[0] in self.functions:
            return self.functions[part.words[0]]
        read = (*part.reads, *(part.words[1:] if name_of(part) in _READERS else ()))
        return next(filter(None, map(self.of_file, read)), "") if self.files or self.socket else ""

    def of_file(self, word: str) -> str:
        """The kind of what is in a file, if that is known."""
        if self.socket and word.startswith("&"):
            return REMOTE
        return self.files.get(_base(word), "") if self.files else ""


def _piped(before: set[str], command: Command) -> Iterator[Mark]:
    if not before.isdisjoint(_WHAT):
        yield from _mark(before, command)
    elif _MADE in before and command.words[0][:1] != "$" and (not command.body or "$" in command.body):
        yield Mark(HARM, command.line, "text that is made when it runs is run as a program")


def _source(command: Command) -> str:
    """_MADE unless the command gives what can be read elsewhere: a file, or what never changes."""
    name = name_of(command)
    return "" if name == "cat" or name in FETCHERS else _MADE


def _given(command: Command, held: _Held) -> Iterator[Mark]:
    """What the command is given to run: by substitution, in a variable, or in a file that was fetched."""
    name, places, reads = name_of(command), run_words(command), runs_stdin(command)
    for place, script in command.made:
        if place in places or place == 0 or (reads and place < 0):
            yield from _mark({held.kind(part) for pipeline in script for part in pipeline}, command)
    if name in ("iex", "invoke-expression", "[scriptblock]::create"):
        yield from _mark({held.kind(part) for pipeline in command.runs for part in pipeline}, command)
    if name in POWERSHELLS and any(map(_is_encoded, command.words[1:])):
        yield Mark(DECODED, command.line, _WHAT[DECODED])
    words = [command.words[place] for place in places if place < len(command.words)]
    if is_interpreter(name) or places == (0,):
        yield from _mark({held.names.get(name, "") for word in words for name in _VARIABLE.findall(word)}, command)
    if name in ("bun", "deno", "java", *_LOADERS):
        yield from _addressed(command, words if name in ("bun", "deno") else _loaded(name, command.words))
    if name in _STARTERS and (name != "chmod" or any(map(_TO_RUN.match, command.words[1:]))):
        words += command.words[1:]
    yield from _files(command, held, (*words, *(command.reads if reads else ())))


def _files(command: Command, held: _Held, words: Collection[str]) -> Iterator[Mark]:
    """The files that were fetched, of those that the command runs."""
    kinds = set(map(held.of_file, words)) - {""}
    if kinds and held.checks:
        yield Mark(HARM, command.line, "a file that was fetched is run, after its sum was compared")
    elif kinds:
        yield from _mark(kinds, command)
    elif held.unpacks and any("/" in word and not _OWN.match(word) for word in words):
        yield Mark(HARM, command.line, "a file is run that may be out of an archive which was fetched")


def _loaded(name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that may be the address of what is run; for `java` that is the one behind `-jar`."""
    return words[1:] if name != "java" else words[words.index("-jar") + 1 :][:1] if "-jar" in words else ()


def _addressed(command: Command, words: Collection[str]) -> Iterator[Mark]:
    if any(not unchanging(url) for word in words for url in _URL.findall(word)):
        yield Mark(REMOTE, command.line, _WHAT[REMOTE])


def _mark(kinds: Collection[str], command: Command) -> Iterator[Mark]:
    if kind := next((kind for kind in _WHAT if kind in kinds), ""):
        yield Mark(kind, command.line, _WHAT[kind])


def _is_encoded(word: str) -> bool:
    """Whether a word is a form of PowerShell's `-EncodedCommand`."""
    return len(word) > 1 and ("-encodedcommand".startswith(word.lower()) or word.lower() == "-ec")


def _fetches(command: Command) -> str:
    """REMOTE when the command gives what comes out of the network; INSTALLS when that is a known installer."""
    name = name_of(command)
    if name in FETCHERS:
        urls = [url for word in command.words for url in _URL.findall(word)]
        if urls and all(map(unchanging, urls)):
            return ""
        return INSTALLS if urls and all(map(is_installer, urls)) else REMOTE
    if name in ("gh", "aws", "gsutil"):
        is_asked = command.words[1:2] in (("api",), ("gist",), ("s3",), ("cat",))
    elif name == "git":
        is_asked = command.words[1:2] == ("archive",) and any(word.startswith("--remote") for word in command.words)
    elif is_interpreter(name):
        is_asked = any(map(_CODE.search, command.words))
    else:
        is_asked = name.startswith(("new-object", "[")) and any(map(_WEB.search, command.words))
    return REMOTE if is_asked or any(map(_SOCKET.match, command.reads)) else ""


def _decodes(command: Command) -> bool:
    name = name_of(command)
    if name in _UNPACKERS:
        return any(_UNPACK.fullmatch(word) for word in command.words[1:])
    if name == "xxd":
        return any(word.startswith("-") and "r" in word for word in command.words)
    if name in ("echo", "printf"):
        return any(map(_ESCAPED.search, command.words))
    return name in _DECODERS or (is_interpreter(name) and any("b64decode" in word for word in command.words))


def _written(command: Command) -> Iterator[str]:
    """The files into which the command writes what it fetched."""
    yield from command.writes
    name = name_of(command)
    if name in ("tee", *_TO_LAST):
        yield from (word for word in command.words[1 if name == "tee" else -1 :] if not word.startswith("-"))
    if name not in FETCHERS:
        return
    for at, word in enumerate(command.words[1:], 1):
        if (option := _OUTPUT.fullmatch(word)) and (option[1] or option[2] or at + 1 < len(command.words)):
            yield option[1] or option[2] or command.words[at + 1]
        if _URL.match(word) and (name == "wget" or any(map(_NAMES_ITSELF.fullmatch, command.words))):
            yield word.partition("?")[0]


def _base(word: str) -> str:
    name = word.rstrip("/").rpartition("/")[2].strip("\"'")
    return "" if name in ("-", "null", "stdout", "stderr") or word.startswith("/dev/") else name
