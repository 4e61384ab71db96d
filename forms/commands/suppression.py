"""Never again, and the way back: what the owner records of a person by hand."""

import click

from ..errors import NotPossibleError
from .database_access import open_for_writing
from .errors import address_of, ask_first, explained, yes_option

LONGEST = 2000
"""Characters of a reason."""

reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Kept with it: who said so, when and where."
)


@click.command()
@click.argument("email")
@reason_option
@click.option("--complaint", is_flag=True, help="They complained of our mail.")
@explained
def suppress(email: str, reason: str, complaint: bool) -> None:
    """Never write to EMAIL again, not even a confirmation: because they said so, or complained.

    It ends all that they asked for and confirmed, at once; an address that is not on record yet can
    be suppressed as well. Only `lift` takes it back.

    \b
    Examples:
      atrae forms suppress ana@example.org --reason "her answer of 3 March"
      atrae forms suppress ana@example.org --complaint --reason "report of her provider"
    """
    from ..app import utc_now
    from ..permission.suppression import complain, never_again

    address, said = address_of(email), _reason(reason)
    decide = complain if complaint else never_again
    with open_for_writing() as store:
        store.commit_for_address(address, lambda record: decide(record, reason=said), now=utc_now())
    click.echo("nothing is sent there any more")


@click.command()
@click.argument("email")
@reason_option
@yes_option
@explained
def lift(email: str, reason: str, yes: bool) -> None:
    """Let EMAIL ask again, after a complaint, a hard bounce or "never again".

    It brings no permission back: the person has to ask and to confirm anew.

    \b
    Example:
      atrae forms lift ana@example.org --reason "she asked me to, in person, on 5 May"
    """
    from ..app import utc_now
    from ..permission.suppression import lift as lifted

    address, said = address_of(email), _reason(reason)
    ask_first("Let this person ask for mail again?", yes=yes)
    with open_for_writing() as store:
        with store.database.reading() as connection:
            held = store.suppressed_scopes(connection, address.key)
        if "all" not in held:
            raise NotPossibleError("nothing of that kind holds there: there is nothing to lift")
        store.commit_for_address(address, lambda record: lifted(record, reason=said), now=utc_now())
    click.echo("lifted: they can ask again")


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason or len(reason) > LONGEST or any(ord(letter) < 32 for letter in reason):
        raise click.BadParameter(f"one line of 1 to {LONGEST} characters", param_hint="--reason")
    return reason


COMMANDS = (suppress, lift)
