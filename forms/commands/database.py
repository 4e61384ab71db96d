"""The database as a whole."""

import sys
from contextlib import closing
from pathlib import Path

import click

from ..errors import NotPossibleError
from .errors import ask_first, database_url, dry_run_option, explained, progress, yes_option


@click.command()
@explained
def migrate() -> None:
    """Bring the database to the tables of this version; `serve` does it by itself.

    Everything happens in one transaction: it is done whole, or nothing has changed.

    \b
    Example:
      atrae forms backup before.db && atrae forms migrate
    """
    from ..server import migrate_database

    before, after = migrate_database(database_url())
    click.echo(f"the database was at {before or 'nothing'} and is at {after}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@explained
def backup(file: Path, force: bool) -> None:
    """Write a whole copy of a SQLite database to FILE, while the handler goes on.

    It holds exactly what had been committed when it began, and is checked before it takes its name.
    It holds addresses, and no keys: keep it as safe as the database, and the keys elsewhere. For
    PostgreSQL use pg_dump.

    \b
    Example:
      atrae forms backup /backups/forms-$(date +%F).db
    """
    from ..store.upkeep.backup import backup as copied

    bar = _Bar("copying")
    size = copied(database_url(), file, force=force, step=bar.step)
    bar.end()
    click.echo(f"{file}: {size} bytes")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verify", "verifying", is_flag=True, help="Recompute the ledger of FILE first.")
@click.option("--force", is_flag=True, help="Also over a newer record, which is forgotten.")
@yes_option
@dry_run_option
@explained
def restore(file: Path, verifying: bool, force: bool, yes: bool, dry_run: bool) -> None:
    """Put the backup FILE in the place of a SQLite database. The handler must be stopped.

    Refused where the database knows events that FILE does not, for among them may be withdrawals:
    with --force they are forgotten, and people may be written to who left. Whatever happens, the
    database is the old one or the new one, whole; after a restore that was killed, the handler
    does not start until another one has come to its end.

    \b
    Examples:
      atrae forms restore forms-2026-03-01.db --verify --dry-run
      atrae forms restore forms-2026-03-01.db --verify --yes
    """
    from ..store.database.file_lock import sole_writer
    from ..store.upkeep.backup import check_backup, count_lost_events, restore as put_back

    url = database_url()
    check_backup(file)
    if verifying:
        _vouch_for(file)
    with sole_writer(url):
        gone = count_lost_events(url, file)
        if gone.events and not force:
            raise NotPossibleError(
                f"the database knows {gone.events} events that {file} does not, {gone.final} of "
                "them withdrawals, refusals or erasures. Make a backup of it first; --force "
                "forgets them."
            )
        said = f"{gone.events} events are forgotten" if gone.events else "nothing is forgotten"
        if dry_run:
            click.echo(f"{file} is whole; {said}")
            return
        ask_first(f"Replace the database by {file}? {said.capitalize()}.", yes=yes)
        bar = _Bar("restoring")
        put_back(url, file, step=bar.step)
        bar.end()
    click.echo(f"restored from {file}; {said}")


def _vouch_for(file: Path) -> None:
    from ..store.database.read_only import open_records
    from ..store.verify import verify as findings

    with (
        open_records(f"sqlite:///{file.absolute()}") as connection,
        closing(findings(connection)) as found,
    ):
        for finding in found:
            raise NotPossibleError(f"{file} does not hold: {finding}", "nothing was restored")


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@explained
def move(source: str, target: str) -> None:
    """Copy everything between SQLite and PostgreSQL, in either direction; FROM stays as it is.

    TO must be empty. Its rows are compared with those of FROM before anything is committed, and
    numbers go on where they were. Stop the handlers of both first, then set ATRAE_DATABASE_URL to
    TO. Say `-` for what ATRAE_DATABASE_URL names, so that no password is in your shell's history.

    \b
    Examples:
      atrae forms move sqlite:////var/lib/atrae/forms.db -
      atrae forms move - sqlite:///forms.db
    """
    from ..store.database.engine import Database, open_engine, sqlite_file
    from ..store.database.file_lock import sole_writer
    from ..store.upkeep.move import count_all_rows, move_database as moved

    here, there = _url(source), _url(target)
    file = sqlite_file(here)
    if file is not None and not file.exists():
        raise NotPossibleError(f"there is no database at {file}")
    if here == there:
        raise NotPossibleError("FROM and TO are the same database")
    with sole_writer(here), sole_writer(there):
        ours, theirs = Database(open_engine(here)), Database(open_engine(there))
        try:
            with ours.reading() as connection:
                rows = count_all_rows(connection)
            with progress(rows, "moving") as step:
                done = moved(ours, theirs, step=step)
        finally:
            ours.close()
            theirs.close()
    said = ", ".join(f"{number} {name}" for name, number in done.rows.items())
    click.echo(f"moved, and compared row by row: {said or 'nothing'}")
    click.echo(f"digest of both: {done.digest}")


def _url(text: str) -> str:
    from ..settings.environment import read_database

    return (
        database_url() if text == "-" else read_database({"ATRAE_DATABASE_URL": text}, Path.cwd())
    )


class _Bar:
    """Percent on standard error, where somebody looks; the total is known after the first step."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.watched = sys.stderr.isatty()

    def step(self, done: int, total: int) -> None:
        if self.watched:
            click.echo(f"\r{self.label} {done * 100 // max(total, 1)} %", err=True, nl=False)

    def end(self) -> None:
        if self.watched:
            click.echo("", err=True)


COMMANDS = (migrate, backup, restore, move)
