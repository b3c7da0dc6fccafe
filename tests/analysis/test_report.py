"""The report: self-contained, escaped, linked, in two languages."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from rempart.analysis.report import unread_titles
from rempart.analysis.walk import Options, analyse
from rempart.conversations.rows import UnreadCode
from rempart.wording import LANGS, Lang, wording
from tests.analysis.case import EXTORTION, Silent, analysed
from tests.detection.chat import Said, export, said

NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"

ODD_RECORD = b"text,author\nhello,Ann\nsee you,Bob,later\nyes,Ann\n"


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


def unread_of(work: Path, data: bytes, *, lang: Lang) -> tuple[str, str]:
    """(what the report says of the places not read, what the document keeps of them) for one export of these bytes."""
    (work / "export").write_bytes(data)
    outcome = analyse([work / "export"], out=work / "out", options=Options(lang=lang, joins=False), observer=Silent())
    report = (outcome.folder / "report.html").read_text("utf-8")
    kept = json.loads((outcome.folder / "analysis.json").read_text("utf-8"))["exhibits"][0]["unread"]
    return report.partition('<h2 id="not-examined">')[2].partition("</section>")[0], json.dumps(kept)


def test_an_english_report_says_in_english_why_a_place_was_not_read(tmp_path: Path) -> None:
    """As the document keeps it, place and all."""
    told, kept = unread_of(tmp_path, ODD_RECORD, lang="en")

    assert "the record has 3 cells, the header has 2" in told
    assert "record 3" in told
    assert "the record has 3 cells, the header has 2" in kept


def test_a_french_report_says_in_french_why_a_place_was_not_read(tmp_path: Path) -> None:
    """Reason and place; the document keeps the English, which is data."""
    told, kept = unread_of(tmp_path, ODD_RECORD, lang="fr")

    assert "nombre de cellules de l’enregistrement\u00a0: 3\u00a0; de l’en-tête\u00a0: 2" in told
    assert "enregistrement 3" in told
    assert "the record has" not in told
    assert 'lang="en"' not in told
    assert "the record has 3 cells, the header has 2" in kept
    assert "record 3" in kept


def test_a_french_report_of_a_cut_export_says_in_french_that_it_is_cut(tmp_path: Path) -> None:
    """The sentence is not marked as English."""
    told, kept = unread_of(tmp_path, export(EXTORTION)[:-40], lang="fr")

    assert "le fichier finit au milieu d’une valeur" in told
    assert 'lang="en"' not in told
    assert "the file ends in the middle of a value" in kept


def test_a_reason_without_french_is_marked_as_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page reader then says it as English; it is never left out."""
    monkeypatch.setattr("rempart.conversations.reasons.REASONS", ())
    told, _ = unread_of(tmp_path, export(EXTORTION)[:-40], lang="fr")

    assert '<small lang="en">the file ends in the middle of a value</small>' in told


@pytest.mark.parametrize("lang", LANGS)
def test_every_code_of_an_unread_place_has_its_sentence(lang: Lang) -> None:
    """A reader of the report never meets a bare code."""
    told = unread_titles(wording(lang))

    assert told.keys() == set(get_args(UnreadCode))
    assert len(set(told.values())) == len(told)
    assert all(title.endswith(".") for title in told.values())
