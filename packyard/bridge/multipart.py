r"""`multipart/form-data` (RFC 7578), read strictly: what a form sends, and nothing that two could read otherwise.

    --BOUNDARY\r\n
    Content-Disposition: form-data; name="tarball"; filename="hello.tgz"\r\n
    Content-Type: application/gzip\r\n
    \r\n
    the bytes\r\n
    --BOUNDARY--\r\n

Nothing stands before the first boundary, and no more than a line's end behind the last. Each part has one name, and no
name is there twice. No part is encoded. Boundaries are those of RFC 2046, section 5.1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from packyard.errors import FormatError

#: The most parts, and bytes of the headers of a part.
PARTS, HEADERS = 16, 4096

_TYPE = re.compile(
    r"multipart/form-data *; *boundary=(?:\"([0-9A-Za-z'()+_,./:=? -]{1,70})\"|([0-9A-Za-z'+_.-]{1,70})) *", re.I
)
_DISPOSITION = re.compile(r'form-data(?: *; *(?:name|filename)="[^"\r\n]*"| *; *filename\*=[^;\s"]+)+ *', re.I)
_NAME = re.compile(r'; *name="([^"\r\n]*)"', re.I)
_PLAIN = ("", "binary", "8bit", "7bit")


def parse(content_type: str, body: bytes) -> Mapping[str, bytes]:
    """The content of each part by its name. Raises `FormatError` `multipart-invalid`."""
    match = _TYPE.fullmatch(content_type)
    if not match:
        raise _invalid("the body is no form", "multipart/form-data with its boundary")
    found = dict[str, bytes]()
    for head, content in _parts(body, b"--" + (match[1] or match[2]).encode()):
        name = _name(head)
        if name in found or len(found) == PARTS:
            raise _invalid("a part is there twice, or there are too many", f"at most {PARTS} parts")
        found[name] = content
    return found


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Headers and content of each part."""
    end = b"\r\n" + boundary
    if not body.startswith(boundary + b"\r\n"):
        raise _invalid("the body does not begin with the boundary")
    start = len(boundary)
    while body[start : start + 2] == b"\r\n":
        blank = body.find(b"\r\n\r\n", start, start + HEADERS)
        stop = body.find(end, blank + 2) if blank >= 0 else -1
        if stop < 0:
            raise _invalid("a part has no end, or too long a head", f"at most {HEADERS} bytes before the content")
        yield body[start + 2 : blank], body[blank + 4 : max(stop, blank + 4)]
        start = stop + len(end)
    if body[start:] not in (b"--", b"--\r\n"):
        raise _invalid("the body does not end with the boundary")


def _name(head: bytes) -> str:
    """The name of the part with these headers."""
    try:
        lines = head.decode().split("\r\n")
    except UnicodeDecodeError:
        raise _invalid("the head of a part is not UTF-8") from None
    headers = dict[str, str]()
    for line in lines:
        field, colon, value = line.partition(":")
        if not colon or not field or field.strip() != field or field.lower() in headers or not value.isprintable():
            raise _invalid("the head of a part cannot be read")
        headers[field.lower()] = value.strip(" ")
    if headers.get("content-transfer-encoding", "").lower() not in _PLAIN:
        raise _invalid("a part is encoded", "its very bytes")
    disposition = headers.get("content-disposition", "")
    names = _NAME.findall(disposition) if _DISPOSITION.fullmatch(disposition) else []
    if len(names) != 1:
        raise _invalid("a part has not one name", 'Content-Disposition: form-data; name="…"')
    return str(names[0])


def _invalid(message: str, expected: str = "") -> FormatError:
    return FormatError("multipart-invalid", message, expected=expected)
