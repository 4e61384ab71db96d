"""Signing keys: from the environment, else the key that `atrae serve` keeps for a site."""

from collections.abc import Mapping
from pathlib import Path

from ..evidence.signing import SigningKey, signing_key
from .development import development_key
from .environment import MAKE_A_KEY, SettingsError, reading

NAME = "ATRAE_CHECKPOINT_KEY"


def checkpoint_keys(environ: Mapping[str, str], directory: Path) -> tuple[SigningKey, ...]:
    """Return the signing keys, which may be none. The first one signs; the others are older.

    Raises `SettingsError` if one is no key.
    """
    with reading(environ) as environment:
        keys = environment.read_words(NAME, signing_key, MAKE_A_KEY)
    development = "" if keys else development_key(directory, "checkpoint")
    return (signing_key(development),) if development else keys


def first_key(environ: Mapping[str, str], directory: Path) -> SigningKey:
    """Return the key that signs. Raises `SettingsError` if there is none."""
    keys = checkpoint_keys(environ, directory)
    if not keys:
        raise SettingsError((f"{NAME} is missing, so nothing can be signed; {MAKE_A_KEY}",))
    return keys[0]
