"""Keys from the environment, else those of `atrae serve`, with the settings that it makes."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from ..errors import SettingsError
from ..evidence.signing import SigningKey, signing_key
from .environment import (
    CHECKPOINT_KEY,
    DEVELOPMENT_FOLDER,
    MAKE_A_KEY,
    Settings,
    SuppressionKey,
    file_url,
    origin_of,
)
from .variables import reading

KEYS_NAME = "forms.keys.json"
DEVELOPMENT_SENDER = "Atrae <you@example.org>"
NAME = "ATRAE_CHECKPOINT_KEY"


def checkpoint_keys(environ: Mapping[str, str], directory: Path) -> tuple[SigningKey, ...]:
    """Return the signing keys, which may be none. The first one signs; the others are older.

    Raises `SettingsError` if one is no key.
    """
    with reading(environ) as environment:
        keys = environment.read(NAME, CHECKPOINT_KEY) or (development_key(directory, "checkpoint"),)
    return tuple(map(signing_key, filter(None, keys)))


def first_key(environ: Mapping[str, str], directory: Path) -> SigningKey:
    """Return the key that signs. Raises `SettingsError` if there is none."""
    keys = checkpoint_keys(environ, directory)
    if not keys:
        raise SettingsError(f"{NAME} is missing, so nothing can be signed; {MAKE_A_KEY}")
    return keys[0]


def suppression_key(environ: Mapping[str, str], directory: Path) -> SuppressionKey | None:
    """Return the key that conceals addresses; `None` if there is none."""
    secret = environ.get("ATRAE_SUPPRESSION_KEY", "") or development_key(directory, "suppression")
    return SuppressionKey(secret.encode()) if secret else None


def development_settings(directory: Path, url: str) -> Settings:
    """Return settings with database and keys in `directory`, and site and handler at `url`.

    The keys are made at the first start, in a file that only its owner may read.
    """
    directory.mkdir(parents=True, exist_ok=True)
    keys = _load_or_make_keys(directory / KEYS_NAME)
    return Settings.model_validate(
        {
            "database_url": file_url(directory),
            "secret_keys": [keys["secret"]],
            "suppression_key": keys["suppression"],
            "site_url": url,
            "public_url": origin_of(url),
            "mail_from": DEVELOPMENT_SENDER,
            "reply_to": DEVELOPMENT_SENDER,
        }
    )


def development_key(directory: Path, name: str) -> str:
    """Return a key that `development_settings` keeps in a site's folder; empty if there is none.

    The `name` is `suppression` or `checkpoint`.
    """
    path = directory / DEVELOPMENT_FOLDER / KEYS_NAME
    if not path.exists():
        return ""
    return str(json.loads(path.read_text(encoding="utf-8")).get(name, ""))


def _load_or_make_keys(path: Path) -> dict[str, str]:
    if not path.exists():
        names = ("secret", "suppression", "checkpoint")
        unfinished = path.with_suffix(".new")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({name: secrets.token_urlsafe(32) for name in names}, file)
        unfinished.replace(path)
    keys: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return keys
