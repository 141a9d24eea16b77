"""TOML that is written is read as what it was."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from packyard.client.placing.toml import format_pairs, format_table

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r")) | st.text("\"\\\n'a")
pairs = st.dictionaries(texts, texts | st.booleans() | st.lists(texts), max_size=4)


@given(pairs, texts)
def test_it_is_read_as_what_it_was(values: dict[str, str | bool | list[str]], name: str) -> None:
    assert tomllib.loads(format_pairs(values)) == values
    assert tomllib.loads(format_table(("mcp_servers", name), values)) == {"mcp_servers": {name: values}}


def test_a_long_text_is_readable() -> None:
    text = format_pairs({"prompt": 'Say "hello".\nC:\\path\n"'})
    assert text == 'prompt = """\nSay "hello".\nC:\\\\path\n\\""""\n'
