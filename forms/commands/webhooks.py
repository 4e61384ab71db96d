"""Commands for webhooks: their states, and sending them again."""

import os
from collections import defaultdict
from datetime import UTC, datetime
from functools import partial

import click

from ..errors import NotPossibleError
from .shared import ask_first, dry_run_option, open_for_writing, yes_option


@click.group()
def webhooks() -> None:
    """Notify other programs of confirmations and withdrawals.

    \b
    Settings in the environment; for more endpoints, add _2 to _9 to the names:
      ATRAE_WEBHOOK_URL      URL to POST to
      ATRAE_WEBHOOK_SECRET   whsec_…: signs (Standard Webhooks); several while you change it
      ATRAE_WEBHOOK_EVENTS   like permission.confirmed permission.withdrawn (default: all that
                             change a permission)
      ATRAE_WEBHOOK_ADDRESS  yes: include the email address (default: ids only)
    """


@webhooks.command()
def status() -> None:
    """Show how many webhooks of each endpoint are waiting, delivered or failed.

    \b
    Example:
      atrae forms webhooks status
    """
    from ..delivery.webhooks import read_endpoints
    from ..store.queues.webhooks import WebhookQueue

    urls = {endpoint.id: endpoint.url for endpoint in read_endpoints(os.environ)}
    with open_for_writing() as store:
        counts = WebhookQueue(store.database).counts()
    states = defaultdict[str, list[str]](list)
    for (endpoint_id, state), number in sorted(counts.items()):
        states[endpoint_id].append(f"{number} {state}")
    for endpoint_id in sorted(states.keys() | urls.keys()):
        url = urls.get(endpoint_id, "no longer configured")
        click.echo(f"{endpoint_id} ({url}): {', '.join(states[endpoint_id]) or 'none yet'}")
    if not urls and not counts:
        click.echo("No endpoint is configured: set ATRAE_WEBHOOK_URL and ATRAE_WEBHOOK_SECRET.")


@webhooks.command()
@click.option("--since", type=click.DateTime(), help="Send everything since then (UTC).")
@click.option("--endpoint", "chosen", help="Only the endpoint with this id (see `status`).")
@yes_option
@dry_run_option
def replay(since: datetime | None, chosen: str | None, yes: bool, dry_run: bool) -> None:
    """Send failed webhooks again, or everything since a day.

    With --since, this includes events from before the endpoint was configured. Receivers see the
    webhook-id of the first time.

    \b
    Examples:
      atrae forms webhooks replay --dry-run
      atrae forms webhooks replay --since 2026-03-01 --yes
    """
    from ..delivery.webhooks import read_endpoints
    from ..store.queues.webhooks import WebhookQueue

    hooks = [e.hook for e in read_endpoints(os.environ) if chosen in (None, e.id)]
    if not hooks:
        raise NotPossibleError("no such endpoint is configured: see `atrae forms webhooks status`")
    start = since.replace(tzinfo=UTC) if since else None
    with open_for_writing() as store:
        queue = WebhookQueue(store.database)
        send = partial(queue.replay, hooks, now=store.clock(), since=start)
        number = send(dry_run=True)
        if dry_run:
            click.echo(f"Would send {number} webhooks again.")
            return
        ask_first(f"Send {number} webhooks again?", yes=yes or not number)
        number = send(dry_run=False)
    click.echo(f"A running handler sends {number} webhooks again.")
