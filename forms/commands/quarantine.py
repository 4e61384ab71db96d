"""Command to review requests in quarantine."""

import sys

import click

from .database_access import open_for_writing
from .errors import database_url


@click.command()
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Default: csv.")
@click.option("--release", type=int, metavar="ID", help="Release this request.")
@click.option("--discard", type=int, metavar="ID", help="Remove this request from the list.")
def quarantine(form: str | None, release: int | None, discard: int | None) -> None:
    """List the requests that were quarantined because they look like spam, and why.

    The response was the usual one, but no email was sent. The signs are `honeypot` (the hidden
    field was filled in) and `blocked-domain` (ATRAE_BLOCKED_DOMAINS), and in addition to these
    `too-fast` or `too-old`. Real people among them can submit the form again.

    --release treats the request as if it had just arrived, with all purposes of its form: the
    person gets a confirmation email, and nothing is permitted until they confirm. --discard removes
    it from the list. Both are recorded.

    \b
    Examples:
      atrae forms quarantine
      atrae forms quarantine --release 1204
    """
    from ..permission.record import Limits
    from ..store.people import quarantine as requests

    if release is not None and discard is not None:
        raise click.UsageError("--release and --discard exclude each other")
    if release is not None:
        with open_for_writing() as store:
            requests.release(store, release, now=store.clock(), limits=Limits())
        click.echo("Released. A running handler sends the confirmation within a minute.")
    elif discard is not None:
        with open_for_writing() as store:
            requests.discard(store, discard, now=store.clock())
        click.echo("Discarded.")
    else:
        _list(form)


def _list(form: str | None) -> None:
    from ..store.database.read_only import open_records
    from ..store.people.export_all import write_csv, write_jsonl
    from ..store.people.quarantine import held_requests

    with open_records(database_url()) as connection:
        write = write_jsonl if form == "jsonl" else write_csv
        if not write(held_requests(connection), sys.stdout):
            click.echo("Nothing is in quarantine.", err=True)


COMMANDS = (quarantine,)
