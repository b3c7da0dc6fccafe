"""Headers: nothing foreign, nothing kept, nothing told, no cookie, on every answer."""

import re

import pytest
from django.test import Client

from rempart.web.headers import HEADERS
from tests.web.public.browsing import Page, code_of, sent_report, visit

pytestmark = pytest.mark.usefixtures("public")
ADDRESSES = ["/", "/fr/", "/en/a/", "/fr/b/", "/en/m/", "/fr/e/", "/en/h/1/", "/en/h/9/", "/nowhere/", "/fr/z/", "/p/"]


def answers() -> list[Page]:
    """One answer of every kind."""
    receipt = sent_report()
    form = visit("/fr/a/")
    return [
        *(visit(address) for address in ADDRESSES),
        receipt,
        receipt.submit(),
        receipt.submit(form=1),
        visit("/en/m/").submit(code=code_of(receipt)),
        visit("/en/m/").submit(code="ABCD"),
        form.press("kind", "conversation"),
        visit(f"/c/?f={'ab' * 16}"),
        Page(form.client, form.client.put("/fr/a/")),
    ]


def test_every_answer_has_every_header() -> None:
    """Pages, files, errors and empty answers alike."""
    for page in answers():
        assert {name: page.headers.get(name) for name in HEADERS} == HEADERS
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Length"] == str(len(page.content))


def test_no_answer_sets_a_cookie() -> None:
    """There is nothing to remember."""
    for page in answers():
        assert "Set-Cookie" not in page.headers
        assert not page.client.cookies


def test_the_policy_names_this_site_only() -> None:
    """No other host, no inline script or style, no evaluation, no frame."""
    policy = HEADERS["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'")
    assert set(re.findall(r"'[^']+'|data:|https?:\S*|\*", policy)) == {"'none'", "'self'", "data:"}
    assert re.findall(r"[^;]+data:", policy) == [" img-src 'self' data:"]
    assert "frame-ancestors 'none'" in policy


def test_no_page_holds_a_style_or_a_script_of_its_own() -> None:
    """So that the policy can forbid them."""
    for page in answers():
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page.text)
        assert re.findall(r"<script[^>]*>", page.text) == re.findall(r'<script src="/s/[^"]+">', page.text)


def test_no_page_loads_anything_from_elsewhere() -> None:
    """Every picture, script and style is of this site."""
    for page in answers():
        loaded = re.findall(r'<(?:script|img|link|iframe|source|video|audio)[^>]*?(?:src|href)="([^"]+)"', page.text)
        assert [address for address in loaded if not address.startswith(("/s/", "/fr/z/", "/en/z/", "data:,"))] == []


def test_links_that_lead_away_tell_nobody_where_one_was() -> None:
    """Neither the address nor the window is handed over."""
    for page in answers():
        for link in re.findall(r'<a [^>]*href="https?://[^>]+>', page.text):
            assert 'rel="nofollow noreferrer noopener"' in link
        assert "target=" not in page.text


def test_titles_say_nothing() -> None:
    """A glance at the tab, the history or the bookmarks tells what any form would."""
    telling = re.compile(r"signal|report|enfan|child|abus|danger|sex|police|aide|help|rempart|essai", re.IGNORECASE)

    titles = {title for page in answers() for title in re.findall(r"<title>(.*?)</title>", page.text)}
    assert titles >= {"Formulaire", "Messages", "Advice"}
    assert [title for title in titles if telling.search(title)] == []


def test_addresses_say_nothing() -> None:
    """One letter and one number at most."""
    from rempart.web.public.urls import urlpatterns

    for known in urlpatterns:
        assert re.fullmatch(r"(?:[a-z]/)?(?:<slug:place>/)?", str(known.pattern))


def test_nothing_offers_to_remember_what_is_typed() -> None:
    """Browsers neither fill in, nor keep, nor send words to a spelling service."""
    page = visit("/fr/a/").press("kind", "conversation").next()
    for shown in (page, page.skip_to("contact"), visit("/fr/m/")):
        assert all('autocomplete="off"' in form for form in re.findall(r"<form[^>]*>", shown.text))
        typed = re.findall(r'<(?:textarea|input type="text")[^>]*>', shown.text)
        assert typed
        assert all('autocomplete="off"' in field and 'spellcheck="false"' in field for field in typed)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
@pytest.mark.parametrize("address", ["/", "/a/", "/m/", "/e/", "/h/1/", "/c/"])
def test_other_methods_are_not_there(method: str, address: str) -> None:
    """Only what a browser's forms and links do."""
    response = getattr(Client(), method)(address)

    assert response.status_code == 405
    assert response.headers["Allow"]


def test_static_files_may_be_kept_and_cannot_be_another_type() -> None:
    """They are the same for everybody; the other headers are there too."""
    for address in set(re.findall(r'"(/s/[^"?]+)', visit("/fr/").text)):
        response = Client().get(address)
        response.close()
        assert response.status_code == 200
        assert response.headers["Cache-Control"].startswith("max-age=")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
