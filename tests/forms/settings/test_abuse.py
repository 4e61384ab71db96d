"""The settings against abuse: all of them may be left out, and what is wrong is said."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from forms.errors import SettingsError
from forms.settings.abuse import Defence
from forms.settings.environment import read_environment
from forms.settings.networks import ForwardedHeader

from ..world import environment

URL = "https://example.org"


def test_everything_has_a_default(tmp_path: Path) -> None:
    assert read_environment(environment(tmp_path, URL), tmp_path).defence == Defence()


def test_everything_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "blocked.txt").write_text("spam.example\n")
    told = {
        "ATRAE_TRUSTED_PROXIES": "10.0.0.0/8, ::1 192.0.2.1",
        "ATRAE_FORWARDED_HEADER": "Forwarded",
        "ATRAE_SUBMISSIONS_PER_MINUTE": "0",
        "ATRAE_CONFIRMATIONS_PER_HOUR": "50",
        "ATRAE_BLOCKED_DOMAINS": "One.example, two.example",
        "ATRAE_BLOCKED_DOMAINS_FILE": "blocked.txt",
        "ATRAE_CHECK_MX": "No",
    }
    assert read_environment(environment(tmp_path, URL, **told), tmp_path).defence == Defence(
        trusted_proxies=tuple(map(ip_network, ("10.0.0.0/8", "::1", "192.0.2.1"))),
        forwarded_header=ForwardedHeader.FORWARDED,
        submissions_per_minute=0,
        confirmations_per_hour=50,
        blocked_domains=frozenset({"one.example", "two.example"}),
        blocked_domains_file=tmp_path / "blocked.txt",
        check_mx=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATRAE_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("ATRAE_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("ATRAE_TRUSTED_PROXIES", "::/0"),
        ("ATRAE_TRUSTED_PROXIES", "*"),
        ("ATRAE_FORWARDED_HEADER", "X-Real-IP"),
        ("ATRAE_SUBMISSIONS_PER_MINUTE", "-1"),
        ("ATRAE_CONFIRMATIONS_PER_HOUR", "many"),
        ("ATRAE_CONFIRMATIONS_PER_HOUR", "²"),
        ("ATRAE_BLOCKED_DOMAINS", "a@b.org"),
        ("ATRAE_BLOCKED_DOMAINS_FILE", "nowhere.txt"),
        ("ATRAE_CHECK_MX", "maybe"),
    ],
)
def test_a_wrong_value_is_refused_alone(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_environment(environment(tmp_path, URL, **{name: value}), tmp_path)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(f"{name}: ")
