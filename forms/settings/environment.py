"""The environment: settings, and every fault in them at once, each with a fix."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address as Mailbox, AddressHeader
from email.policy import default as mail_policy
from pathlib import Path
from typing import TypeAlias, TypeVar
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from . import abuse
from .abuse import Defence

T = TypeVar("T")

SHORTEST_KEY = 32
MAKE_A_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
NOBODY = ("no-reply", "noreply", "no_reply", "donotreply", "do-not-reply", "do_not_reply")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DEVELOPMENT_FOLDER = ".atrae"
DATABASE_NAME = "forms.db"


class SettingsError(Exception):
    """The environment is incomplete or wrong. `faults` holds every fault, ready to be shown."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Environment:
    """Environment variables, and the faults that were found in them.

    A fault names its variable and never repeats the value of a secret.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.faults: list[str] = []

    def text(self, name: str) -> str:
        """Return a variable without spaces around it; empty if it is not set."""
        return self.variables.get(name, "").strip()

    def read(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """Return a variable's value, or `default` if it is not set or `parse` refuses it."""
        text = self.text(name)
        try:
            return parse(text) if text else default
        except ValueError as error:
            self.faults.append(f"{name}: {error}")
            return default

    def require(self, name: str, parse: Callable[[str], str], hint: str) -> str:
        """Return a variable's value; empty if it is missing or `parse` refuses it."""
        if not self.text(name):
            self.faults.append(f"{name} is missing: {hint}")
        return self.read(name, parse, "")

    def read_words(
        self, name: str, parse: Callable[[str], T], hint: str, *, required: bool = False
    ) -> tuple[T, ...]:
        """Return the values of a variable's words, without those that `parse` refuses.

        Words are separated by spaces or commas.
        """
        values, words = [], self.text(name).replace(",", " ").split()
        if required and not words:
            self.faults.append(f"{name} is missing: {hint}")
        for word in words:
            try:
                values.append(parse(word))
            except ValueError as error:
                self.faults.append(f"{name}: {error}; {hint}")
        return tuple(values)


Variables: TypeAlias = Mapping[str, str] | Environment


@contextmanager
def reading(variables: Variables) -> Iterator[Environment]:
    """Collect the faults of a block. Blocks within it that read its `Environment` add theirs.

    Raises:
        SettingsError: There were faults; raised at the end of the outermost block.
    """
    if isinstance(variables, Environment):
        yield variables
        return
    environment = Environment(variables)
    yield environment
    if environment.faults:
        raise SettingsError(tuple(environment.faults))


class Smtp(BaseModel):
    """A mail server. `tls` is `implicit`, `required` (STARTTLS) or `none`."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    tls: str
    user: str = ""
    password: SecretStr = SecretStr("")


class Settings(BaseModel):
    """The handler's settings. Secrets do not show when it is printed."""

    model_config = ConfigDict(frozen=True)

    database_url: SecretStr
    secret_keys: tuple[SecretStr, ...]
    suppression_key: SecretStr
    site_url: str
    public_url: str
    """Public address of the handler, without a slash at the end."""
    mail_from: str
    reply_to: str
    owner: str = ""
    """Address that gets checkpoints and alarms; empty: none."""
    smtp_url: SecretStr = SecretStr("")
    checkpoint_keys: tuple[SecretStr, ...] = ()
    """The first one signs checkpoints and proofs; without one, there are no checkpoints."""
    handler_dir: Path = Path("handler")
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
    parts = urlsplit(url)
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


def read_environment(variables: Variables, directory: Path) -> Settings:
    """Return the settings of a production handler. Relative paths start at `directory`.

    Raises:
        SettingsError: Some are missing or wrong.
    """
    with reading(variables) as environment:
        suppression_keys = environment.read_words(
            "ATRAE_SUPPRESSION_KEY", _read_key, MAKE_A_KEY, required=True
        )
        if len(suppression_keys) > 1:
            environment.faults.append(
                "ATRAE_SUPPRESSION_KEY must be one key: with another, suppressions are lost"
            )
        sender = environment.require(
            "ATRAE_MAIL_FROM", _read_mailbox, 'set it like "Ana <ana@example.org>"'
        )
        reply_to = environment.read("ATRAE_REPLY_TO", _read_mailbox, sender)
        public_url = environment.require(
            "ATRAE_PUBLIC_URL", _read_url, "set it to the handler's public address"
        )
        values = {
            "defence": _read_defence(environment, directory),
            "database_url": environment.read(
                "ATRAE_DATABASE_URL", _read_database_url, file_url(directory)
            ),
            "secret_keys": environment.read_words(
                "ATRAE_SECRET_KEY", _read_key, MAKE_A_KEY, required=True
            ),
            "suppression_key": "".join(suppression_keys[:1]),
            "site_url": environment.require(
                "ATRAE_SITE_URL", _read_url, "set it like https://example.org/"
            ),
            "public_url": public_url.rstrip("/"),
            "owner": environment.read("ATRAE_OWNER", _read_mailbox, reply_to),
            "smtp_url": environment.require(
                "ATRAE_SMTP_URL",
                _read_smtp_url,
                "set it like smtp://user:password@mail.example.org:587",
            ),
            "mail_from": sender,
            "reply_to": reply_to,
            "checkpoint_keys": environment.read_words(
                "ATRAE_CHECKPOINT_KEY", _read_signing_key, MAKE_A_KEY
            ),
            "handler_dir": directory / (environment.text("ATRAE_HANDLER_DIR") or "handler"),
        }
    return Settings.model_validate(values)


def read_database(variables: Variables, directory: Path) -> str:
    """Return the URL of the database, for commands that need no other setting.

    Without `ATRAE_DATABASE_URL`, it is the database of `atrae serve` in a site's folder, if there
    is one. Raises `SettingsError`.
    """
    development = directory / DEVELOPMENT_FOLDER
    is_there = (development / DATABASE_NAME).exists()
    default = file_url(development if is_there else directory)
    with reading(variables) as environment:
        return environment.read("ATRAE_DATABASE_URL", _read_database_url, default)


def file_url(directory: Path) -> str:
    """Return the URL of the SQLite database in `directory`."""
    return f"sqlite:///{directory / DATABASE_NAME}"


def _read_defence(environment: Environment, directory: Path) -> Defence:
    default = Defence()
    return Defence(
        trusted_proxies=environment.read("ATRAE_TRUSTED_PROXIES", abuse.read_networks, ()),
        forwarded_header=environment.read(
            "ATRAE_FORWARDED_HEADER", abuse.read_header, default.forwarded_header
        ),
        submissions_per_minute=environment.read(
            "ATRAE_SUBMISSIONS_PER_MINUTE", abuse.read_number, default.submissions_per_minute
        ),
        confirmations_per_hour=environment.read(
            "ATRAE_CONFIRMATIONS_PER_HOUR", abuse.read_number, default.confirmations_per_hour
        ),
        blocked_domains=environment.read(
            "ATRAE_BLOCKED_DOMAINS", abuse.read_domains, default.blocked_domains
        ),
        blocked_domains_file=environment.read(
            "ATRAE_BLOCKED_DOMAINS_FILE", lambda name: abuse.read_file(directory / name), None
        ),
        check_mx=environment.read("ATRAE_CHECK_MX", abuse.read_switch, default.check_mx),
    )


def _read_key(text: str) -> str:
    if len(text) < SHORTEST_KEY:
        raise ValueError(f"a key has fewer than {SHORTEST_KEY} characters")
    return text


def _read_signing_key(text: str) -> str:
    from ..evidence.signing import signing_key

    signing_key(text)
    return text


def _read_url(url: str) -> str:
    parts = urlsplit(url)
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
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _read_mailbox(text: str) -> str:
    if mailbox(text).username.lower().split("+")[0] in NOBODY:
        raise ValueError("people must be able to reply; a no-reply address is refused")
    return text
