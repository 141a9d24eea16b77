"""What a parser or a verification says when it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from packyard.errors import FormatError


def code_of(function: Callable[..., object], *args: object) -> str:
    """The code of the `FormatError` that `function(*args)` must raise."""
    with pytest.raises(FormatError) as caught:
        function(*args)
    return caught.value.code
