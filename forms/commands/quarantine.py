"""What looked like a robot: for the owner to look at, and to decide on."""

import sys

import click

from .database_access import open_for_writing
from .errors import database_url, explained


@click.command()
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Default: csv.")
@click.option("--release", type=int, metavar="ID", help="Let this request go on.")
@click.option("--discard", type=int, metavar="ID", help="List this request no more.")
@explained
def quarantine(form: str | None, release: int | None, discard: int | None) -> None:
    """List the requests that were kept back because they looked like a robot's, and why.

    They were answered like all others, and no mail left. The signs: `honeypot` (the field that
    people do not see was filled in), `blocked-domain` (ATRAE_BLOCKED_DOMAINS); beside one of them,
    `too-fast` or `too-old`. A person who is among them can fill in the form again.

    --release lets the request with that number go on as if it had come now, all purposes of its
    form: a confirmation mail leaves, and nothing is permitted before the person presses the button
    there. --discard lists it no more. Either is on record.

    \b
    Examples:
      atrae forms quarantine
      atrae forms quarantine --release 1204
    """
    if release is not None and discard is not None:
        raise click.UsageError("say --release or --discard, not both")
    if release is not None:
        _release(release)
    elif discard is not None:
        _discard(discard)
    else:
        _list(form)


def _list(form: str | None) -> None:
    from ..store.database.read_only import open_records
    from ..store.people.export_all import write_csv, write_jsonl
    from ..store.people.quarantine import held_requests

    with open_records(database_url()) as connection:
        write = write_jsonl if form == "jsonl" else write_csv
        number = write(held_requests(connection), sys.stdout)
    if not number:
        click.echo("nothing is in quarantine", err=True)


def _release(number: int) -> None:
    from ..app import utc_now
    from ..permission.record import Limits
    from ..store.people.quarantine import release

    with open_for_writing() as store:
        release(store, number, now=utc_now(), limits=Limits())
    click.echo("released: the confirmation leaves within a minute, where a handler is at work")


def _discard(number: int) -> None:
    from ..app import utc_now
    from ..store.people.quarantine import discard

    with open_for_writing() as store:
        discard(store, number, now=utc_now())
    click.echo("discarded: it is listed no more")


COMMANDS = (quarantine,)
