"""Paths on the site as addresses."""

from urllib.parse import unquote, urlsplit

import pytest

from generator.model.settings import Settings

from ...conftest import MakeSite


def settings(tiny: MakeSite, base_url: str) -> Settings:
    return tiny(f"-- site.yaml --\ntitle: T\nbase_url: {base_url}\n").config().settings


def test_links_have_the_base_path_and_addresses_all_of_it(tiny: MakeSite) -> None:
    here = settings(tiny, "https://x.org/sub")
    assert here.link("/a/ñ b/") == "/sub/a/%C3%B1%20b/"
    assert here.absolute("/a/") == "https://x.org/sub/a/"
    assert here.link("/") == "/sub/"
    assert here.origin == "https://x.org"


@pytest.mark.parametrize("sign", '?#%[]"<>\\^`{|} é')
def test_a_link_leads_to_the_path_whatever_is_in_it(tiny: MakeSite, sign: str) -> None:
    link = settings(tiny, "https://x.org/").link(f"/a{sign}b/")
    parts = urlsplit(link)
    assert (unquote(parts.path), parts.query, parts.fragment) == (f"/a{sign}b/", "", "")
