"""The first page, the pages of advice, and what is said when something went wrong."""

import re
import tomllib
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path as route

from rempart.intake import advice as advice_module
from rempart.web import urls_public
from rempart.web.public import chrome
from rempart.wording import LANGS, Lang
from tests.web.public.browsing import Page, post, visit


def broken(_request: HttpRequest) -> HttpResponse:
    """A page that fails."""
    raise RuntimeError("canary")


urlpatterns = [route("broken/", broken)]  # this module stands in for the addresses of the face in one test
handler500 = urls_public.handler500
pytestmark = pytest.mark.usefixtures("public")
BOOK = tomllib.loads(Path(advice_module.__file__).with_name("advice.toml").read_text("utf-8"))


def links(page: Page) -> list[str]:
    """Where the content of a page leads."""
    return re.findall(r'<a [^>]*href="([^"]+)"', page.text.split("<main")[1].split("</main>")[0])


def test_the_first_page_asks_about_danger_then_opens_two_doors() -> None:
    """Numbers first, then the two paths, then the way back with a code."""
    page = visit("/fr/")

    assert page.title == "Êtes-vous en danger maintenant\u00a0?"
    assert links(page)[:3] == ["/fr/b/", "/fr/a/", "/fr/m/"]
    assert page.text.index("tel:17") < page.text.index("/fr/b/")
    assert "Ce formulaire n’est pas lu en urgence." in page.text


def test_the_first_page_says_what_each_number_is_for() -> None:
    """In words, with a link that calls or writes."""
    page = visit("/en/")

    assert re.findall(r'href="((?:tel|sms):\d+)"', page.text.split("<main")[1]) == [
        "tel:17",
        "tel:112",
        "sms:114",
        "tel:119",
        "tel:3018",
    ]
    assert "when you cannot speak or hear" in page.text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("place", ["1", "2", "3"])
def test_a_page_of_advice_leads_to_people_and_to_the_form(place: str, lang: Lang) -> None:
    """For children, for parents, and for blackmail that happens now."""
    page = visit(f"/{lang}/h/{place}/")

    assert page.status == 200
    assert "tel:3018" in links(page)
    assert links(page)[-1] == f"/{lang}/{'a' if place == '2' else 'b'}/"
    assert page.text.count("<h1") == 1


def test_blackmail_is_answered_in_the_order_that_all_sources_agree_on() -> None:
    """Talk, keep, do not pay, block, report."""
    page = visit("/en/h/3/").text

    places = [
        page.index(words)
        for words in ("Talk to an adult", "Keep the proof", "Do not pay", "Block the person", "Report it")
    ]
    assert places == sorted(places)


def test_no_page_of_advice_blames() -> None:
    """None of the sentences that make a child fall silent."""
    for place in ("1", "2", "3"):
        for lang in LANGS:
            shown = visit(f"/{lang}/h/{place}/").text
            assert not re.search(
                r"why did you|you should not have|pourquoi as-tu|tu n’aurais pas dû|sextorsion", shown, re.IGNORECASE
            )


def test_no_page_shows_a_service_that_nobody_verified() -> None:
    """Neither its number nor its address."""
    hidden = [entry for entry in BOOK["channel"] if not entry["verified"]]
    shown = "".join(
        visit(f"/fr{address}").text for address in ("/", "/a/", "/b/", "/e/", "/m/", "/h/1/", "/h/2/", "/h/3/")
    )

    assert len(hidden) >= 4
    assert [entry["name"] for entry in hidden if entry["label"]["fr"] in shown or entry.get("url", "\0") in shown] == []


def test_a_demonstration_says_so_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody in danger may take it for a site where somebody reads."""
    usual = chrome._chrome
    monkeypatch.setattr(chrome, "_chrome", lambda lang: {**usual(lang), "is_demo": True})

    assert "nobody reads what is sent here" in visit("/en/").text
    assert "nobody reads what is sent here" in visit("/en/b/").text


def test_an_address_that_is_not_there_leads_back() -> None:
    """With the numbers and the exit, in the language of the address."""
    page = visit("/fr/nowhere/")

    assert (page.status, page.title) == (404, "Il n’y a pas de page ici")
    assert "/fr/" in links(page)
    assert "tel:17" in page.text
    assert "nowhere" not in page.text


def test_too_much_at_once_is_told_in_words() -> None:
    """Django's limits end in a page of ours; nothing of it was kept."""
    client = Client()

    page = Page(client, post(client, "/en/b/", {"words": "x" * 2_100_000}))

    assert (page.status, page.title) == (400, "This could not be read")
    assert "tel:17" in page.text


def test_a_failure_of_ours_is_a_page_like_the_others() -> None:
    """The numbers stay visible when everything else breaks; the failure says nothing of itself."""
    client = Client(raise_request_exception=False)

    with override_settings(ROOT_URLCONF=__name__):
        page = Page(client, client.get("/en/broken/"))

    assert (page.status, page.title) == (500, "It did not work")
    assert "tel:17" in page.text
    assert "canary" not in page.text


@pytest.mark.parametrize("head", ["/fr/", "/fr/a/", "/fr/m/", "/fr/h/1/"])
def test_a_page_can_be_asked_for_its_head_only(head: str) -> None:
    """As monitors and link checkers do."""
    response = Client().head(head)

    assert (response.status_code, response.content) == (200, b"")
