"""The report: self-contained, escaped, linked, in two languages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rempart.analysis.walk import Options
from rempart.wording import LANGS, Lang
from tests.analysis.case import EXTORTION, analysed
from tests.detection.chat import Said, said

NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Page(HTMLParser):
    """Collects what a browser would load, run or link."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.outside: list[str] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"src", "href", "data", "action", "srcset"} and value and not value.startswith("#"):
                self.outside.append(value)
            if name == "id" and value:
                self.anchors.add(value)
            if name == "href" and value and value.startswith("#"):
                self.links.add(value[1:])


@pytest.fixture(params=LANGS)
def lang(request: pytest.FixtureRequest) -> Lang:
    """French and English."""
    return "fr" if request.param == "fr" else "en"


def test_loads_nothing_and_runs_nothing(tmp_path: Path, lang: Lang) -> None:
    """No script, no outside resource, and a policy that forbids both."""
    text = (analysed(tmp_path, options=Options(lang=lang)).folder / "report.html").read_text("utf-8")
    page = Page(text)

    assert not page.outside
    assert not page.tags & {"script", "iframe", "object", "embed", "img", "video", "audio", "form"}
    assert "default-src 'none'" in text
    assert f'<html lang="{lang}">' in text


def test_text_of_the_evidence_is_never_markup(tmp_path: Path) -> None:
    """Messages and names that look like HTML are shown as text."""
    lines = said(*(f"{m.who}|{m.text}{NASTY}" for m in EXTORTION))
    chat = [Said(who=f"{m.who}{NASTY}", text=m.text, minute=m.minute) for m in lines]
    page = Page((analysed(tmp_path, chat).folder / "report.html").read_text("utf-8"))

    assert not page.tags & {"script", "img"}


def test_every_link_leads_somewhere(tmp_path: Path, lang: Lang) -> None:
    """Each tactic links to its messages in the page."""
    page = Page((analysed(tmp_path, options=Options(lang=lang)).folder / "report.html").read_text("utf-8"))

    assert page.links
    assert page.links <= page.anchors


def test_says_what_it_is_and_is_not(tmp_path: Path, lang: Lang) -> None:
    """Limits, predictive value and the role of people stand on the page, in its language."""
    text = (analysed(tmp_path, options=Options(lang=lang, prevalences=(0.05,))).folder / "report.html").read_text(
        "utf-8"
    )
    expected = {
        "en": ("signals to read, not findings", "What was not examined", "1 in 20", "no field validation"),
        "fr": (
            "signaux à lire, pas des conclusions",
            "Ce qui n’a pas été examiné",
            "1 sur 20",
            "validation de terrain",
        ),
    }[lang]

    for words in expected:
        assert words in text, words


def test_no_verdict_is_written(tmp_path: Path, lang: Lang) -> None:
    """The page never calls anybody guilty, an offender or a predator."""
    text = (analysed(tmp_path, options=Options(lang=lang)).folder / "report.html").read_text("utf-8").casefold()

    assert not re.search(r"predator|prédateur|(?<!feel )guilty|coupable|offender|paedophile|pédophile", text)


def test_both_sides_are_shown_unedited(tmp_path: Path) -> None:
    """The excerpt holds the words of the speaker and of the addressee as they were written."""
    text = (analysed(tmp_path).folder / "report.html").read_text("utf-8")
    plain = re.sub(r"</?mark>", "", text)

    for message in EXTORTION:
        assert message.text.replace("'", "&#39;") in plain
