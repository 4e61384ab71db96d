"""Split the URLs of settings, with errors that repeat no part of them."""

from urllib.parse import SplitResult, urlsplit

_ENCODE = (
    "it can't be read; in a user name or password, write each of : / ? # [ ] @ % as its code, "
    "such as %23 for #"
)


def split_url(url: str, *, has_port: bool = True) -> SplitResult:
    """Return the parts of a URL. Raises a `ValueError` that repeats none of it.

    The parser's own error names what it takes for the port, which is a part of the password where a
    sign in it isn't encoded. `has_port` states that the host is one, with a port at most.
    """
    try:
        parts = urlsplit(url)
        if has_port and parts.port == 0:
            raise ValueError
    except ValueError:
        raise ValueError(_ENCODE) from None
    behind = parts.path + parts.query + parts.fragment
    if parts.netloc.count("@") > 1 or "@" in behind or "[" in (parts.password or ""):
        raise ValueError(_ENCODE)
    return parts
