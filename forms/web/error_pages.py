"""Pages for requests that fail: refused, while the database is unavailable, or by a bug."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ..store.database.engine import UNAVAILABLE
from .context import Context
from .request_body import RefusalError
from .responses import Responder, preferred_language, security_headers

log = logging.getLogger("atrae.forms")

FALLBACK = "Please try again in a minute.\nInténtalo de nuevo dentro de un minuto.\n"


def exception_handlers(context: Context) -> Mapping[Any, Callable[..., Response]]:
    """Return Starlette's mapping of exceptions to functions that return a page."""
    return {
        HTTPException: partial(_refused, context),
        **dict.fromkeys(UNAVAILABLE, partial(_unavailable, context)),
        Exception: partial(_failed, context),
    }


def _refused(context: Context, request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, RefusalError):
        key = error.detail
    else:
        key = "method" if error.status_code == 405 else "nothing"
    response = _error_page(context, request, key, error.status_code)
    response.headers.update(error.headers or {})
    return response


def _unavailable(context: Context, request: Request, error: Exception) -> Response:
    # Without the traceback, because every request fails while the database is down.
    log.error("the database is unavailable: %s: %s", type(error).__name__, error)
    response = _error_page(context, request, "busy", 503)
    response.headers["Retry-After"] = "30"
    return response


def _failed(context: Context, request: Request, _error: Exception) -> Response:
    # Starlette sends this response outside of the middleware, which adds the headers elsewhere.
    response = _error_page(context, request, "failed", 500)
    for name, value in security_headers(context.settings).items():
        response.headers.setdefault(name, value)
    return response


def _error_page(context: Context, request: Request, key: str, status: int) -> Response:
    try:
        catalogue = context.catalogue()
        language = preferred_language(catalogue, request.headers.get("accept-language", ""))
        return Responder(context, catalogue, language).message(key, status=status)
    except Exception:
        # The same fault may also prevent the error page.
        log.exception("can't show the page %s", key)
        return PlainTextResponse(FALLBACK, status_code=status)
