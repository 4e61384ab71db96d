"""What looked like a robot: for the owner to look at."""

import sys

import click

from .edge import database_url, explained


@click.command()
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Default: csv.")
@explained
def quarantine(form: str | None) -> None:
    """List the requests that were kept back because they looked like a robot's, and why.

    They were answered like all others, and no mail left. The signs: `honeypot` (the field that
    people do not see was filled in), `blocked-domain` (ATRAE_BLOCKED_DOMAINS); beside one of them,
    `too-fast` or `too-old`. A person who is among them can fill in the form again.

    \b
    Example:
      atrae forms quarantine
    """
    from ..store.export_all import write_csv, write_jsonl
    from ..store.quarantine import quarantine as kept_back
    from ..store.records import open_records

    with open_records(database_url()) as connection:
        number = (write_jsonl if form == "jsonl" else write_csv)(kept_back(connection), sys.stdout)
    if not number:
        click.echo("nothing was kept back", err=True)


COMMANDS = (quarantine,)
