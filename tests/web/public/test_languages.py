"""The language: of the address, else of the browser, else of the site; and no page in two languages."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from rempart.web import settings
from rempart.web.public.languages import prefixed
from tests.web.public.browsing import visit

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES" / "django.po"
french = pytest.mark.usefixtures("public")


def lang_of(address: str, **headers: str) -> str:
    """The language that a page says it is in."""
    page = visit(address, **headers)
    found = re.search(r'<html lang="(\w\w)">', page.text)
    assert found is not None
    assert page.headers["Content-Language"] == found[1]
    return found[1]


@french
@pytest.mark.parametrize(
    ("address", "wish", "lang"),
    [
        ("/", "", "fr"),
        ("/", "en-GB,en;q=0.9", "en"),
        ("/", "de,en;q=0.5,fr;q=0.7", "fr"),
        ("/", "de", "fr"),
        ("/", "x" * 5_000, "fr"),
        ("/en/", "fr", "en"),
        ("/fr/", "en", "fr"),
        ("/en", "fr", "en"),
        ("/?l=en", "fr", "en"),
        ("/?l=tlh", "en", "en"),
        ("/en/?l=fr", "", "en"),
        ("/fr/nowhere/", "en", "fr"),
    ],
)
def test_the_address_says_the_language_then_the_browser_then_the_site(address: str, wish: str, lang: str) -> None:
    """A prefix is stronger than a wish; a wish that cannot be granted is passed over."""
    assert lang_of(address, **({"Accept-Language": wish} if wish else {})) == lang


@french
def test_a_page_that_follows_the_browser_says_so() -> None:
    """Whatever stands between must not mix them up; a page of one language need not say it."""
    assert visit("/").headers["Vary"] == "Accept-Language"
    assert "Vary" not in visit("/fr/").headers


@french
def test_one_request_leaves_no_language_to_the_next() -> None:
    """Threads serve one person after another."""
    assert [lang_of(address) for address in ("/en/", "/", "/fr/", "/")] == ["en", "fr", "fr", "fr"]


@french
@pytest.mark.parametrize("address", ["/frog/", "/english/", "/de/", "/fr//", "/fr/en/"])
def test_what_only_looks_like_a_language_is_no_page(address: str) -> None:
    """And it is answered, not lost."""
    assert visit(address).status == 404


@given(st.text(alphabet="/frena", max_size=8))
def test_a_path_keeps_everything_behind_its_language(path: str) -> None:
    """Nothing but the prefix is taken off, and once only."""
    lang, rest = prefixed(path)

    assert path == rest if lang is None else path in (f"/{lang}{rest}", f"/{lang}")


def test_the_french_is_typeset_as_french() -> None:
    """No-break spaces and typographic signs where French wants them; no text is empty."""
    with CATALOGUE.open("rb") as file:
        texts = [
            text
            for message in read_po(file, locale="fr")
            if message.id
            for text in (message.string if isinstance(message.string, tuple) else (message.string,))
        ]

    flaws = re.compile(
        r"(?<=\w) [:;?!]|(?<=[a-zé)])[;?!](?=\s|$)|[A-Za-zé]'[A-Za-zéêàâœ]|«[^\u00a0\u202f]|[^\u00a0\u202f]»|\.\.\."
    )
    assert len(texts) > 80
    assert [text for text in texts if not str(text).strip() or flaws.search(str(text))] == []


@french
@pytest.mark.parametrize(
    "address", ["/fr/", "/fr/a/", "/fr/b/", "/fr/m/", "/fr/e/", "/fr/h/1/", "/fr/h/2/", "/fr/h/3/", "/fr/x/"]
)
def test_a_french_page_has_no_english_left(address: str) -> None:
    """No text of the pages was forgotten."""
    shown = re.sub(r"<[^>]+>", " ", visit(address).text.replace(">English<", "><"))

    assert re.findall(r"\b(?:the|you|your|and|with|this|what|nothing|page not)\b", shown, re.IGNORECASE) == []
