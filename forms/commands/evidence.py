"""Vouching for the record: `verify`, `seal`, `proof`."""

import os
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .database_access import open_for_writing
from .errors import address_of, database_url, explained, fail

if TYPE_CHECKING:
    from ..evidence.signing import PublicKey

SHOWN = 20
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("bundle", required=False, type=FILE)
@click.option("--checkpoint", type=FILE, help="A checkpoint's mail, or its text, as you saved it.")
@click.option("--key", help="The public key (64 digits) that you trust.")
@click.option("--verbose", is_flag=True, help="Say how long it took, too.")
@explained
def verify(bundle: Path | None, checkpoint: Path | None, key: str | None, verbose: bool) -> None:
    """Recompute the record: chains, details, texts, checkpoints, and why each mail was sent.

    Prints what is off with its place, the first thing first, and exits with 1; prints what was
    vouched for when all of it holds. With BUNDLE, checks a proof instead, without the database.

    \b
    Examples:
      atrae forms verify
      atrae forms verify --checkpoint checkpoint-12.eml
      atrae forms verify ana.proof.json --key 1f0c…
    """
    keys = _trusted(key)
    if bundle is not None:
        if checkpoint is not None:
            raise click.UsageError("a bundle stands without the database: leave --checkpoint out")
        _verify_bundle(bundle, keys)
    else:
        _verify_database(checkpoint, keys, verbose=verbose)


@click.command()
@explained
def seal() -> None:
    """Sign a checkpoint over all that has happened, and print it: keep it away from this machine.

    `serve` does this once a day by itself, and mails each checkpoint to ATRAE_OWNER. The key is
    ATRAE_CHECKPOINT_KEY; the mail leaves with the next ones that `serve` sends.
    """
    from ..app import utc_now
    from ..evidence.checkpoint import armoured
    from ..settings.keys import first_key
    from ..store.records.checkpoints import Sealer

    key, (owner, host) = first_key(os.environ, Path.cwd()), _addresses()
    with open_for_writing() as store:
        store.mail_domain = host
        checkpoint = Sealer(store, key, owner).seal(now=utc_now())
    if checkpoint is None:
        click.echo("nothing has happened since the last checkpoint", err=True)
        return
    click.echo(armoured(checkpoint, key.public))
    if not owner:
        click.echo("it is not mailed: set ATRAE_OWNER and ATRAE_MAIL_FROM", err=True)


@click.command()
@click.argument("email", required=False)
@click.option("--contact", help="The contact's id, instead: for somebody who was erased.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to; a new file.")
@explained
def proof(email: str | None, contact: str | None, output: Path | None) -> None:
    """Write all the evidence about EMAIL into one signed file, which `verify` checks anywhere.

    The exact texts, every event, every mail and why it was sent, in the vocabulary of ISO/IEC
    TS 27560. It holds personal data: give it to the person, or to who may ask for it.

    \b
    Example:
      atrae forms proof ana@example.org -o ana.proof.json
    """
    from ..app import utc_now
    from ..evidence.proof import bundle_of, flaws
    from ..settings.keys import first_key
    from ..store.database.read_only import open_records
    from ..store.people.evidence import read_evidence

    if (email is None) == (contact is None):
        raise click.UsageError("name the person by EMAIL or by --contact")
    who = address_of(email) if email is not None else str(contact)
    signer = first_key(os.environ, Path.cwd())
    with open_records(database_url()) as connection:
        evidence = read_evidence(connection, who)
    if evidence is None:
        fail("nobody of that name is on record")
        return
    content = bundle_of(evidence, issued=utc_now(), key=signer)
    for flaw in flaws(content):
        fail(f"the record itself is off, run `atrae forms verify`: {flaw}")
    if output is None:
        click.echo(content, nl=False)
        return
    # It is personal: nobody else on this machine needs to read it, and nothing is overwritten.
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    click.echo(f"{output}: {len(evidence['events'])} events, signed with key {signer.public.id}")


def _addresses() -> tuple[str, str]:
    """Who checkpoints go to, and the host of Message-IDs; empty where the settings do not say."""
    from ..settings.environment import mailbox

    sender = os.environ.get("ATRAE_MAIL_FROM", "")
    owner = os.environ.get("ATRAE_OWNER", "") or os.environ.get("ATRAE_REPLY_TO", "") or sender
    try:
        return mailbox(owner).addr_spec, mailbox(sender).domain
    except ValueError:
        return "", "localhost"


def _trusted(key: str | None) -> "tuple[PublicKey, ...]":
    from ..evidence.signing import PublicKey
    from ..settings.keys import checkpoint_keys

    if key is None:
        return tuple(each.public for each in checkpoint_keys(os.environ, Path.cwd()))
    try:
        return (PublicKey(key.strip().lower()),)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--key") from fault


def _verify_bundle(bundle: Path, keys: "tuple[PublicKey, ...]") -> None:
    from ..evidence.proof import LARGEST, flaws, key_of

    with bundle.open("rb") as file:
        content = file.read(LARGEST + 1)
    if found := [str(flaw) for flaw in islice(flaws(content, keys), SHOWN)]:
        fail(*found)
    key = key_of(content)
    click.echo(f"everything in it holds, signed with key {key.id}")
    if not keys:
        click.echo("compare that key with one that you know, or name it: --key", err=True)


def _verify_database(
    checkpoint: Path | None, keys: "tuple[PublicKey, ...]", *, verbose: bool
) -> None:
    from ..errors import NotPossibleError
    from ..evidence.checkpoint import LARGEST_MAIL, read_mailed
    from ..store.database.read_only import open_records
    from ..store.verify import Trust, count_rows, verify as findings

    mailed = None
    if checkpoint is not None:
        with checkpoint.open("rb") as file:
            try:
                mailed, key = read_mailed(file.read(LARGEST_MAIL + 1))
            except ValueError as fault:
                raise NotPossibleError(f"{checkpoint}: {fault}") from fault
        if keys and key not in keys:
            raise NotPossibleError(
                f"{checkpoint}: it was made with key {key.id}, which you do not use"
            )
    started = time.perf_counter()
    with (
        open_records(database_url()) as connection,
        closing(findings(connection, Trust(keys=keys, mailed=mailed))) as walk,
    ):
        found = [str(finding) for finding in islice(walk, SHOWN)]
        rows = count_rows(connection)
    if found:
        fail(*found)
    seconds = time.perf_counter() - started
    said = ", ".join(f"{number} {name}" for name, number in rows.items())
    click.echo(f"everything holds: {said}")
    if mailed is not None:
        click.echo(f"and up to event {mailed.last} it is what was mailed on {mailed.at}")
    if not rows["checkpoint"]:
        click.echo(
            "there are no checkpoints: set ATRAE_CHECKPOINT_KEY, for without them whoever "
            "owns the database could rewrite all of it",
            err=True,
        )
    if verbose:
        rate = rows["ledger"] / seconds if seconds else 0
        click.echo(f"{rows['ledger']} events in {seconds:.2f} s: {rate:.0f} a second")


COMMANDS = (verify, seal, proof)
