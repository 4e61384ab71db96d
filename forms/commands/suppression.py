"""Commands to suppress an address, or to lift a suppression."""

import click

from ..errors import NotPossibleError
from .shared import address_of, ask_first, open_for_writing, yes_option

MAX_REASON = 2000
"""Characters of a reason."""

reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Who asked for it, when and where; recorded."
)


@click.command()
@click.argument("email")
@reason_option
@click.option("--complaint", is_flag=True, help="The person complained about our email.")
def suppress(email: str, reason: str, complaint: bool) -> None:
    """Never email EMAIL again, not even a confirmation.

    Ends every request and permission of the person at once. The address doesn't have to be on
    record. Only `lift` undoes it.

    \b
    Examples:
      atrae forms suppress ana@example.org --reason "her answer of 3 March"
      atrae forms suppress ana@example.org --complaint --reason "report of her provider"
    """
    from ..permission.suppression import complain, never_again

    address, reason = address_of(email), _parse_reason(reason)
    decide = complain if complaint else never_again
    with open_for_writing() as store:
        store.commit_for_address(
            address, lambda record: decide(record, reason=reason), now=store.clock()
        )
    click.echo("Suppressed. No more email is sent to this address.")


@click.command()
@click.argument("email")
@reason_option
@yes_option
def lift(email: str, reason: str, yes: bool) -> None:
    """Let EMAIL sign up again after a complaint, a hard bounce or "never again".

    This restores no permission: the person has to sign up and confirm again.

    \b
    Example:
      atrae forms lift ana@example.org --reason "she asked me to, in person, on 5 May"
    """
    from ..permission import suppression

    address, reason = address_of(email), _parse_reason(reason)
    ask_first("Let this person sign up again?", yes=yes)
    with open_for_writing() as store:
        with store.database.reading() as connection:
            scopes = store.suppressed_scopes(connection, address.key)
        if "all" not in scopes:
            raise NotPossibleError("this address is not suppressed: there is nothing to lift")
        store.commit_for_address(
            address, lambda record: suppression.lift(record, reason=reason), now=store.clock()
        )
    click.echo("Lifted. This person can sign up again.")


def _parse_reason(text: str) -> str:
    reason = text.strip()
    if not reason or len(reason) > MAX_REASON or any(ord(letter) < 32 for letter in reason):
        raise click.BadParameter(f"one line of 1 to {MAX_REASON} characters", param_hint="--reason")
    return reason
