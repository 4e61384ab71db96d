"""The settings of the handler, each with its environment variable."""

import hashlib
import hmac
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address as Mailbox, AddressHeader
from email.policy import default as mail_policy
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from pydantic import BaseModel, SecretStr

from .abuse import Defence, read_file
from .urls import split_url
from .variables import Variable, Variables, reading

SHORTEST_KEY = 32
MAKE_A_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
SMTP_HINT = "set it like smtp://user:password@mail.example.org:587"
NOBODY = ("no-reply", "noreply", "no_reply", "donotreply", "do-not-reply", "do_not_reply")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DEVELOPMENT_FOLDER = ".atrae"
DATABASE_NAME = "forms.db"


class Smtp(BaseModel, frozen=True):
    """A mail server. `tls` is `implicit`, `required` (STARTTLS) or `none`."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: SecretStr = SecretStr("")


def origin_of(url: str) -> str:
    """Return scheme, host and port (unless it is the scheme's own), in lower case."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def mailbox(text: str) -> Mailbox:
    """Return the mailbox in `text` (RFC 5322). Raises `ValueError` unless there is just one."""
    try:
        header = mail_policy.header_factory("From", text)
        boxes = header.addresses if isinstance(header, AddressHeader) else ()
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError("it is no mailbox") from error
    if len(boxes) != 1 or not boxes[0].domain or header.defects or not text.isprintable():
        raise ValueError("it must be exactly one mailbox")
    return boxes[0]


def read_smtp(url: str) -> Smtp:
    """Read `smtp://user:password@host:587` or `smtps://…`. Raises `ValueError`.

    `smtps` uses TLS from the first byte. `smtp` requires STARTTLS, except for a server on this
    machine or with `?tls=none`; a password is never sent in the clear to another machine.
    """
    parts = split_url(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("it must look like smtp://user:password@mail.example.org:587")
    local = parts.hostname in LOOPBACK
    tls = "implicit" if parts.scheme == "smtps" else _starttls(parts, local=local)
    if parts.username and tls == "none" and not local:
        raise ValueError("it would send a password in the clear; leave out ?tls=none")
    default = 465 if tls == "implicit" else 587 if tls == "required" else 25
    return Smtp(
        host=parts.hostname,
        port=parts.port or default,
        tls=tls,
        user=unquote(parts.username or ""),
        password=SecretStr(unquote(parts.password or "")),
    )


def _starttls(parts: SplitResult, *, local: bool) -> str:
    tls = parse_qs(parts.query).get("tls", ["none" if local else "required"])[0]
    if tls not in ("none", "required"):
        raise ValueError("?tls= must be none or required")
    return tls


def _read_key(text: str) -> str:
    if len(text) < SHORTEST_KEY:
        raise ValueError(f"a key has fewer than {SHORTEST_KEY} characters")
    return text


def _read_signing_key(text: str) -> str:
    from ..evidence.signing import signing_key

    signing_key(text)
    return text


def _read_url(url: str) -> str:
    parts = split_url(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it must be a whole URL that starts with https://")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("it must have no user, query or fragment")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("it must be https, except on localhost")
    return origin_of(url) + quote(parts.path, safe="/%")


def _read_smtp_url(url: str) -> str:
    read_smtp(url)
    return url


def _read_database_url(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("it must start with sqlite:/// or postgresql://")
    if not url.startswith("sqlite:"):
        split_url(url, has_port=False)
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _read_mailbox(text: str) -> str:
    if mailbox(text).username.lower().split("+")[0] in NOBODY:
        raise ValueError("people must be able to reply; a no-reply address is refused")
    return text


SECRET_KEY = Variable(_read_key, MAKE_A_KEY, words=tuple, name="SECRET_KEY")
CHECKPOINT_KEY = Variable(
    _read_signing_key, MAKE_A_KEY, optional=True, words=tuple, name="CHECKPOINT_KEY"
)


class Settings(BaseModel, frozen=True):
    """The handler's settings, named like their variables. Secrets do not show when printed."""

    database_url: Annotated[SecretStr, Variable(_read_database_url)]
    secret_keys: Annotated[tuple[SecretStr, ...], SECRET_KEY]
    suppression_key: Annotated[SecretStr, Variable(_read_key, MAKE_A_KEY, words=tuple)]
    site_url: Annotated[str, Variable(_read_url, "set it like https://example.org/")]
    public_url: Annotated[str, Variable(_read_url, "set it to the handler's public address")]
    """Public address of the handler, without a slash at the end."""
    mail_from: Annotated[str, Variable(_read_mailbox, 'set it like "Ana <ana@example.org>"')]
    reply_to: Annotated[str, Variable(_read_mailbox)]
    owner: Annotated[str, Variable(_read_mailbox)] = ""
    """Address that gets checkpoints and alarms; empty: none."""
    smtp_url: Annotated[SecretStr, Variable(_read_smtp_url, SMTP_HINT)] = SecretStr("")
    checkpoint_keys: Annotated[tuple[SecretStr, ...], CHECKPOINT_KEY] = ()
    """The first one signs checkpoints and proofs; without one, there are no checkpoints."""
    handler_dir: Annotated[Path, Variable(Path)] = Path("handler")
    defence: Defence = Defence()

    @property
    def site_origin(self) -> str:
        """Origin of the site, as browsers spell it."""
        return origin_of(self.site_url)

    @property
    def public_origin(self) -> str:
        """Origin of the handler."""
        return origin_of(self.public_url)

    @property
    def keys(self) -> tuple[str, ...]:
        """Secrets of tokens; the first one signs."""
        return tuple(key.get_secret_value() for key in self.secret_keys)

    @property
    def mail_domain(self) -> str:
        """Domain of our Message-IDs."""
        return mailbox(self.mail_from).domain


@dataclass(frozen=True, slots=True)
class SuppressionKey:
    """The key that conceals suppressed addresses."""

    secret: bytes

    @property
    def fingerprint(self) -> str:
        """Digest that the database keeps, so that a wrong key is noticed at the start."""
        return hmac.new(self.secret, b"atrae: suppression key", hashlib.sha256).hexdigest()

    @property
    def id(self) -> str:
        """First letters of the fingerprint, kept with each suppression."""
        return self.fingerprint[:8]

    def conceal(self, address_key: str) -> str:
        """Return the HMAC of an address, which can be looked up but not read back."""
        return hmac.new(self.secret, address_key.encode(), hashlib.sha256).hexdigest()


def file_url(directory: Path) -> str:
    """Return the URL of the SQLite database in `directory`."""
    return f"sqlite:///{directory / DATABASE_NAME}"


def read_environment(variables: Variables, directory: Path) -> Settings:
    """Return the settings of a production handler. Raises `SettingsError`.

    Relative paths start at `directory`.
    """
    blocked = Variable(lambda name: read_file(directory / name))
    with reading(variables) as environment:
        values = {"database_url": file_url(directory)} | environment.read_fields(Settings)
        [suppression_key, *others] = values["suppression_key"] or [""]
        if others:
            environment.faults.append(
                "ATRAE_SUPPRESSION_KEY must be one key: with another, suppressions are lost"
            )
        defence = environment.read_fields(Defence)
        for file in environment.read("ATRAE_BLOCKED_DOMAINS_FILE", blocked):
            defence["blocked_domains_file"] = file
    values.setdefault("reply_to", values["mail_from"])
    values.setdefault("owner", values["reply_to"])
    values |= {
        "suppression_key": suppression_key,
        "public_url": values["public_url"].rstrip("/"),
        "handler_dir": directory / values.get("handler_dir", "handler"),
        "defence": Defence(**defence),
    }
    return Settings.model_validate(values)


def read_database(variables: Variables, directory: Path) -> str:
    """Return the URL of the database, for commands that need no other setting.

    Without `ATRAE_DATABASE_URL`, it is the database of `atrae serve` in a site's folder, if there
    is one. Raises `SettingsError`.
    """
    development = directory / DEVELOPMENT_FOLDER
    is_there = (development / DATABASE_NAME).exists()
    with reading(variables) as environment:
        urls = environment.read("ATRAE_DATABASE_URL", Variable(_read_database_url))
    return urls[0] if urls else file_url(development if is_there else directory)
