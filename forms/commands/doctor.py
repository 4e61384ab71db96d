"""Command that checks the handler's surroundings."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from .errors import fail


@click.command()
@click.option("--dkim-selector", default="", help="The selector that your mail server signs with.")
@click.option("--offline", is_flag=True, help="Skip the checks that need the network.")
def doctor(dkim_selector: str, offline: bool) -> None:
    """Check settings, keys, database, mail server, DNS, public address and disk.

    Each line is ok, a warning or an error, and tells how to fix it. Exits with 1 if there is an
    error. Nothing is changed and no email is sent.

    \b
    Examples:
      atrae forms doctor --dkim-selector mail
      atrae forms doctor --offline
    """
    from ..declared.findings import Level
    from ..operations.doctor import examine
    from ..operations.sender_dns import Dns
    from ..settings.keys import suppression_key

    directory, failed = Path.cwd(), False
    for line in examine(
        os.environ,
        directory,
        key=suppression_key(os.environ, directory),
        now=datetime.now(UTC),
        texts=Dns(),
        selector=dkim_selector,
        online=not offline,
    ):
        click.echo(str(line))
        failed = failed or line.level is Level.ERROR
    if failed:
        fail("doctor found errors")


COMMANDS = (doctor,)
