"""What the environment says. All that is wrong with it is said at once, each with a way out."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address as Mailbox, AddressHeader
from email.policy import default as mail_policy
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from .abuse import Defence, read_defence

SHORTEST_KEY = 32
MAKE_A_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
NOBODY = ("no-reply", "noreply", "no_reply", "donotreply", "do-not-reply", "do_not_reply")
NOT_YET = "unknown@example.org"
"""Stands for a sender that is missing, so that its own fault is the only one."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DEVELOPMENT_FOLDER = ".atrae"
DATABASE_NAME = "forms.db"


class SettingsError(Exception):
    """The environment is not enough to start on. `faults` holds every one, ready to be shown."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Smtp(BaseModel):
    """Where mail is handed over. `tls`: `implicit`, `required` (STARTTLS) or `none`."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    tls: str
    user: str = ""
    password: SecretStr = SecretStr("")


class Settings(BaseModel):
    """All that the handler is told from outside. Secrets do not show when it is printed."""

    model_config = ConfigDict(frozen=True)

    database_url: SecretStr
    secret_keys: tuple[SecretStr, ...]
    suppression_key: SecretStr
    site_url: str
    public_url: str
    """Where people reach the handler, without a slash at the end."""
    mail_from: str
    reply_to: str
    owner: str = ""
    """Who the record's own mails go to: checkpoints, alarms. Empty: nobody."""
    smtp_url: SecretStr = SecretStr("")
    checkpoint_keys: tuple[SecretStr, ...] = ()
    """The first signs checkpoints and proofs; without one there are no checkpoints."""
    handler_dir: Path = Path("handler")
    defence: Defence = Defence()

    @property
    def site_origin(self) -> str:
        """Scheme, host and port of the site, as a browser spells them."""
        return origin_of(self.site_url)

    @property
    def public_origin(self) -> str:
        """The same of the handler."""
        return origin_of(self.public_url)

    @property
    def keys(self) -> tuple[str, ...]:
        """The secrets that sign tokens, the first one first."""
        return tuple(key.get_secret_value() for key in self.secret_keys)

    @property
    def mail_domain(self) -> str:
        """The right half of our Message-IDs."""
        return mailbox(self.mail_from).domain


@dataclass(frozen=True, slots=True)
class SuppressionKey:
    """The key under which addresses that must not be written to are remembered."""

    secret: bytes

    @property
    def fingerprint(self) -> str:
        """Kept in the database, so that a wrong key is noticed before it forgets anybody."""
        return hmac.new(self.secret, b"atrae: suppression key", hashlib.sha256).hexdigest()

    @property
    def id(self) -> str:
        """The first letters of the fingerprint, kept with each suppression."""
        return self.fingerprint[:8]

    def conceal(self, address_key: str) -> str:
        """The HMAC of an address: it can be asked for, and not be read back."""
        return hmac.new(self.secret, address_key.encode(), hashlib.sha256).hexdigest()


def origin_of(url: str) -> str:
    """Scheme, host and port (left out where it is the scheme's own), in lower case."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def mailbox(text: str) -> Mailbox:
    """The one mailbox in `text` (RFC 5322). Raises `ValueError` where there is not exactly one."""
    try:
        header = mail_policy.header_factory("From", text)
        found = header.addresses if isinstance(header, AddressHeader) else ()
    except (MessageError, ValueError, IndexError) as fault:
        raise ValueError("it is no mailbox") from fault
    if len(found) != 1 or not found[0].domain or header.defects or not text.isprintable():
        raise ValueError("it is not exactly one mailbox")
    return found[0]


def read_smtp(url: str) -> Smtp:
    """Read `smtp://user:password@host:587` or `smtps://…`. Raises `ValueError` that says why not.

    `smtps` speaks TLS from the first byte. `smtp` demands STARTTLS, but for a server on this very
    machine or with `?tls=none`; a password is never sent in the clear to another machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("it must look like smtp://user:password@mail.example.org:587")
    local = parts.hostname in LOOPBACK
    tls = "implicit" if parts.scheme == "smtps" else _starttls(parts, local=local)
    if parts.username and tls == "none" and not local:
        raise ValueError("it would send a password in the clear; leave ?tls=none out")
    usual = 465 if tls == "implicit" else 587 if tls == "required" else 25
    return Smtp(
        host=parts.hostname,
        port=parts.port or usual,
        tls=tls,
        user=unquote(parts.username or ""),
        password=SecretStr(unquote(parts.password or "")),
    )


def _starttls(parts: SplitResult, *, local: bool) -> str:
    wish = parse_qs(parts.query).get("tls", ["none" if local else "required"])[0]
    if wish not in ("none", "required"):
        raise ValueError("?tls= is either none or required")
    return wish


def read_environment(environ: Mapping[str, str], directory: Path) -> Settings:
    """The settings of a production handler. Raises `SettingsError` with every fault.

    `directory` is where relative paths start: the working directory.
    """
    asked = _Environment(environ)
    keys = asked.keys("ATRAE_SECRET_KEY")
    suppression = asked.keys("ATRAE_SUPPRESSION_KEY")
    if len(suppression) > 1:
        asked.faults.append("ATRAE_SUPPRESSION_KEY is one key: with another, people are forgotten")
    sender = asked.read("ATRAE_MAIL_FROM", _answering, 'set it like "Ana <ana@example.org>"')
    answers = asked.read("ATRAE_REPLY_TO", _answering, default=sender or NOT_YET)
    defence, faults = read_defence(environ, directory)
    asked.faults.extend(faults)
    values = {
        "defence": defence,
        "database_url": asked.read("ATRAE_DATABASE_URL", _database, default=file_url(directory)),
        "secret_keys": keys,
        "suppression_key": suppression[0] if suppression else "",
        "site_url": asked.read("ATRAE_SITE_URL", _web, "set it like https://example.org/"),
        "public_url": asked.read(
            "ATRAE_PUBLIC_URL", _web, "set it to where people reach this handler"
        ).rstrip("/"),
        "owner": asked.read("ATRAE_OWNER", _answering, default=answers or NOT_YET),
        "smtp_url": asked.read(
            "ATRAE_SMTP_URL", _smtp, "set it like smtp://user:password@mail.example.org:587"
        ),
        "mail_from": sender,
        "reply_to": answers,
        "checkpoint_keys": asked.signing_keys("ATRAE_CHECKPOINT_KEY"),
        "handler_dir": directory / (environ.get("ATRAE_HANDLER_DIR") or "handler"),
    }
    if asked.faults:
        raise SettingsError(tuple(asked.faults))
    return Settings.model_validate(values)


def read_database(environ: Mapping[str, str], directory: Path) -> str:
    """Where the records are, for commands that only read them. Raises `SettingsError`.

    Without `ATRAE_DATABASE_URL` it is the database of `atrae serve` in a site's folder, where
    there is one.
    """
    asked = _Environment(environ)
    ours = directory / DEVELOPMENT_FOLDER / DATABASE_NAME
    default = f"sqlite:///{ours}" if ours.exists() else file_url(directory)
    url = asked.read("ATRAE_DATABASE_URL", _database, default=default)
    if asked.faults:
        raise SettingsError(tuple(asked.faults))
    return url


def file_url(directory: Path) -> str:
    """The SQLite database in `directory`."""
    return f"sqlite:///{directory / DATABASE_NAME}"


class _Environment:
    """Reads variables and gathers what is wrong with them. A secret's value is never repeated."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def read(
        self, name: str, check: Callable[[str], str], hint: str = "", *, default: str = ""
    ) -> str:
        value = self.environ.get(name, "").strip()
        if not value and not default:
            self.faults.append(f"{name} is missing: {hint}")
            return ""
        try:
            return check(value or default)
        except ValueError as fault:
            self.faults.append(f"{name}: {fault}" + (f" ({hint})" if hint else ""))
            return ""

    def keys(self, name: str) -> tuple[str, ...]:
        keys = tuple(self.environ.get(name, "").replace(",", " ").split())
        if not keys:
            self.faults.append(f"{name} is missing: {MAKE_A_KEY}")
        elif any(len(key) < SHORTEST_KEY for key in keys):
            self.faults.append(
                f"{name}: a key has fewer than {SHORTEST_KEY} characters; {MAKE_A_KEY}"
            )
        return keys

    def signing_keys(self, name: str) -> tuple[str, ...]:
        """Keys that may be missing; each must be a whole one."""
        from ..evidence.signing import signing_key

        keys = tuple(self.environ.get(name, "").replace(",", " ").split())
        for key in keys:
            try:
                signing_key(key)
            except ValueError as fault:
                self.faults.append(f"{name}: {fault}; {MAKE_A_KEY}")
        return keys


def _web(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it must be a whole address, from https:// on")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("it may have no user, query or fragment")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("it must be https; only localhost may go without")
    return origin_of(url) + quote(parts.path, safe="/%")


def _smtp(url: str) -> str:
    read_smtp(url)
    return url


def _database(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("it must begin with sqlite:/// or postgresql://")
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _answering(text: str) -> str:
    who = mailbox(text)
    if who.username.lower().split("+")[0] in NOBODY:
        raise ValueError("people must be able to answer; a no-reply address is refused")
    return text
