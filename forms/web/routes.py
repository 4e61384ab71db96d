"""The routes of the handler, and the function behind each."""

from functools import partial

from starlette.routing import Route

from . import guides, optin, preferences, subject_requests
from .context import Context
from .guards import Endpoint, guarded_call, guards_of
from .screening import screen

PREFIXES = ("/f/", "/me/", "/fresh/", "/confirm/", "/unsubscribe/", "/resource/", "/more/")
PROBES = ("/healthz", "/readyz")


def owns(path: str) -> bool:
    """Tell whether the handler serves `path`, when it shares a port with the site's pages."""
    return path.startswith(PREFIXES) or path.removesuffix("/") in PROBES


def routes(context: Context) -> list[Route]:
    """Return every route of the handler."""

    def route(path: str, endpoint: Endpoint, method: str) -> list[Route]:
        call = partial(guarded_call, context, guards_of(path, method), endpoint)
        # With a slash at the end too, which some programs add to a link.
        return [Route(each, call, methods=[method]) for each in (path, f"{path}/")]

    endpoints = [
        route("/f/{form}", optin.subscribe, "POST"),
        route("/f/{form}/challenge", screen.challenge, "GET"),
        route("/confirm/{token}", optin.show_confirmation, "GET"),
        route("/confirm/{token}", optin.confirm, "POST"),
        route("/unsubscribe/{token}", optin.show_unsubscribe, "GET"),
        route("/unsubscribe/{token}", optin.unsubscribe, "POST"),
        route("/me/{token}", preferences.show, "GET"),
        route("/me/{token}", preferences.save, "POST"),
        route("/fresh/{token}", subject_requests.show, "GET"),
        route("/fresh/{token}", subject_requests.answer, "POST"),
        route("/resource/{token}/{name}", guides.download, "GET"),
        route("/resource/{token}/{name}", guides.send_again, "POST"),
        route("/more/{token}", guides.show_offers, "GET"),
        route("/more/{token}", guides.take_offer, "POST"),
        route("/healthz", optin.healthy, "GET"),
        route("/readyz", optin.ready, "GET"),
    ]
    return [each for both in endpoints for each in both]
