"""Looking after the handler."""

import os
from pathlib import Path

import click

from .errors import explained, fail


@click.command()
@click.option("--dkim-selector", default="", help="The selector that your mail server signs with.")
@click.option("--offline", is_flag=True, help="Leave out what needs the network.")
@explained
def doctor(dkim_selector: str, offline: bool) -> None:
    """Look at settings, keys, database, mail server, DNS, public address and disk.

    Each line is ok, warning or error, and says the way out. Exits with 1 if there is an error.
    Nothing is changed, and no mail is sent.

    \b
    Examples:
      atrae forms doctor --dkim-selector mail
      atrae forms doctor --offline
    """
    from ..app import utc_now
    from ..declared.findings import Level
    from ..operations.doctor import examine
    from ..operations.sender_dns import Dns
    from ..server import suppression_key

    here, worst = Path.cwd(), False
    key = suppression_key(os.environ, here)
    lines = examine(
        os.environ,
        here,
        key=key,
        now=utc_now(),
        texts=Dns(),
        selector=dkim_selector,
        online=not offline,
    )
    for line in lines:
        click.echo(str(line))
        worst = worst or line.level is Level.ERROR
    if worst:
        fail("there are errors")


COMMANDS = (doctor,)
