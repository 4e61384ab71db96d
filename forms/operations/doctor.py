"""`forms doctor`: check everything that a running handler needs, and suggest fixes.

A network that is unavailable is a warning; what is certainly wrong is an error.
"""

import http.client
import socket
import ssl
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from ..declared.findings import Level, Line
from ..delivery.webhooks import request
from ..errors import SettingsError
from ..mail.smtp import DeliveryError, greet
from ..settings.environment import (
    LOOPBACK,
    Settings,
    SuppressionKey,
    read_database,
    read_environment,
    read_smtp,
)
from ..settings.logging import read_format
from ..settings.variables import Environment
from ..site.bundle import BundleError, read_bundle
from ..store.upkeep.health import check_database
from .equip import read_operations
from .sender_dns import Texts, check_sender

SECONDS = 5.0


def examine(
    environ: Mapping[str, str],
    directory: Path,
    *,
    key: SuppressionKey | None,
    now: datetime,
    texts: Texts,
    selector: str = "",
    online: bool = True,
) -> Iterator[Line]:
    """Yield a line for each check, as soon as it is done."""
    settings = yield from _settings(environ, directory)
    try:
        url = read_database(environ, directory)
    except SettingsError:
        pass  # It is among the other settings' faults.
    else:
        yield from check_database(url, key, now=now)
    if settings is None:
        return
    yield _bundle(settings)
    if not settings.checkpoint_keys:
        message = "ATRAE_CHECKPOINT_KEY is not set: deleting the newest events would go unnoticed"
        yield Line(Level.WARNING, "checkpoints", message)
    if not online:
        yield Line(Level.WARNING, "network", "not checked: mail server, DNS, public address")
        return
    yield check_smtp(settings.smtp_url.get_secret_value())
    yield from check_sender(settings.mail_domain, selector, texts)
    yield check_public(settings.public_url)


def _settings(
    environ: Mapping[str, str], directory: Path
) -> Generator[Line, None, Settings | None]:
    environment = Environment(environ)
    settings = read_environment(environment, directory)
    is_complete = not environment.faults
    read_operations(environment)
    read_format(environment)
    for fault in environment.faults:
        yield Line(Level.ERROR, "settings", fault)
    if not environment.faults:
        yield Line(Level.OK, "settings", "complete")
    return settings if is_complete else None


def _bundle(settings: Settings) -> Line:
    try:
        bundle = read_bundle(settings.handler_dir)
    except BundleError as fault:
        return Line(Level.ERROR, "handler/", str(fault))
    number = len(bundle.catalogue.forms)
    return Line(Level.OK, "handler/", f"complete, with {number} forms")


def check_smtp(url: str) -> Line:
    """Check whether the mail server accepts sessions, and with TLS."""
    target = read_smtp(url)
    place = f"{target.host}:{target.port}"
    try:
        greet(url, seconds=SECONDS)
    except DeliveryError as fault:
        if isinstance(fault.__cause__, socket.gaierror):
            message = f"{place} can't be resolved: check the network and ATRAE_SMTP_URL"
            return Line(Level.WARNING, "mail server", message)
        message = f"{place} accepts no session ({fault.reply}): check ATRAE_SMTP_URL and firewalls"
        return Line(Level.ERROR, "mail server", message)
    if target.tls == "none" and target.host not in LOOPBACK:
        message = f"{place} is used without TLS: remove ?tls=none from ATRAE_SMTP_URL"
        return Line(Level.WARNING, "mail server", message)
    how = "with TLS" if target.tls != "none" else "on this machine"
    return Line(Level.OK, "mail server", f"{place} accepts sessions, {how}")


def check_public(url: str) -> Line:
    """Check whether the handler answers at the address that emails contain."""
    subject, headers = "public address", {"User-Agent": "atrae doctor"}
    try:
        status = request("GET", f"{url}/healthz", headers, seconds=SECONDS)
    except ssl.SSLCertVerificationError as fault:
        message = f"its certificate isn't valid ({fault.verify_message}): renew it"
        return Line(Level.ERROR, subject, message)
    except (OSError, http.client.HTTPException) as fault:
        reason = type(fault).__name__
        message = f"{url} doesn't answer ({reason}): check that the handler is running and public"
        return Line(Level.WARNING, subject, message)
    if status != 200:
        message = f"{url}/healthz returns {status}: check that the web server proxies the handler"
        return Line(Level.ERROR, subject, message)
    return Line(Level.OK, subject, f"{url} answers")
