"""`packyard check`: what the gate says of a change set."""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options

FORMATS = ("text", "json", "github", "markdown", "sarif")


@click.command("check", context_settings=options.CONTEXT)
@click.option("--base", default="main", show_default=True, metavar="REF", help="What it would be merged into.")
@click.option("--head", default="HEAD", show_default=True, metavar="REF", help="The last commit of the change set.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@options.repo
def command(base: str, head: str, form: str, repo: Path) -> int:
    """Judge what merging HEAD into BASE would do: accept, review or reject."""
    from packyard.edges.judging import judge_refs

    verdict = judge_refs(repo, base, head)
    for finding in verdict.findings:
        print(finding.outcome, finding.problem)
    print(verdict.outcome, verdict.changes, verdict.checks)
    return 0 if verdict.outcome == "accept" else 1
