"""The keys that vouch: from the environment, else the one that `atrae serve` keeps for a site."""

from collections.abc import Mapping
from pathlib import Path

from ..evidence.signing import SigningKey, signing_key
from .development import development_checkpoint_key
from .environment import MAKE_A_KEY, SettingsError


def checkpoint_keys(environ: Mapping[str, str], directory: Path) -> tuple[SigningKey, ...]:
    """The keys of `ATRAE_CHECKPOINT_KEY`; the first signs, the others were in use before it.

    None is fine. Raises `SettingsError` for one that is no key.
    """
    secrets = environ.get("ATRAE_CHECKPOINT_KEY", "").replace(",", " ").split()
    kept = development_checkpoint_key(directory) if not secrets else ""
    try:
        return tuple(signing_key(secret) for secret in (*secrets, kept) if secret)
    except ValueError as fault:
        raise SettingsError((f"ATRAE_CHECKPOINT_KEY: {fault}; {MAKE_A_KEY}",)) from fault


def first_key(environ: Mapping[str, str], directory: Path) -> SigningKey:
    """The key that signs. Raises `SettingsError` where there is none."""
    keys = checkpoint_keys(environ, directory)
    if not keys:
        raise SettingsError(
            (f"ATRAE_CHECKPOINT_KEY is missing, so nothing can be signed; {MAKE_A_KEY}",)
        )
    return keys[0]
