"""Commands for people's data: export, import, erase, purge, and the quarantine."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from ..errors import NotPossibleError
from ..permission.ledger import Method
from .shared import (
    address_of,
    ask_first,
    database_url,
    dry_run_option,
    fail,
    open_for_writing,
    progress,
    yes_option,
)

SHOWN = 50
"""Number of lines of a file that are reported; the rest is counted."""


@click.command()
@click.argument("email", required=False)
@click.option("--contacts", "what", flag_value="contacts", help="All people, with their states.")
@click.option("--ledger", "what", flag_value="ledger", help="All events, with their details.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Default: jsonl.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
def export(email: str | None, what: str | None, form: str | None, output: Path | None) -> None:
    """Print everything on record about EMAIL, or about everyone.

    EMAIL gives JSON: what the person requested, when, and the exact wording. --contacts gives a
    line for each person and purpose, --ledger a line for each event. An output file is written
    completely or not at all, and only its owner can read it. In CSV, cells that a spreadsheet would
    read as a formula begin with an apostrophe.

    \b
    Examples:
      atrae forms export ana@example.org > ana.json
      atrae forms export --contacts --format csv -o contacts.csv
      atrae forms export --ledger | jq 'select(.kind == "permission.confirmed")'
    """
    from ..settings.keys import suppression_key
    from ..store.database.read_only import open_records
    from ..store.people.export import export_person
    from ..store.people.export_all import contact_rows, event_rows, write_csv, write_jsonl

    if (email is None) == (what is None):
        raise click.UsageError("name one of EMAIL, --contacts and --ledger")
    if email is not None:
        address, key = address_of(email), suppression_key(os.environ, Path.cwd())
        with open_records(database_url()) as connection:
            record = export_person(connection, address, key)
        if record is None:
            fail("this address is not on record")
        click.echo(json.dumps(record, indent=2, ensure_ascii=False))
        return
    with open_records(database_url()) as connection, _open_output(output) as out:
        rows = contact_rows(connection) if what == "contacts" else event_rows(connection)
        number = (write_csv if form == "csv" else write_jsonl)(rows, out)
    if output is not None:
        click.echo(f"Wrote {number} rows to {output}.")


@contextmanager
def _open_output(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    partial = output.with_name(f".{output.name}.partial")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@dry_run_option
@yes_option
def import_(file: Path, dry_run: bool, yes: bool) -> None:
    """Import people who opted in elsewhere, from a CSV FILE with evidence for each of them.

    The columns are email, purpose, language, source, date, evidence, and wording: the exact text
    that was shown, if you have it. The whole file is imported or nothing, and every fault is
    reported with its line. People who withdrew, declined, complained, bounced or were erased here
    are left out, because only they can opt in again.

    \b
    Examples:
      atrae forms import people.csv --dry-run
      atrae forms import people.csv --yes

    \b
    people.csv:
      email,purpose,language,source,date,evidence,wording
      ana@example.org,newsletter,en,fair 2025,2025-03-31,signed sheet 14,"Send me the newsletter."
    """
    from ..permission.importing import read_grants
    from ..store.people.importing import import_grants, latest_wordings

    with open_for_writing() as store:
        now = store.clock()
        with store.database.reading() as connection:
            wordings = latest_wordings(connection)
        if not wordings:
            raise NotPossibleError("there are no purposes on record: start the handler once first")
        with file.open(encoding="utf-8-sig", newline="") as lines:
            grants, faults = read_grants(lines, wordings, now=now)
        if faults:
            reports = [f"{file}: {fault}" for fault in faults[:SHOWN]]
            if len(faults) > SHOWN:
                reports.append(f"and {len(faults) - SHOWN} more")
            raise NotPossibleError(*reports, "nothing was imported: fix the file and try again")
        if not dry_run:
            ask_first(f"Import {len(grants)} permissions? You vouch for each of them.", yes=yes)
        with progress("Importing") as step:
            result = import_grants(store, grants, now=now, dry_run=dry_run, step=step)
    for fault in result.left_out[:SHOWN]:
        click.echo(f"{file}: {fault} (left out)")
    imported, left_out = ("Would import", "leave") if dry_run else ("Imported", "left")
    count = len(result.left_out)
    click.echo(f"{imported} {result.permitted} permissions and {left_out} out {count}.")


@click.command()
@click.argument("email")
@yes_option
@dry_run_option
def erase(email: str, yes: bool, dry_run: bool) -> None:
    """Erase the address EMAIL with its answers and links. This can't be undone.

    Afterwards the database's files contain no byte of the address. Two things stay: the chain of
    events, which names nobody, and a keyed hash, so that no import emails the person again. On
    PostgreSQL, VACUUM runs; the server overwrites the bytes of deleted rows, its write-ahead log
    and its archives in its own time. Delete old backups yourself.

    \b
    Examples:
      atrae forms erase ana@example.org --dry-run
      atrae forms erase ana@example.org --yes
    """
    from ..store.people.erase import count_erasable, erase as erased, find_contact, scrub
    from ..store.people.kept_emails import kept_emails

    address = address_of(email)
    files = kept_emails(Path.cwd(), address)
    with open_for_writing() as store:
        with store.database.reading() as connection:
            contact_id = find_contact(connection, address)
            counts = count_erasable(connection, contact_id) if contact_id else {}
        if contact_id is None and not files:
            raise NotPossibleError("this address is not on record")
        counts |= {"emails in the inbox of `atrae serve`": len(files)} if files else {}
        what = ", ".join(["the address", *(f"{number} {name}" for name, number in counts.items())])
        if dry_run:
            click.echo(f"Would erase {what}.")
            return
        ask_first(f"Erase {what}? This can't be undone.", yes=yes)
        if contact_id is not None:
            erased(store, contact_id, now=store.clock(), method=Method.OPERATOR)
            scrub(store.database, always=True)
        for file in files:
            file.unlink(missing_ok=True)
    click.echo(f"Erased {what}.")


@click.command()
@dry_run_option
def purge(dry_run: bool) -> None:
    """Delete unconfirmed requests and old logs. A running handler does so once a day.

    A request that isn't confirmed within 14 days becomes an event without the address. Contacts who
    never confirmed anything lose their address and answers. Replies of mail servers and records of
    webhooks are deleted after 90 days.

    \b
    Example:
      atrae forms purge --dry-run
    """
    from ..permission.retention import Retention
    from ..store.people.erase import scrub
    from ..store.people.purge import purge as purged

    with open_for_writing() as store:
        result = purged(store, now=store.clock(), keep=Retention(), dry_run=dry_run)
        if not dry_run:
            scrub(store.database)
    click.echo(
        f"{'Would delete' if dry_run else 'Deleted'} {result.expired} requests, "
        f"{result.erased} unconfirmed contacts, {result.replies} old replies, "
        f"{result.webhooks} old webhooks and {result.proofs} old proofs of work."
    )


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
    from ..store.database.read_only import open_records
    from ..store.people import quarantine as requests
    from ..store.people.export_all import write_csv, write_jsonl

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
        with open_records(database_url()) as connection:
            write = write_jsonl if form == "jsonl" else write_csv
            if not write(requests.held_requests(connection), sys.stdout):
                click.echo("Nothing is in quarantine.", err=True)
