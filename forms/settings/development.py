"""Settings for `atrae serve`, which needs no environment and makes its own keys."""

import json
import os
import secrets
from pathlib import Path

from .environment import DEVELOPMENT_FOLDER, Settings, file_url, origin_of

KEYS_NAME = "forms.keys.json"


def development_settings(
    directory: Path, url: str, *, mail_from: str = "Atrae <you@example.org>"
) -> Settings:
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
            "mail_from": mail_from,
            "reply_to": mail_from,
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
