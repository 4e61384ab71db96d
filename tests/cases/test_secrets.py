"""No message repeats a secret of the settings."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given, strategies as st

from forms.errors import SettingsError
from forms.settings.environment import read_environment
from tests.forms.commands.running import run
from tests.forms.world import environment

URLS = {
    "ATRAE_SMTP_URL": "smtp://user:{}@mail.example.org:587",
    "ATRAE_DATABASE_URL": "postgresql://user:{}@db.example.org/forms",
}
SIGNS = ":/?#[]@%"
PASSWORDS = st.text("xyzXYZ019" + SIGNS, min_size=6, max_size=12)


def faults(name: str, value: str) -> tuple[str, ...]:
    known = environment(Path(), "https://example.org")
    try:
        read_environment({**known, name: value}, Path())
    except SettingsError as error:
        return error.faults
    return ()


@pytest.mark.parametrize("sign", "#/?@[")
@pytest.mark.parametrize("name", URLS)
def test_a_password_with_a_sign_is_named_by_its_setting_alone(name: str, sign: str) -> None:
    password = f"hun{sign}ter2zz"
    [fault] = faults(name, URLS[name].format(password))
    assert fault.startswith(f"{name}: ")
    assert "%23 for #" in fault
    assert not any(part in fault for part in ("hun", "ter2zz"))
    assert faults(name, URLS[name].format(quote(password, safe=""))) == ()


@given(name=st.sampled_from(sorted(URLS)), password=PASSWORDS)
def test_no_part_of_any_password_is_repeated(name: str, password: str) -> None:
    assume(any(len(part) > 3 for part in password.replace("%", ":").split(":")))
    text = " ".join(faults(name, URLS[name].format(password)))
    assert not any(password[n : n + 4] in text for n in range(len(password) - 3))


def test_a_command_does_not_repeat_it_either(tmp_path: Path) -> None:
    url = URLS["ATRAE_DATABASE_URL"].format("hun#ter2zz")
    result = run("verify", directory=tmp_path, environ={"ATRAE_DATABASE_URL": url})
    assert result.returncode == 2
    assert "ATRAE_DATABASE_URL" in result.stderr
    assert "ter2zz" not in result.stdout + result.stderr
