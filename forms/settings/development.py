"""The settings of `serve`, on one machine: nothing to be set, keys made and kept by themselves."""

import json
import os
import secrets
from pathlib import Path

from .environment import DEVELOPMENT_FOLDER, Settings, file_url, origin_of

KEYS_NAME = "forms.keys.json"


def development_settings(
    directory: Path, url: str, *, mail_from: str = "Atrae <you@example.org>"
) -> Settings:
    """For `serve`: database and keys in `directory`, site and handler both at `url`.

    The keys are made at the first start and kept in a file that only its owner may read.
    """
    directory.mkdir(parents=True, exist_ok=True)
    keys = _kept_keys(directory / KEYS_NAME)
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


def development_suppression_key(directory: Path) -> str:
    """The key that `development_settings` keeps below a site's folder, or empty without one."""
    path = directory / DEVELOPMENT_FOLDER / KEYS_NAME
    if not path.exists():
        return ""
    return str(json.loads(path.read_text(encoding="utf-8"))["suppression"])


def development_checkpoint_key(directory: Path) -> str:
    """The key that signs proofs in a site's folder, or empty without one."""
    path = directory / DEVELOPMENT_FOLDER / KEYS_NAME
    if not path.exists():
        return ""
    return str(json.loads(path.read_text(encoding="utf-8")).get("checkpoint", ""))


def _kept_keys(path: Path) -> dict[str, str]:
    if not path.exists():
        names = ("secret", "suppression", "checkpoint")
        fresh = {name: secrets.token_urlsafe(32) for name in names}
        partial = path.with_suffix(".new")
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(fresh, out)
        partial.replace(path)
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {name: str(kept[name]) for name in ("secret", "suppression")}
