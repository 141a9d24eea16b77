"""RFC 3339 times in UTC with whole seconds, `2026-11-21T06:00:00Z`, and days, `2026-11-21`."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from packyard.errors import FormatError

DAY = 86_400
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)


def format_time(seconds: int) -> str:
    """The time as text."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def parse_time(text: str) -> int:
    """Seconds since 1970; the exact inverse of `format_time`, so 30 February is refused."""
    if _TIME.fullmatch(text):
        try:
            seconds = int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
        except ValueError:
            seconds = -1
        if seconds >= 0 and format_time(seconds) == text:
            return seconds
    raise FormatError("field-invalid", "not a time in UTC", expected="YYYY-MM-DDTHH:MM:SSZ", found=text[:40])


def day_of(seconds: int) -> str:
    """The UTC day that holds the time."""
    return format_time(seconds)[:10]
