"""What is on record of people: out, in, and away."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from ..errors import NotPossibleError
from ..permission.ledger import Method
from .database_access import open_for_writing
from .errors import (
    address_of,
    ask_first,
    database_url,
    dry_run_option,
    explained,
    fail,
    progress,
    show_json,
    yes_option,
)

SHOWN = 50
"""Faults or lines that are printed; the others are counted."""


@click.command()
@click.argument("email", required=False)
@click.option("--contacts", "what", flag_value="contacts", help="Everybody, with their states.")
@click.option("--ledger", "what", flag_value="ledger", help="Every event, with its detail.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Default: jsonl.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file (default: here).")
@explained
def export(email: str | None, what: str | None, form: str | None, output: Path | None) -> None:
    """Print all that is on record of EMAIL, or everything, for other programs.

    EMAIL alone gives JSON: what was asked, when, and in which words. --contacts gives one line a
    person and purpose, --ledger one line an event. A file is written whole or not at all, and only
    its owner may read it. In CSV, a cell that a spreadsheet would take for a formula begins
    with an apostrophe.

    \b
    Examples:
      atrae forms export ana@example.org > ana.json
      atrae forms export --contacts --format csv -o contacts.csv
      atrae forms export --ledger | jq 'select(.kind == "permission.confirmed")'
    """
    if (email is None) == (what is None):
        raise click.UsageError("say EMAIL, or --contacts, or --ledger")
    if email is not None:
        _export_person(email)
        return
    from ..store.database.read_only import open_records
    from ..store.people.export_all import contact_rows, event_rows, write_csv, write_jsonl

    with open_records(database_url()) as connection, _target(output) as out:
        rows = contact_rows(connection) if what == "contacts" else event_rows(connection)
        number = (write_csv if form == "csv" else write_jsonl)(rows, out)
    if output is not None:
        click.echo(f"{number} lines are in {output}")


def _export_person(email: str) -> None:
    from ..server import suppression_key
    from ..store.database.read_only import open_records
    from ..store.people.export import export_person as exported

    address = address_of(email)
    with open_records(database_url()) as connection:
        record = exported(connection, address, suppression_key(os.environ, Path.cwd()))
    if record is None:
        fail("nobody of that address is on record")
    else:
        show_json(record)


@contextmanager
def _target(output: Path | None) -> Iterator[TextIO]:
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
@explained
def import_(file: Path, dry_run: bool, yes: bool) -> None:
    """Bring in people who opted in elsewhere, each line of a CSV FILE with its own evidence.

    The columns are email, purpose, language, source, date and evidence, and wording: the exact
    text that was shown, if you have it. All of the file is brought in or nothing; every fault is
    named with its line. Who withdrew, declined, complained, bounced or was erased here is left
    out: only they themselves can come back.

    \b
    Examples:
      atrae forms import people.csv --dry-run
      atrae forms import people.csv --yes

    \b
    people.csv:
      email,purpose,language,source,date,evidence,wording
      ana@example.org,newsletter,en,fair 2025,2025-03-31,signed sheet 14,"Send me the newsletter."
    """
    from ..app import utc_now
    from ..permission.importing import read_grants
    from ..store.people.importing import import_grants, latest_wordings

    now = utc_now()
    with open_for_writing() as store:
        with store.database.reading() as connection:
            known = latest_wordings(connection)
        if not known:
            raise NotPossibleError(
                "no purpose is on record yet: start the handler once, then import"
            )
        with file.open(encoding="utf-8-sig", newline="") as lines:
            grants, faults = read_grants(lines, known, now=now)
        if faults:
            _say_faults(file, [str(fault) for fault in faults])
        if not dry_run:
            ask_first(f"Bring in {len(grants)} permissions? You vouch for each of them.", yes=yes)
        with progress(len(grants), "importing") as step:
            done = import_grants(store, grants, now=now, dry_run=dry_run, step=step)
    for fault in done.left_out[:SHOWN]:
        click.echo(f"{file}: {fault} (left out)")
    would = "would be" if dry_run else "are"
    click.echo(f"{done.permitted} {would} brought in, {len(done.left_out)} {would} left out")


def _say_faults(file: Path, faults: list[str]) -> None:
    more = len(faults) - SHOWN
    lines = [f"{file}: {fault}" for fault in faults[:SHOWN]]
    lines += [f"and {more} more"] if more > 0 else []
    raise NotPossibleError(*lines, "nothing was brought in: mend the file, then try again")


@click.command()
@click.argument("email")
@yes_option
@dry_run_option
@explained
def erase(email: str, yes: bool, dry_run: bool) -> None:
    """Erase EMAIL: the address, the answers and the links go; a chain without a name stays.

    Afterwards no byte of the address is in the database's files. What stays is the chain of events,
    which names nobody, and a keyed hash, so that no import writes to the person again. On
    PostgreSQL, VACUUM runs; bytes of dead rows, of the write-ahead log and of its archives
    disappear when PostgreSQL overwrites them. Backups are yours to prune. It cannot be undone.

    \b
    Examples:
      atrae forms erase ana@example.org --dry-run
      atrae forms erase ana@example.org --yes
    """
    from ..app import utc_now
    from ..store.people.erase import count_erasable, erase as erased, find_contact, scrub

    address = address_of(email)
    with open_for_writing() as store:
        with store.database.reading() as connection:
            contact_id = find_contact(connection, address)
            held = count_erasable(connection, contact_id) if contact_id else {}
        if contact_id is None:
            raise NotPossibleError("nobody of that address is on record")
        what = ", ".join(f"{number} {name}" for name, number in held.items())
        if dry_run:
            click.echo(f"would erase the address, {what}")
            return
        ask_first(f"Erase the address, {what}? It cannot be undone.", yes=yes)
        erased(store, contact_id, now=utc_now(), method=Method.OPERATOR)
        scrub(store.database, always=True)
    click.echo(f"erased: the address, {what}")


@click.command()
@dry_run_option
@explained
def purge(dry_run: bool) -> None:
    """Let go what is over; a running handler does it by itself, once a day.

    Requests that nobody confirmed in 14 days become an event without the address; who never
    confirmed anything loses address and answers; replies of mail servers go after 90 days, and so
    does the record of what other programs were told by webhook.

    \b
    Example:
      atrae forms purge --dry-run
    """
    from ..app import utc_now
    from ..permission.retention import Retention
    from ..store.people.erase import scrub
    from ..store.people.purge import purge as purged

    with open_for_writing() as store:
        gone = purged(store, now=utc_now(), keep=Retention(), dry_run=dry_run)
        if not dry_run:
            scrub(store.database)
    click.echo(
        f"{'would let go' if dry_run else 'let go'}: {gone.expired} requests, "
        f"{gone.erased} contacts who never confirmed, {gone.replies} old replies, "
        f"{gone.webhooks} old webhooks, {gone.proofs} old proofs of work"
    )


COMMANDS = (export, import_, erase, purge)
