"""Webhooks: what is owed to whom, and telling it again."""

import os
from datetime import UTC, datetime

import click

from ..errors import NotPossibleError
from .database_access import open_for_writing
from .errors import ask_first, dry_run_option, explained, yes_option


@click.group()
def webhooks() -> None:
    """Tell other programs of confirmations and withdrawals.

    \b
    Settings, in the environment; more endpoints with _2 to _9 behind the names:
      ATRAE_WEBHOOK_URL      where to POST to
      ATRAE_WEBHOOK_SECRET   whsec_…: signs (Standard Webhooks); several, while you change it
      ATRAE_WEBHOOK_EVENTS   like permission.confirmed permission.withdrawn (default: all that
                             change a permission)
      ATRAE_WEBHOOK_ADDRESS  yes: the e-mail address is told, too (default: only ids)
    """


@webhooks.command()
@explained
def status() -> None:
    """Say how many calls each endpoint waits for, has had, or never got.

    \b
    Example:
      atrae forms webhooks status
    """
    from ..delivery.webhooks import read_endpoints
    from ..store.queues.webhooks import HookQueue

    endpoints = {endpoint.id: endpoint for endpoint in read_endpoints(os.environ)}
    with open_for_writing() as store:
        counts = HookQueue(store.database).counts()
    for endpoint_id in sorted({each for each, _ in counts} | set(endpoints)):
        told = {state: number for (each, state), number in counts.items() if each == endpoint_id}
        said = ", ".join(f"{number} {state}" for state, number in sorted(told.items()))
        name = endpoints[endpoint_id].url if endpoint_id in endpoints else "no longer configured"
        click.echo(f"{endpoint_id} ({name}): {said or 'nothing yet'}")
    if not endpoints and not counts:
        click.echo("no endpoint is configured: set ATRAE_WEBHOOK_URL and ATRAE_WEBHOOK_SECRET")


@webhooks.command()
@click.option(
    "--since", type=click.DateTime(), help="Everything since then (UTC), not only failed."
)
@click.option("--endpoint", "chosen", help="Only the endpoint with this id (see `status`).")
@yes_option
@dry_run_option
@explained
def replay(since: datetime | None, chosen: str | None, yes: bool, dry_run: bool) -> None:
    """Tell again what failed; with --since everything from then on, also what happened before the
    endpoint was configured. Receivers see the same webhook-id as the first time.

    \b
    Examples:
      atrae forms webhooks replay --dry-run
      atrae forms webhooks replay --since 2026-03-01 --yes
    """
    from ..app import utc_now
    from ..delivery.webhooks import read_endpoints
    from ..store.queues.webhooks import HookQueue

    hooks = [e.hook for e in read_endpoints(os.environ) if chosen in (None, e.id)]
    if not hooks:
        raise NotPossibleError("there is no such endpoint: see `atrae forms webhooks status`")
    moment = since.replace(tzinfo=UTC) if since else None
    with open_for_writing() as store:
        queue, now = HookQueue(store.database), utc_now()

        def again(*, pretend: bool) -> int:
            return queue.replay(
                hooks, now=now, since=moment, only_failed=moment is None, dry_run=pretend
            )

        number = again(pretend=True)
        if dry_run:
            click.echo(f"{number} would be told again")
            return
        ask_first(f"Tell {number} events again?", yes=yes or not number)
        number = again(pretend=False)
    click.echo(f"{number} will be told again by the running handler")


COMMANDS = (webhooks,)
