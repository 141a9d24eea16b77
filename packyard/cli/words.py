"""`packyard words`."""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options


@click.command("words", context_settings=options.CONTEXT)
@click.argument("translation", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
def command(translation: Path | None) -> None:
    """Print every text that the site says, as `registry-src/site/words.yaml` holds them.

    Translate what stands behind the colons. With a TRANSLATION, say which texts it lacks and which nobody says.
    """
    from packyard.phrases import catalogue, phrases
    from packyard.tool import templates_folder

    found = phrases(templates_folder(), Path(__file__).resolve().parents[1] / "surfaces")
    if translation is None:
        click.echo(catalogue(found), nl=False)
        return
    _compare(translation, {phrase.text for phrase in found})


def _compare(translation: Path, said: set[str]) -> None:
    from packyard.errors import FormatError, ProblemsFound
    from packyard.formats.fields import errors_of
    from packyard.formats.words import parse_words

    try:
        words = parse_words(translation.read_bytes())
    except FormatError as error:
        raise ProblemsFound(each.at(str(translation)) for each in errors_of(error)) from None
    lacking, unsaid = sorted(said - words.texts.keys()), sorted(words.texts.keys() - said)
    for text in lacking:
        click.echo(f"untranslated: {text}")
    for text in unsaid:
        click.echo(f"said nowhere: {text}")
    click.echo(f"{len(said) - len(lacking)} of {len(said)} texts are translated into {words.language}", err=True)
    if lacking or unsaid:
        raise SystemExit(1)
