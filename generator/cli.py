"""The commands: options -> one call -> report -> exit code. No logic."""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from .build import Options
from .model.diagnostic import Severity
from .terminal import build_and_report, counted, print_diagnostics, print_json, reported

FOLDER = click.Path(path_type=Path, file_okay=False)
source_option = click.option(
    "-s", "--source", type=FOLDER, default=Path(), help="The site's folder.  [default: here]"
)


class Moment(click.ParamType[datetime]):
    """An ISO 8601 date or moment."""

    name = "iso"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no moment; write 2026-11-21T09:30:00+01:00", param, ctx)


clock_option = click.option(
    "--clock", type=Moment(), help="Build as of this moment (ISO 8601) instead of now."
)


class Commands(click.Group):
    """Adds `forms`, whose web server and database are loaded only where they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click asks so)
        return ["new", "serve", "build", "check", "forms"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "forms":
            from forms.cli import forms

            return forms
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Begin with:  atrae new site my-site && cd my-site && atrae serve",
)
@click.version_option(package_name="atrae")
def main() -> None:
    """Atrae makes a site of your Markdown, with forms that ask for permission and keep the
    evidence."""


@main.command()
@source_option
@click.option("-o", "--output", type=FOLDER, help="The public folder.  [default: SOURCE/public]")
@click.option("--handler", type=FOLDER, help="The handler's.  [default: SOURCE/handler]")
@click.option("-b", "--base-url", help="The site's address, over the one in site.yaml.")
@click.option("-D", "--drafts", is_flag=True, help="Publish drafts too.")
@click.option("-F", "--future", is_flag=True, help="Publish what is dated in the future too.")
@click.option("--strict", is_flag=True, help="Take every warning for an error.")
@click.option("--force", is_flag=True, help="Take over a folder that others wrote into.")
@click.option("--explain", is_flag=True, help="Say why each page was rendered.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is wrong.")
@clock_option
def build(
    source: Path,
    output: Path | None,
    handler: Path | None,
    base_url: str | None,
    drafts: bool,
    future: bool,
    strict: bool,
    force: bool,
    explain: bool,
    quiet: bool,
    clock: datetime | None,
) -> None:
    """Build the site.

    SOURCE/public is for any static host, SOURCE/handler for the form handler.

    \b
    atrae build                              the site in this folder
    atrae build -D -F -o /tmp/preview        drafts and future articles too, elsewhere
    atrae build --strict                     for a release: no warning passes
    """
    began = time.perf_counter()
    public, private = (str(folder) if folder else None for folder in (output, handler))
    options = Options(str(source), public, private, base_url, drafts, future, strict, force)
    build_and_report(options, now=clock or now(), began=began, quiet=quiet, explain=explain)


@main.command()
@source_option
@click.option("--json", "as_json", is_flag=True, help="Write the findings as JSON.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@clock_option
def check(source: Path, as_json: bool, strict: bool, clock: datetime | None) -> None:
    """Say everything that is wrong with the site, and write nothing.

    Drafts and future documents are checked too: that is when one wants to know.
    """
    from .config.config import load_config
    from .incremental.store import exclusive
    from .plan.full import plan_site

    with reported(as_json=as_json):
        config = load_config(source, now=clock or now(), drafts=True, future=True)
        with exclusive(config.cache / "cache"):
            diagnostics = plan_site(config).diagnostics
    if as_json:
        print_json(diagnostics)
    else:
        print_diagnostics(diagnostics)
        count = counted(len(diagnostics), "finding")
        click.echo(f"{count}." if diagnostics else "No problems found.")
    has_error = any(each.severity is Severity.ERROR for each in diagnostics)
    sys.exit(1 if has_error or (strict and diagnostics) else 0)


@main.command()
@source_option
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("-H", "--host", default="127.0.0.1", show_default=True)
@click.option(
    "--forms-port",
    type=click.IntRange(0, 65535),
    help="The form handler's own port, as in production.",
)
@click.option("-O", "--open", "open_browser", is_flag=True, help="Open the site in a browser.")
@click.option("--smtp", metavar="URL", help="Send mails there instead of showing them.")
@clock_option
def serve(
    source: Path,
    port: int,
    host: str,
    forms_port: int | None,
    open_browser: bool,
    smtp: str | None,
    clock: datetime | None,
) -> None:
    """Show the site while you write, with working forms.

    Each save shows at once. Drafts and future documents are shown too. Mails are not sent: they
    appear at /_inbox/.
    """
    from .serve.server import serve as serve_site

    with reported():
        serve_site(
            source,
            host=host,
            port=port,
            forms_port=forms_port,
            open_browser=open_browser,
            smtp=smtp,
            clock=lambda: clock or now(),
            say=click.echo,
        )


@main.group()
def new() -> None:
    """Make a site, an article or a resource, ready to be written."""


@new.command("site")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option("--title", help="The site's title.  [default: from DIR]")
def new_site(folder: Path, language: str, title: str | None) -> None:
    """Make a site that builds and serves at once, with a newsletter form and a gated guide."""
    from .scaffold import make_site

    with reported():
        made = make_site(folder, language=language, title=title, today=now().date())
    click.echo(f"{folder} is a site of {counted(len(made), 'file')}. Now:\n")
    click.echo(f"  cd {folder}\n  atrae serve")


@new.command("article")
@click.argument("title")
@source_option
@click.option("--section", default="blog", show_default=True, help="The folder below content/.")
@click.option("--language", help="Of a site with several.  [default: the site's]")
def new_article(title: str, source: Path, section: str, language: str | None) -> None:
    """Begin an article: a draft, dated today."""
    from .scaffold import make_article

    with reported():
        made = make_article(source, title, section=section, language=language, now=now())
    click.echo(made)


@new.command("resource")
@click.argument("title")
@source_option
@click.option("--section", default="guides", show_default=True, help="The folder below content/.")
def new_resource(title: str, source: Path, section: str) -> None:
    """Begin a gated resource: its page, its purpose, its form, and the place for its file."""
    from .scaffold import make_resource

    with reported():
        made = make_resource(source, title, section=section, now=now())
    click.echo("\n".join(map(str, made)))


def now() -> datetime:
    """The present, or SOURCE_DATE_EPOCH where builds must be reproducible."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(
            f"SOURCE_DATE_EPOCH={epoch} is no moment; write whole seconds since 1970."
        ) from None
