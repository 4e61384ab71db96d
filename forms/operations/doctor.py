"""`forms doctor`: looks at everything that a running handler needs, and says the way out.

A network that is not there is a warning; what can be known to be wrong is an error.
"""

import http.client
import socket
import ssl
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from ..declared.findings import Level, Line
from ..mail.smtp import DeliveryError, greet
from ..settings.environment import (
    LOOPBACK,
    Settings,
    SettingsError,
    SuppressionKey,
    read_database,
    read_environment,
    read_smtp,
)
from ..settings.logging import read_format
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
    """One line after the other, as each is known."""
    settings = yield from _settings(environ, directory)
    try:
        url = read_database(environ, directory)
    except SettingsError:
        pass  # It has been said with the other settings.
    else:
        yield from check_database(url, key, now=now)
    if settings is None:
        return
    yield _bundle(settings)
    if not settings.checkpoint_keys:
        told = "ATRAE_CHECKPOINT_KEY is not set: nobody could prove that the past was not cut off"
        yield Line(Level.WARNING, "checkpoints", told)
    if not online:
        yield Line(Level.WARNING, "network", "not looked at: mail server, DNS, public address")
        return
    yield check_smtp(settings.smtp_url.get_secret_value())
    yield from check_sender(settings.mail_domain, selector, texts)
    yield check_public(settings.public_url)


def _settings(
    environ: Mapping[str, str], directory: Path
) -> Generator[Line, None, Settings | None]:
    settings, faults = None, list[str]()
    try:
        settings = read_environment(environ, directory)
    except SettingsError as fault:
        faults += fault.faults
    for read in (read_operations, read_format):
        try:
            read(environ)
        except SettingsError as fault:
            faults += fault.faults
    for said in faults:
        yield Line(Level.ERROR, "settings", said)
    if not faults:
        yield Line(Level.OK, "settings", "they are complete")
    return settings


def _bundle(settings: Settings) -> Line:
    try:
        bundle = read_bundle(settings.handler_dir)
    except BundleError as fault:
        return Line(Level.ERROR, "handler/", str(fault))
    number = len(bundle.catalogue.forms)
    return Line(Level.OK, "handler/", f"it is whole, with {number} forms")


def check_smtp(url: str) -> Line:
    """Whether the mail server lets us in, and by TLS."""
    target = read_smtp(url)
    place = f"{target.host}:{target.port}"
    try:
        greet(url, seconds=SECONDS)
    except DeliveryError as fault:
        if isinstance(fault.__cause__, socket.gaierror):
            told = f"{place} is not known here: is there a network? See ATRAE_SMTP_URL"
            return Line(Level.WARNING, "mail server", told)
        told = f"{place} does not let us in ({fault.reply}): see ATRAE_SMTP_URL and its firewall"
        return Line(Level.ERROR, "mail server", told)
    if target.tls == "none" and target.host not in LOOPBACK:
        told = f"{place} is spoken to in the clear: leave ?tls=none out of ATRAE_SMTP_URL"
        return Line(Level.WARNING, "mail server", told)
    how = "by TLS" if target.tls != "none" else "on this machine"
    return Line(Level.OK, "mail server", f"{place} lets us in, {how}")


def check_public(url: str) -> Line:
    """Whether people reach the handler where their mails say."""
    subject, parts = "public address", urlsplit(url)
    host, path = parts.hostname or "", f"{parts.path}/healthz"
    connection = (
        http.client.HTTPSConnection(
            host, parts.port, timeout=SECONDS, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    )
    try:
        connection.request("GET", path, headers={"User-Agent": "atrae doctor"})
        status = connection.getresponse().status
    except ssl.SSLCertVerificationError as fault:
        told = f"its certificate is not accepted ({fault.verify_message}): renew it"
        return Line(Level.ERROR, subject, told)
    except (OSError, http.client.HTTPException) as fault:
        told = f"{url} does not answer ({type(fault).__name__}): is the handler up, and public?"
        return Line(Level.WARNING, subject, told)
    finally:
        connection.close()
    if status != 200:
        told = f"{url}/healthz answers {status}: does the web server pass requests to the handler?"
        return Line(Level.ERROR, subject, told)
    return Line(Level.OK, subject, f"{url} answers")
