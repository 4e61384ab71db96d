"""The commands: options -> one call -> report -> exit code."""

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

BUILD_EXAMPLES = """\b
atrae build                              build the site in this folder
atrae build -D -F -o /tmp/preview        include drafts and future pages, build elsewhere
atrae build --strict                     fail on warnings, for a release
"""
FOLDER = click.Path(path_type=Path, file_okay=False)
source_option = click.option(
    "-s", "--source", type=FOLDER, default=Path(), help="Folder of the site.  [default: .]"
)


class Moment(click.ParamType[datetime]):
    """An ISO 8601 date, or date and time."""

    name = "iso"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Return the parsed moment."""
        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' isn't ISO 8601, like 2026-11-21T09:30:00+01:00", param, ctx)


clock_option = click.option(
    "--clock", type=Moment(), help="Time to build for (ISO 8601).  [default: now]"
)


class Commands(click.Group):
    """Group that adds `forms`, and imports its web server and database only when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the names of the commands in the order of the help."""
        return ["new", "serve", "build", "check", "forms"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        if cmd_name == "forms":
            from forms.cli import forms

            return forms
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Get started:  atrae new site my-site && cd my-site && atrae serve",
)
@click.version_option(package_name="atrae")
def main() -> None:
    """Build a site from Markdown, with sign-up forms that record consent."""


@main.command(epilog=BUILD_EXAMPLES)
@source_option
@click.option(
    "-o", "--output", type=FOLDER, help="Folder for the public site.  [default: SOURCE/public]"
)
@click.option(
    "--handler", type=FOLDER, help="Folder for the form handler.  [default: SOURCE/handler]"
)
@click.option("-b", "--base-url", help="URL of the site, instead of base_url in site.yaml.")
@click.option("-D", "--drafts", is_flag=True, help="Include drafts.")
@click.option("-F", "--future", is_flag=True, help="Include pages dated in the future.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--force", is_flag=True, help="Replace files that Atrae didn't write.")
@click.option("--explain", is_flag=True, help="Print why each page was rendered.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors and warnings only.")
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

    Upload SOURCE/public to any static host, and SOURCE/handler to the form handler.
    """
    began = time.perf_counter()
    public, private = (str(folder) if folder else None for folder in (output, handler))
    options = Options(str(source), public, private, base_url, drafts, future, strict, force)
    build_and_report(options, now=clock or now(), began=began, quiet=quiet, explain=explain)


@main.command()
@source_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@clock_option
def check(source: Path, as_json: bool, strict: bool, clock: datetime | None) -> None:
    """Check the site without writing it.

    Drafts and future pages are checked too.
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
    help="Separate port for the form handler, as in production.",
)
@click.option("-O", "--open", "open_browser", is_flag=True, help="Open the site in a browser.")
@click.option("--smtp", metavar="URL", help="Send emails to this server instead of showing them.")
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
    """Preview the site while you write, with working forms.

    Pages reload when you save. Drafts and future pages are included. Emails aren't sent: read them
    at /_inbox/.
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
            echo=click.echo,
        )


@main.group()
def new() -> None:
    """Create a site, an article or a gated resource."""


@new.command("site")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option("--title", help="Title of the site.  [default: from DIR]")
def new_site(folder: Path, language: str, title: str | None) -> None:
    """Create a site with a newsletter form and a gated guide."""
    from .scaffold import make_site

    with reported():
        files = make_site(folder, language=language, title=title, today=now().date())
    click.echo(f"Created {folder} with {counted(len(files), 'file')}. Next:\n")
    click.echo(f"  cd {folder}\n  atrae serve")


@new.command("article")
@click.argument("title")
@source_option
@click.option("--section", default="blog", show_default=True, help="Folder below content/.")
@click.option("--language", help="Language of the article.  [default: the site's]")
def new_article(title: str, source: Path, section: str, language: str | None) -> None:
    """Create an article: a draft, dated today."""
    from .scaffold import make_article

    with reported():
        file = make_article(source, title, section=section, language=language, now=now())
    click.echo(file)


@new.command("resource")
@click.argument("title")
@source_option
@click.option("--section", default="guides", show_default=True, help="Folder below content/.")
def new_resource(title: str, source: Path, section: str) -> None:
    """Create a gated resource: page, purpose, form and a placeholder for the file."""
    from .scaffold import make_resource

    with reported():
        files = make_resource(source, title, section=section, now=now())
    click.echo("\n".join(map(str, files)))


def now() -> datetime:
    """Return the current time, or SOURCE_DATE_EPOCH for reproducible builds."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(
            f"SOURCE_DATE_EPOCH={epoch} isn't a number of whole seconds since 1970."
        ) from None
