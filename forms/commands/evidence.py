"""Commands that prove the record: `verify`, `seal`, `proof`."""

import os
import time
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import NotPossibleError
from ..settings.environment import mailbox
from .shared import address_of, database_url, fail, open_for_writing

if TYPE_CHECKING:
    from ..evidence.checkpoint import Checkpoint
    from ..evidence.signing import PublicKey

SHOWN = 20
"""Number of findings that are printed."""
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("bundle", required=False, type=FILE)
@click.option("--checkpoint", type=FILE, help="A saved checkpoint: its email, or its text.")
@click.option("--key", help="The public key that you trust, 64 hexadecimal digits.")
@click.option("--verbose", is_flag=True, help="Also show how long it took.")
def verify(bundle: Path | None, checkpoint: Path | None, key: str | None, verbose: bool) -> None:
    """Recompute the record: chains, details, texts, checkpoints, and why each email was sent.

    Prints each fault with its place and exits with 1, or prints what was verified. With BUNDLE,
    verifies a proof instead, without the database.

    \b
    Examples:
      atrae forms verify
      atrae forms verify --checkpoint checkpoint-12.eml
      atrae forms verify ana.proof.json --key 1f0c…
    """
    keys = _trusted_keys(key)
    if bundle is None:
        _verify_database(checkpoint, keys, verbose=verbose)
    elif checkpoint is None:
        _verify_bundle(bundle, keys)
    else:
        raise click.UsageError("--checkpoint needs the database: use it without BUNDLE")


@click.command()
def seal() -> None:
    """Sign a checkpoint over everything so far, and print it. Keep it on another machine.

    `serve` does this once a day, and emails each checkpoint to ATRAE_OWNER. The key is
    ATRAE_CHECKPOINT_KEY; the email is sent by the running handler.
    """
    from ..evidence.checkpoint import armoured
    from ..settings.keys import first_key
    from ..store.records.checkpoints import Sealer

    key, owner = first_key(os.environ, Path.cwd()), _owner()
    with open_for_writing() as store:
        checkpoint = Sealer(store, key, owner).seal(now=store.clock())
    if checkpoint is None:
        click.echo("Nothing has happened since the last checkpoint.", err=True)
        return
    click.echo(armoured(checkpoint, key.public))
    if not owner:
        click.echo("It isn't emailed: set ATRAE_OWNER and ATRAE_MAIL_FROM.", err=True)


@click.command()
@click.argument("email", required=False)
@click.option("--contact", help="The contact's id, for a person who was erased.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this new file.")
def proof(email: str | None, contact: str | None, output: Path | None) -> None:
    """Write all evidence about EMAIL to one signed file that `verify` can check anywhere.

    It contains the exact texts, every event, every email and why it was sent, in the vocabulary of
    ISO/IEC TS 27560. It is personal data: give it only to the person or to an authority.

    \b
    Example:
      atrae forms proof ana@example.org -o ana.proof.json
    """
    from ..evidence.proof import bundle_of, flaws
    from ..settings.keys import first_key
    from ..store.database.read_only import open_records
    from ..store.people.export import read_evidence

    if (email is None) == (contact is None):
        raise click.UsageError("name the person by EMAIL or by --contact")
    person = address_of(email) if email is not None else str(contact)
    signer = first_key(os.environ, Path.cwd())
    with open_records(database_url()) as connection:
        evidence = read_evidence(connection, person)
    if evidence is None:
        fail("this person is not on record")
    content = bundle_of(evidence, issued=datetime.now(UTC), key=signer)
    for flaw in flaws(content):
        fail(f"the record is faulty, run `atrae forms verify`: {flaw}")
    if output is None:
        click.echo(content, nl=False)
        return
    # Personal data: readable by its owner only, and never written over another file.
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    events, key_id = len(evidence["events"]), signer.public.id
    click.echo(f"Wrote {events} events to {output}, signed with key {key_id}.")


def _owner() -> str:
    """Return the address that checkpoints are emailed to; empty if the settings don't name one."""
    sender = os.environ.get("ATRAE_MAIL_FROM", "")
    owner = os.environ.get("ATRAE_OWNER", "") or os.environ.get("ATRAE_REPLY_TO", "") or sender
    try:
        return mailbox(owner).addr_spec if sender else ""
    except ValueError:
        return ""


def _trusted_keys(key: str | None) -> "tuple[PublicKey, ...]":
    from ..evidence.signing import PublicKey
    from ..settings.keys import checkpoint_keys

    if key is None:
        return tuple(pair.public for pair in checkpoint_keys(os.environ, Path.cwd()))
    try:
        return (PublicKey(key.strip().lower()),)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--key") from fault


def _verify_bundle(bundle: Path, keys: "tuple[PublicKey, ...]") -> None:
    from ..evidence.proof import LARGEST, flaws, key_of

    with bundle.open("rb") as file:
        content = file.read(LARGEST + 1)
    if findings := [str(flaw) for flaw in islice(flaws(content, keys), SHOWN)]:
        fail(*findings)
    click.echo(f"The proof is valid, signed with key {key_of(content).id}.")
    if not keys:
        click.echo("Compare that key with the one you know, or pass it with --key.", err=True)


def _verify_database(
    checkpoint: Path | None, keys: "tuple[PublicKey, ...]", *, verbose: bool
) -> None:
    from ..store.database.read_only import open_records
    from ..store.verify import Trust, count_rows, verify

    mailed = None if checkpoint is None else _read_checkpoint(checkpoint, keys)
    started = time.perf_counter()
    with (
        open_records(database_url()) as connection,
        closing(verify(connection, Trust(keys=keys, mailed=mailed))) as faults,
    ):
        findings = [str(finding) for finding in islice(faults, SHOWN)]
        rows = count_rows(connection)
    if findings:
        fail(*findings)
    seconds = time.perf_counter() - started
    click.echo(f"Verified: {', '.join(f'{number} {name}' for name, number in rows.items())}")
    if mailed is not None:
        click.echo(f"Up to event {mailed.last}, it matches the checkpoint mailed on {mailed.at}.")
    if not rows["checkpoint"]:
        click.echo(
            "There are no checkpoints, so the owner of the database could rewrite all of it: "
            "set ATRAE_CHECKPOINT_KEY.",
            err=True,
        )
    if verbose:
        rate = rows["ledger"] / seconds if seconds else 0
        click.echo(f"{rows['ledger']} events in {seconds:.2f} s: {rate:.0f} per second")


def _read_checkpoint(file: Path, keys: "tuple[PublicKey, ...]") -> "Checkpoint":
    from ..evidence.checkpoint import LARGEST_MAIL, read_mailed

    with file.open("rb") as content:
        try:
            checkpoint, key = read_mailed(content.read(LARGEST_MAIL + 1))
        except ValueError as fault:
            raise NotPossibleError(f"{file}: {fault}") from fault
    if keys and key not in keys:
        raise NotPossibleError(f"{file}: signed with key {key.id}, which is not one of yours")
    return checkpoint
