"""`packyard explain`."""

from __future__ import annotations

import re

import click

from packyard.cli import options
from packyard.cli.terminal import document
from packyard.errors import UsageError
from packyard.rules.table import RULES, explain, rule


@click.command("explain", context_settings=options.CONTEXT)
@click.argument("code", required=False)
@options.json
def command(code: str | None, as_json: bool) -> None:
    """Explain the CODE of an error: what it means, why it is a rule, how to mend it. Without CODE, list all."""
    code = None if code is None else _bare(code)
    try:
        chosen = RULES if code is None else (rule(code),)
    except KeyError:
        raise UsageError("code-unknown", "no rule has this code", found=str(code), help=_close(str(code))) from None
    if as_json:
        document("rules", {"rules": [each._asdict() for each in chosen]})
    elif code is None:
        width = max(len(each.code) for each in RULES)
        for each in RULES:
            print(f"{each.code:{width}}  {each.title}")
    else:
        text, (found,) = explain(code), chosen
        tells = found.adjustable or found.outcome != "block"  # of any other code, that it is an error says as much
        print(text if tells else text.rpartition("Outcome: ")[0], end="")


def _bare(text: str) -> str:
    """The code in what was copied from an error, such as `error[owner-mismatch]:`."""
    return re.sub(r"^(?:error|review|note)\[([^\[\]]*)\].*$", r"\1", text.strip(), flags=re.DOTALL)


def _close(code: str) -> str:
    from difflib import get_close_matches

    found = get_close_matches(code, [each.code for each in RULES], 3)
    return f"did you mean {' or '.join(found)}?" if found else "`packyard explain` lists all codes"
