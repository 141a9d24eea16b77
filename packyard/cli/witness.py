"""`packyard witness` and `packyard agreement`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.terminal import document, printable, say, warn
from packyard.errors import UsageError

if TYPE_CHECKING:
    from packyard.agreement import Agreement, Report
    from packyard.edges.witnessing import Witnessed

KEY = "PACKYARD_WITNESS_KEY"


@click.command("witness", context_settings=options.CONTEXT)
@click.argument("place", metavar="[SITE|URL]", default="")
@click.option("--key", metavar="FILE", help=f"The witness's secret key, used for nothing else.  [default: {KEY}]")
@click.option(
    "--state", "memory", type=options.FOLDER, metavar="DIR", help="What the witness remembers.  [default: in XDG state]"
)
@click.option("--out", type=options.FOLDER, metavar="DIR", help="Publish the line and the cosigned checkpoint in DIR.")
@click.option("--new", is_flag=True, help="Witness a log for the first time.")
@click.option("--name", default="", metavar="NAME", help="With --new: the witness's name, such as witness.example/w1.")
@click.option("--root-key", metavar="KEY", help="A root key of the registry: a public key, or its .pub file.")
@click.option("--audit", is_flag=True, help="Check first that the site has what the log's new entries are about.")
@click.option("--new-key", default="", metavar="NAME", help="Make the key of a witness, and print what names it.")
@click.option("--no-password", is_flag=True, help="With --new-key: do not encrypt the key, for automation.")
@options.json
def command(
    place: str,
    key: str | None,
    memory: Path | None,
    out: Path | None,
    new: bool,
    name: str,
    root_key: str | None,
    audit: bool,
    new_key: str,
    no_password: bool,
    as_json: bool,
) -> None:
    """Cosign the log of a site, if it goes on from what was cosigned before.

    The signature line is printed, and published below --out. A log that has forked is refused with exit code 15, and
    the evidence is kept. What was seen is remembered, durably, before anything is signed; keep that folder.
    """
    if new_key:
        _make_key(new_key, key, no_password)
        return
    from packyard.edges.keys import load_signer
    from packyard.edges.transport import open_site
    from packyard.edges.witnessing import Order, witness

    source = key or os.environ.get(KEY)
    if not place or not source:
        expected = "a folder or an address" if not place else f"--key FILE or {KEY}"
        message = "no site is named" if not place else "there is no key to sign with"
        raise UsageError("usage-wrong", message, expected=expected)
    from packyard.cli.keys import ask

    root = options.public_key(root_key).text if root_key else ""
    order = Order((memory or _state_folder()).absolute(), out.absolute() if out else None, new, name, root, audit)
    done = witness(open_site(place), load_signer(source, ask), order, int(time.time()))
    _tell(done, place, as_json, new and not root)


def _state_folder() -> Path:
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".local" / "state") / "packyard" / "witness"


def _make_key(name: str, key: str | None, no_password: bool) -> None:
    from packyard.cli.keys import new_password
    from packyard.edges.keys import make_key
    from packyard.errors import FormatError
    from packyard.formats import note
    from packyard.witnessing import check_name

    if not key:
        raise UsageError("usage-wrong", "no file is named for the key", expected="--key FILE")
    try:
        check_name(name)
    except FormatError as error:
        raise UsageError(error.code, error.message, expected=error.expected, found=name) from None
    made = make_key(Path(key), new_password(not no_password), f"packyard witness {name}")
    say(f"secret key {key}; registries name the witness by this verifier key in `witnesses` of their trust file:")
    print(note.format_vkey(note.VerifierKey(name, note.COSIGNATURE, made.raw)))


def _tell(done: Witnessed, place: str, as_json: bool, unpinned: bool) -> None:
    from packyard.agreement import when
    from packyard.formats import b64, note

    head, vkey = done.head, note.format_vkey(done.witness)
    about = f"{printable(head.origin)} at {head.size} entries"
    if unpinned:
        warn("whose log it is was not asked: the first trust file was taken as it is; --root-key pins it")
    if vkey not in done.trust.witnesses:
        say(f"the registry's trust file does not name this witness; its verifier key is {vkey}")
    if not done.new:
        say(f"nothing new: {about} was cosigned at {when(done.time)}")
    elif done.before == head.size:
        say(f"cosigned {about} again: nothing new has been logged")
    else:
        say(f"cosigned {about}" + (f", which goes on from {done.before}" if done.before is not None else ""))
    if as_json:
        facts = {"origin": head.origin, "size": head.size, "root": b64.encode(head.root), "time": when(done.time)}
        facts |= {"site": place, "before": done.before, "new": done.new, "witness": vkey}
        document("witness", facts | {"line": done.line.decode(), "files": list(done.written)})
    else:
        sys.stdout.write(done.line.decode())


@click.command("agreement", context_settings=options.CONTEXT)
@click.argument("place", metavar="[SITE|URL]", default="site")
@click.option("--root-key", metavar="KEY", help="A root key of the registry: a public key, or its .pub file.")
@click.option("--witness", "places", multiple=True, metavar="DIR|URL", help="Where witnesses publish; may be repeated.")
@click.option(
    "--report", "reports", multiple=True, type=options.FOLDER, metavar="FILE", help="A signed rebuild report."
)
@click.option("--rebuilder", "people", multiple=True, metavar="NAME=KEY", help="Whose key signs reports; repeatable.")
@click.option("--evidence", type=options.FOLDER, default=Path(), metavar="DIR", help="Where to put a fork's evidence.")
@click.option("--out", type=options.FOLDER, metavar="DIR", help="Write agreement.json and index.html into DIR.")
@options.json
def agreement(
    place: str,
    root_key: str | None,
    places: tuple[str, ...],
    reports: tuple[Path, ...],
    people: tuple[str, ...],
    evidence: Path,
    out: Path | None,
    as_json: bool,
) -> None:
    """Say which witnesses have cosigned the log of a site, and who has rebuilt it.

    What witnesses publish is compared with the site's log: two that were shown different logs are found out, with exit
    code 15, and the evidence is kept. A report counts when it is signed by one of the rebuilders' keys.
    """
    from packyard.agreement import format_agreement, render_page
    from packyard.edges.agreeing import compare, read_report
    from packyard.edges.transport import open_site
    from packyard.edges.workfolder import write_file

    keys = [_person(text) for text in people]
    known = [read_report(path, keys) for path in reports]
    root = options.public_key(root_key).text if root_key else ""
    found, notes = compare(open_site(place), root, places, known, evidence)
    if out:
        write_file(out / "agreement.json", format_agreement(found))
        write_file(out / "index.html", render_page(found))
    from packyard.cli.errors import show_notes

    show_notes(notes)
    _tell_agreement(found, as_json)


def _person(text: str) -> tuple[str, str]:
    """Name and public key in NAME=KEY. Raises `UsageError`."""
    name, equals, key = text.partition("=")
    if not name or not equals:
        raise UsageError("usage-wrong", "not a rebuilder", expected="NAME=KEY", found=text)
    return name, options.public_key(key).text


def _tell_agreement(found: Agreement, as_json: bool) -> None:
    from packyard.agreement import as_object, when

    if as_json:
        document("agreement", as_object(found))
        return
    print(f"{found.cosigned} of {len(found.standings)} witnesses agree, clients demand {found.quorum}")
    for each in found.standings:
        head = f" {each.head.size} entries, {when(each.time)}" if each.head else ""
        print(f"  {printable(each.witness.name)}: {each.standing}{head}")
    for report in found.reports:
        print(f"  {_report_line(report, found.is_current(report))}")


def _report_line(report: Report, current: bool) -> str:
    verdict = "same" if report.rebuild.same else f"{report.rebuild.total} differences"
    about = "" if current else ", another snapshot"
    return f"{printable(report.by)}: {verdict}, snapshot {report.rebuild.snapshot}{about}"
