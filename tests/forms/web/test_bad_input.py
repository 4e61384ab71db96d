"""Bad input, against the handler as it is really started: an error, little time, no memory, and
nothing has changed."""

from collections.abc import Iterator

import pytest

from forms.links.tokens import GuideLink

from ..declared import GUIDE, GUIDE_NAME
from ..production import Production, production

MOST_SECONDS = 0.05
MOST_BYTES = 8 * 1024 * 1024
ROUNDS = 8
URLENCODED = b"application/x-www-form-urlencoded"
LEAVE = b"List-Unsubscribe=One-Click"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with production(tmp_path_factory.mktemp("production")) as made:
        # Everything that is made once is made.
        for _ in range(20):
            made.send(post(b"/f/newsletter", b"email=a"))
            made.send(get(b"/confirm/x"))
        yield made


def request(method: bytes, path: bytes, headers: dict[bytes, bytes], body: bytes = b"") -> bytes:
    usual = {b"Host": b"127.0.0.1", b"Connection": b"close"} | headers
    lines = [b"%s: %s" % each for each in usual.items()]
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", *lines, b"", body])


def post(path: bytes, body: bytes, **headers: bytes) -> bytes:
    given = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    usual = {b"Content-Type": URLENCODED, b"Content-Length": b"%d" % len(body)}
    return request(b"POST", path, usual | given, body)


def get(path: bytes, **headers: bytes) -> bytes:
    return request(b"GET", path, {k.replace("_", "-").encode(): v for k, v in headers.items()})


def nested(depth: int) -> bytes:
    """One part in another, and so on."""
    heads = (
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
        for n in range(depth)
    )
    return b"".join(heads)[:16000]


MULTIPART = b"multipart/form-data; boundary=b0"
FIELDS = b"&".join(b"f%d=1" % number for number in range(100_000))
CHUNKED = {b"Transfer-Encoding": b"chunked", b"Content-Type": URLENCODED}
MEGABYTES = b"10000\r\n" + b"x" * 65536 + b"\r\n"

BAD: dict[str, tuple[set[int], bytes]] = {
    "10 MB": ({413}, post(b"/f/newsletter", b"x" * 10_000_000)),
    "10 MB in chunks": (
        {413},
        request(b"POST", b"/f/newsletter", CHUNKED, MEGABYTES * 160 + b"0\r\n\r\n"),
    ),
    "100,000 fields": ({413}, post(b"/f/newsletter", FIELDS)),
    "8,000 fields": ({400}, post(b"/f/newsletter", b"a&" * 8000)),
    "8,000 fields of one name": ({400}, post(b"/f/newsletter", b"purpose=&" * 1800)),
    "a field of 16 KiB": ({422}, post(b"/f/newsletter", b"email=" + b"a@" * 8000)),
    "an address of commas": ({422}, post(b"/f/newsletter", b"email=a@" + b"a." * 8000)),
    "percent signs": ({422, 400}, post(b"/f/newsletter", b"email=" + b"%" * 16000)),
    "bad UTF-8": ({400}, post(b"/f/newsletter", b"email=%ff%fe@example.org")),
    "bad UTF-8, bare": ({400}, post(b"/f/newsletter", b"email=\xff\xfe@example.org")),
    "halves of characters": ({400}, post(b"/f/newsletter", b"email=%ed%a0%80@example.org")),
    "too long UTF-8": ({400}, post(b"/f/newsletter", b"email=%c0%80@example.org")),
    "NUL": ({422}, post(b"/f/newsletter", b"email=a%00b@example.org")),
    "NUL in a name": ({422}, post(b"/f/newsletter", b"em%00ail=a@example.org")),
    "NUL in the form's name": ({404}, post(b"/f/news%00letter", b"email=a@example.org")),
    "CR and LF": ({422}, post(b"/f/newsletter", b"email=a@b.org%0d%0aBcc:c@d.org")),
    "CR and LF in a name": ({422}, post(b"/f/guide", b"name=a%0d%0aBcc:+c@d.org&email=a@b.org")),
    "LF at the end": ({422}, post(b"/f/newsletter", b"email=%0aa@b.org%0a%00")),
    "a quoted local part": ({422}, post(b"/f/newsletter", b'email="a%0d%0ab"@b.org')),
    "many mailboxes": ({422}, post(b"/f/newsletter", b"email=a@b.org,c@d.org")),
    "a route": ({422}, post(b"/f/newsletter", b"email=<@x.org:a@b.org>")),
    "no form": ({404}, post(b"/f/..%2f..%2fetc", b"email=a@b.org")),
    "a kind that is none": ({415}, post(b"/f/newsletter", b"x", Content_Type=b"x" * 6000)),
    "nested parts": ({415}, post(b"/unsubscribe/x", nested(300), Content_Type=MULTIPART)),
    "a thousand parts": (
        {404, 415},
        post(b"/unsubscribe/x", b"--b0\r\n\r\n" * 1900, Content_Type=MULTIPART),
    ),
    "no boundary": ({415}, post(b"/unsubscribe/x", LEAVE, Content_Type=b"multipart/form-data")),
    "a length of 5,000 digits": ({400}, post(b"/f/newsletter", b"", Content_Length=b"9" * 5000)),
    "a length below nothing": ({400}, post(b"/f/newsletter", b"", Content_Length=b"-1")),
    "two lengths": (
        {400},
        b"POST /f/newsletter HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    ),
    "length and chunks": (
        {400, 415, 422},
        post(b"/f/newsletter", b"0\r\n\r\n", Transfer_Encoding=b"chunked"),
    ),
    "a head of 100 KB": ({400, 431}, get(b"/readyz", Cookie=b"x" * 100_000)),
    "a thousand headers": (
        {400, 431},
        request(b"GET", b"/confirm/x", {b"X-%d" % n: b"y" * 90 for n in range(1000)}),
    ),
    "a path of 50 KB": ({404}, get(b"/confirm/" + b"a" * 50_000)),
    "a token of dots": ({404}, get(b"/confirm/" + b"." * 50_000)),
    "languages": ({404}, get(b"/nothing", Accept_Language=b"a;q=1," * 8000)),
    "languages of no weight": ({404}, get(b"/nothing", Accept_Language=b"es;q=nan,en;q=-inf")),
    "hops": ({404}, get(b"/confirm/x", X_Forwarded_For=b"1.2.3.4," * 3000)),
    "a path beyond ASCII": ({400}, get(b"/confirm/\xff\xfe")),
    "a path of bad UTF-8": ({404}, get(b"/confirm/%ff%fe%00")),
    "no HTTP": ({400}, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 100 + b"\r\n\r\n"),
    "no method": ({400, 405}, request(b"BREW", b"/f/newsletter", {})),
    "another method": ({405}, request(b"DELETE", b"/unsubscribe/x", {})),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_an_error_and_costs_little(running: Production, name: str) -> None:
    expected, sent = BAD[name]
    before, used = running.dump(), running.processor_seconds()
    for _ in range(ROUNDS):
        status, headers, _body = running.send(sent)
        assert status in expected | ({0} if len(sent) > 400_000 else set())
        assert "set-cookie" not in headers
    assert (running.processor_seconds() - used) / ROUNDS <= MOST_SECONDS
    assert running.dump() == before


def test_all_of_it_again_takes_no_memory(running: Production) -> None:
    running.forget_memory()
    before = running.most_memory()
    for _ in range(3):
        for _, sent in BAD.values():
            running.send(sent)
    assert running.most_memory() - before < MOST_BYTES
    assert running.send(get(b"/readyz"))[0] == 200


TRICKS = [
    b"..",
    b"%2e%2e",
    b"..%2f..%2fforms.db",
    b"..%5c..%5cforms.db",
    b"/etc/passwd",
    b"%2fetc%2fpasswd",
    b"....//....//forms.db",
    b"guide.pdf%00.html",
    b"%00",
    b"%c0%ae%c0%ae%c0%af",
    b"forms.db",
    b"catalogue.json",
    b"~",
    b"",
]


@pytest.mark.parametrize("name", TRICKS)
def test_no_trick_with_a_path_opens_another_file(running: Production, name: bytes) -> None:
    """Neither with a link to the guide, nor with one whose name is the trick itself."""
    right = running.token(GuideLink("c1", "guide", "en", GUIDE_NAME)).encode()
    plain = name.replace(b"%2f", b"/").replace(b"%2e", b".").decode("ascii", "replace")
    signed = running.token(GuideLink("c1", "guide", "en", plain)).encode()
    status, _, _ = running.send(get(b"/resource/" + right + b"/" + name))
    assert status in (404, 405)
    # What is signed says which guide, never which file: the guide or nothing.
    status, _, body = running.send(get(b"/resource/" + signed + b"/" + name))
    assert body == GUIDE if status == 200 else status in (404, 405)
