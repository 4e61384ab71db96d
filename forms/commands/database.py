"""Commands for the database as a whole: migrate, back up, restore, move."""

from contextlib import closing
from pathlib import Path

import click

from ..errors import NotPossibleError
from ..settings.environment import read_database
from .shared import ask_first, database_url, dry_run_option, progress, yes_option


@click.command()
def migrate() -> None:
    """Update the database's tables to this version. `serve` does so on its own.

    Everything happens in one transaction: if it fails, nothing has changed.

    \b
    Example:
      atrae forms backup before.db && atrae forms migrate
    """
    from ..server import migrate_database

    before, after = migrate_database(database_url())
    if before == after:
        click.echo(f"The database is up to date, at version {after}.")
    else:
        click.echo(f"Migrated the database from version {before or 'none'} to {after}.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def backup(file: Path, force: bool) -> None:
    """Copy a SQLite database to FILE. The handler can keep running.

    The copy contains exactly what was committed when it began, and is checked before FILE appears.
    It contains addresses but no keys: protect it like the database, and keep the keys elsewhere.
    For PostgreSQL, use pg_dump.

    \b
    Example:
      atrae forms backup /backups/forms-$(date +%F).db
    """
    from ..store.upkeep import backup as backups

    with progress("Copying") as step:
        size = backups.backup(database_url(), file, force=force, step=step)
    click.echo(f"Wrote {size} bytes to {file}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verify", "verifying", is_flag=True, help="Verify the ledger of FILE first.")
@click.option("--force", is_flag=True, help="Restore even if newer events are lost.")
@yes_option
@dry_run_option
def restore(file: Path, verifying: bool, force: bool, yes: bool, dry_run: bool) -> None:
    """Replace a SQLite database with the backup FILE. Stop the handler first.

    If the database has events that FILE doesn't have, restore refuses, because some of them may be
    withdrawals. With --force they are lost, and people who unsubscribed may get email again. The
    database is always complete, either the old or the new one. After an interrupted restore, the
    handler doesn't start until another restore has finished.

    \b
    Examples:
      atrae forms restore forms-2026-03-01.db --verify --dry-run
      atrae forms restore forms-2026-03-01.db --verify --yes
    """
    from ..store.database.file_lock import sole_writer
    from ..store.upkeep import backup as backups

    url = database_url()
    backups.check_backup(file)
    if verifying:
        _verify_backup(file)
    with sole_writer(url):
        lost = backups.count_lost_events(url, file)
        if lost.events and not force:
            raise NotPossibleError(
                f"the database has {lost.events} events that {file} does not have, {lost.final} of "
                "them withdrawals, refusals or erasures. Back it up first, then use --force to "
                "lose them."
            )
        number = lost.events or "no"
        if dry_run:
            click.echo(f"{file} is intact. Restoring it would lose {number} events.")
            return
        ask_first(f"Replace the database with {file} and lose {number} events?", yes=yes)
        with progress("Restoring") as step:
            backups.restore(url, file, step=step)
    click.echo(f"Restored {file}; {number} events were lost.")


def _verify_backup(file: Path) -> None:
    from ..store.database.read_only import open_records
    from ..store.verify import verify

    with (
        open_records(f"sqlite:///{file.absolute()}") as connection,
        closing(verify(connection)) as findings,
    ):
        for finding in findings:
            raise NotPossibleError(f"{file} fails verification: {finding}", "nothing was restored")


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def move(source: str, target: str) -> None:
    """Copy everything between SQLite and PostgreSQL, in either direction. FROM doesn't change.

    TO must be empty. All rows are compared before anything is committed. Stop the handlers of both
    databases first, and set ATRAE_DATABASE_URL to TO afterwards. Write `-` for the database in
    ATRAE_DATABASE_URL, to keep its password out of your shell's history.

    \b
    Examples:
      atrae forms move sqlite:////var/lib/atrae/forms.db -
      atrae forms move - sqlite:///forms.db
    """
    from ..store.database.engine import Database, open_engine, sqlite_file
    from ..store.database.file_lock import sole_writer
    from ..store.upkeep.move import move_database

    source_url, target_url = _parse_url(source), _parse_url(target)
    file = sqlite_file(source_url)
    if file is not None and not file.exists():
        raise NotPossibleError(f"no database at {file}")
    if source_url == target_url:
        raise NotPossibleError("FROM and TO are the same database")
    with (
        sole_writer(source_url),
        sole_writer(target_url),
        closing(Database(open_engine(source_url))) as old,
        closing(Database(open_engine(target_url))) as new,
        progress("Moving") as step,
    ):
        result = move_database(old, new, step=step)
    rows = ", ".join(f"{number} {name}" for name, number in result.rows.items())
    click.echo(f"Moved and compared: {rows or 'no rows'}")
    click.echo(f"Digest of both databases: {result.digest}")


def _parse_url(text: str) -> str:
    if text == "-":
        return database_url()
    return read_database({"ATRAE_DATABASE_URL": text}, Path.cwd())
