"""Run the form handler inside `atrae serve`, with the forms as they are edited."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from starlette.applications import Starlette

from forms.catalogue import Catalogue, Controller, Resource, State
from forms.embedding import (
    Allowance,
    Limits,
    Pages,
    Permitted,
    WithdrawnError,
    create_app,
    development_settings,
    smtp_delivery,
)

from ..config.config import CACHE
from ..model.output import Output, Tree
from ..plan.plan import Plan, render
from .inbox import Inbox
from .live import Live

_MANY = Allowance(hourly=1000, daily=1000)
DEVELOPMENT_LIMITS = Limits(
    window=timedelta(seconds=5), confirmations=_MANY, wishes=_MANY, guides=_MANY
)
"""Limits that don\'t stop authors who send their own form many times."""

_NO_CONTROLLER = Controller(name="-", address="-")


class LiveBundle:
    """Catalogue, pages and files for the handler, from the last plan without errors.

    Each value stays the same object until the site is planned again.
    """

    def __init__(self, live: Live) -> None:
        self._live = live
        self._plan: Plan | None = None
        self._catalogue, self._pages = _empty_catalogue(), Pages({}, {}, {})

    def catalogue(self) -> Catalogue:
        """Return the forms as they are declared now."""
        self._refresh()
        return self._catalogue

    def pages(self) -> Pages:
        """Return the theme's templates, shells and texts as they are now."""
        self._refresh()
        return self._pages

    def file(self, resource: Resource) -> Path | None:
        """Return the location of a gated file in the content, or None if it's missing."""
        plan = self._live.last_plan
        source = plan.site.gated.get(resource.path) if plan else None
        return source.file if source else None

    def _refresh(self) -> None:
        plan = self._live.last_plan
        if plan is self._plan or plan is None:
            return
        self._plan = plan
        if plan.site.catalogue:
            self._catalogue, self._pages = plan.site.catalogue, _pages(plan)


def _empty_catalogue() -> Catalogue:
    """Return the catalogue of a site without forms."""
    states: dict[State, dict[str, str]] = {state: {"en": "/"} for state in State}
    return Catalogue(
        title={"en": "-"},
        default_language="en",
        languages=("en",),
        controller=_NO_CONTROLLER,
        privacy={"en": "/"},
        states=states,
    )


def _pages(plan: Plan) -> Pages:
    site, theme = plan.site, plan.renderer.theme
    shells = {
        output.language: _text(plan, output)
        for output in plan.outputs
        if output.tree is Tree.HANDLER and output.path.startswith("shell/")
    }
    return Pages(
        templates={
            name: source.file.read_text(encoding="utf-8")
            for name, source in site.handler_templates.items()
        },
        shells=shells,
        texts=theme.handler_texts,
    )


def _text(plan: Plan, output: Output) -> str:
    content = render(plan, output)
    return content.decode() if isinstance(content, bytes) else content.read_text(encoding="utf-8")


def create_handler(
    live: Live, inbox: Inbox, *, root: Path, site_url: str, public_url: str, smtp: str | None
) -> Starlette:
    """Create the site's form handler, with its database in the site's cache folder.

    Emails go to the server at the URL `smtp`, or to the inbox if there is none.
    """
    bundle = LiveBundle(live)
    settings = development_settings(root / CACHE, site_url).model_copy(
        update={"public_url": public_url, **_sender(live)}
    )
    return create_app(
        settings,
        catalogue=bundle.catalogue,
        pages=bundle.pages,
        files=bundle.file,
        deliver=smtp_delivery(smtp) if smtp else _inbox_delivery(inbox),
        limits=DEVELOPMENT_LIMITS,
    )


def _sender(live: Live) -> dict[str, str]:
    """Return the settings that make the controller the sender of emails."""
    controller = live.last_plan.site.settings.controller if live.last_plan else None
    if controller is None or not controller.email:
        return {}
    sender = f'"{controller.name}" <{controller.email}>'
    return {"mail_from": sender, "reply_to": sender}


def _inbox_delivery(inbox: Inbox) -> Callable[[EmailMessage, Permitted], str]:
    def deliver(message: EmailMessage, permitted: Permitted) -> str:
        if not permitted():
            raise WithdrawnError
        return inbox.add(message)

    return deliver
