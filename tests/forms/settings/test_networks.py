"""Who knocks, and how often they may."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, strategies as st

from forms.settings.networks import Buckets, Rate, network_of, read_address, visitor

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
XFF = "x-forwarded-for"


class Clock:
    """Seconds, as we say."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def said(peer: str, *lines: str, header: str = XFF) -> str:
    headers = [(header.encode(), line.encode("latin-1")) for line in lines]
    return str(visitor(peer, headers, PROXIES, header))


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    buckets, rate = Buckets(clock=clock), Rate(burst=3, per_minute=6)
    assert [buckets.take("a", rate) for _ in range(4)] == [0, 0, 0, 10]
    assert buckets.take("b", rate) == 0
    clock.now = 9.9
    assert buckets.take("a", rate) == pytest.approx(0.1)
    clock.now = 10
    assert [buckets.take("a", rate) for _ in range(2)] == [0, 10]
    clock.now = 1000
    assert [buckets.take("a", rate) for _ in range(4)] == [0, 0, 0, 10]


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 30)), max_size=200))
def test_nobody_gets_more_than_burst_and_rate(knocks: list[tuple[int, float]]) -> None:
    """In any span of time: at most the burst, and one for each share of a minute in it."""
    clock = Clock()
    buckets, rate = Buckets(clock=clock, most=100), Rate(burst=4, per_minute=12)
    passed: dict[int, list[float]] = {}
    for who, later in knocks:
        clock.now += later
        if not buckets.take(who, rate):
            passed.setdefault(who, []).append(clock.now)
    for times in passed.values():
        for i, begin in enumerate(times):
            for j, end in enumerate(times[i:], start=1):
                assert j <= 4 + (end - begin) / 5 + 1e-6


@given(st.lists(st.integers(0, 10_000), max_size=500))
def test_there_are_never_more_buckets_than_said(keys: list[int]) -> None:
    buckets = Buckets(clock=Clock(), most=16)
    for key in keys:
        buckets.take(key, Rate(burst=1, per_minute=1))
        assert len(buckets) <= 16


def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    buckets = Buckets(clock=clock)
    for key in range(1000):
        buckets.take(key, Rate(burst=1, per_minute=60))
    assert len(buckets) == 1000
    clock.now = 2
    buckets.take("x", Rate(burst=1, per_minute=60))
    assert len(buckets) == 1


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:c000:201]:80", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ('"[2001:db8::1]:4711"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", None),
        ("_hidden", None),
        ("", None),
        ("192.0.2.256", None),
        ("1.2.3.4, 5.6.7.8", None),
        ("01.2.3.4", None),
    ],
)
def test_an_address_is_read_as_headers_spell_it(text: str, address: str | None) -> None:
    assert read_address(text) == (ip_address(address) if address else None)


def test_neighbours_are_one_network() -> None:
    assert network_of(IPv4Address("192.0.2.1")) == network_of(IPv4Address("192.0.2.254"))
    assert network_of(IPv4Address("192.0.2.1")) != network_of(IPv4Address("192.0.3.1"))
    one, other = IPv6Address("2001:db8:1:1::1"), IPv6Address("2001:db8:1:ffff:1::9")
    assert network_of(one) == network_of(other)
    assert network_of(one) != network_of(IPv6Address("2001:db8:2::1"))


@pytest.mark.parametrize(
    ("peer", "lines", "who"),
    [
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["203.0.113.9, fd00::7"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["203.0.113.9, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9,"], "10.0.0.1"),
        ("testclient", ["203.0.113.9"], "None"),
    ],
)
def test_only_declared_proxies_are_believed_and_from_the_right(
    peer: str, lines: list[str], who: str
) -> None:
    assert said(peer, *lines) == who


def test_forwarded_is_read_as_rfc_7239_has_it() -> None:
    value = 'for=198.51.100.1, For="[2001:db8::17]:4711";proto=https;by=10.0.0.3'
    assert said("10.0.0.1", value, header="forwarded") == "2001:db8::17"


def test_the_header_that_the_proxy_does_not_write_is_never_read() -> None:
    headers = [(b"forwarded", b"for=198.51.100.1"), (b"x-forwarded-for", b"203.0.113.9")]
    assert str(visitor("10.0.0.1", headers, PROXIES, XFF)) == "203.0.113.9"


@given(st.text(max_size=80), st.lists(st.binary(max_size=80), max_size=5))
def test_whatever_is_sent_is_read_or_not_believed(peer: str, lines: list[bytes]) -> None:
    for header in (XFF, "forwarded"):
        for begin in (peer, "10.0.0.1"):
            found = visitor(begin, [(header.encode(), line) for line in lines], PROXIES, header)
            assert found is None or isinstance(found, IPv4Address | IPv6Address)


@given(st.lists(st.text("0123456789abcdef.:, ", max_size=40), max_size=3))
def test_what_a_visitor_writes_is_never_reached(lies: list[str]) -> None:
    """A proxy adds the address of its peer at the right; nothing left of it counts."""
    assert said("10.0.0.1", *lies, "203.0.113.9") == "203.0.113.9"
    assert said("10.0.0.1", ", ".join([*lies, "203.0.113.9", "10.9.9.9"])) == "203.0.113.9"


def test_thousands_of_hops_cost_nothing() -> None:
    assert said("10.0.0.1", "10.0.0.2," * 5000 + "203.0.113.9") == "203.0.113.9"
    assert said("10.0.0.1", ",".join(["10.0.0.2"] * 5000)) == "10.0.0.2"
