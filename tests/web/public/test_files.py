"""Exports with a form: sealed at once, carried by a signed name, refused with a sentence, never lost silently."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rempart.evidence.sealing import unseal
from rempart.evidence.vault import Vault
from rempart.intake.report import decode
from rempart.web.config import Site
from rempart.web.door.models import Deposit, ExhibitRow
from rempart.web.public import files as files_module
from rempart.web.public import state
from tests.web.conftest import INTAKE
from tests.web.public.browsing import Page, visit

pytestmark = pytest.mark.usefixtures("public")
CHAT = "".join(f"12/03/2026, 21:{n:02d} - Alice: bonjour {n}\n" for n in range(20)).encode()
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200)  # the head of a picture, without a picture


def talk() -> Page:
    """The screen where a conversation can be given."""
    return visit("/en/a/").press("kind", "conversation").next()


def give(page: Page, data: bytes, *, name: str = "chat.txt", go: str = "next", **typed: str) -> Page:
    """Presses a button of the screen with a file chosen; `go` empty is a form that was cut behind the file."""
    sent = {**page.values, **typed, "export": SimpleUploadedFile(name, data), **({"go": go} if go else {})}
    return Page(page.client, page.client.post("/en/a/", sent))


@pytest.fixture
def kept(site: Site) -> set[str]:
    """What was in the vault before the test."""
    return set(Vault(site.exhibits).addresses())


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (PICTURE, "chat.txt", "Pictures, films and sounds are not taken here"),
        (PICTURE, "photo.png", "Pictures, films and sounds are not taken here"),
        (b"just a letter, no export", "letter.txt", "not a conversation export"),
        (b"PK\x03\x04 no archive", "chat.zip", "This archive cannot be taken"),
    ],
)
def test_what_is_no_export_is_refused_with_what_to_give_instead(
    data: bytes, name: str, sentence: str, site: Site, kept: set[str]
) -> None:
    """The same screen again, the words still there, nothing in the vault."""
    page = give(talk(), data, name=name, words="kept words")

    assert (page.status, page.at, page.values["words"]) == (400, "talk", "kept words")
    assert sentence in page.text
    assert '<a href="#export">' in page.text
    assert set(Vault(site.exhibits).addresses()) == kept


def test_the_formats_that_are_taken_are_named_before() -> None:
    """And that pictures are not."""
    page = talk()

    assert all(
        name in page.text for name in ("WhatsApp", "Signal", "Telegram", "Discord", "Instagram", ".zip", ".json")
    )
    assert "pictures, films and sounds are refused" in page.text


def test_an_export_is_sealed_and_stands_in_the_report(site: Site) -> None:
    """From the screen to the sealed report, by way of the vault."""
    page = give(talk(), CHAT, name="WhatsApp Chat.txt")
    review = page.skip_to("review")
    review.press("go", "send")

    report = decode(unseal(bytes(Deposit.objects.get().sealed), identities=[INTAKE]))
    row = ExhibitRow.objects.get()
    assert page.at == "age_band"
    assert f"WhatsApp Chat.txt ({len(CHAT)}\u00a0B)" in review.text
    assert [(file.name, file.size_bytes, file.address) for file in report.attachments] == [
        ("WhatsApp Chat.txt", len(CHAT), row.address)
    ]
    assert Vault(site.exhibits).check(row.address)


def test_a_file_without_words_is_a_report() -> None:
    """Who gives the export need not write anything."""
    page = give(talk(), CHAT).skip_to("review").press("go", "send")

    assert page.status == 200
    assert ExhibitRow.objects.count() == 1


def test_a_file_given_is_shown_and_can_be_taken_out() -> None:
    """Going back shows it by name; what is taken out is not sent."""
    page = give(give(talk(), CHAT, name="one.txt", go="stay"), CHAT, name="two.txt").press("go", "back")

    less = page.press("go", "drop:0")
    less.skip_to("talk").press("go", "next").skip_to("review").press("go", "send")

    assert re.findall(r"<span>(\w+\.txt) ", page.text) == ["one.txt", "two.txt"]
    assert re.findall(r"<span>(\w+\.txt) ", less.text) == ["two.txt"]
    assert ExhibitRow.objects.count() == 1


def test_skipping_the_screen_leaves_the_file_out(site: Site, kept: set[str]) -> None:
    """A file chosen and then not wanted is not kept."""
    page = give(talk(), CHAT, go="skip")

    assert "files" not in page.values
    assert set(Vault(site.exhibits).addresses()) == kept


def test_going_back_with_a_file_chosen_keeps_it() -> None:
    """Nothing is lost on the way back."""
    page = give(talk(), CHAT, name="mine.txt", go="back")

    assert page.at == "account"
    assert "mine.txt" in page.next().text


def test_a_form_cut_at_the_limit_says_so() -> None:
    """A file larger than the site takes ends the form: without its button the file is named as too large."""
    page = give(talk(), CHAT, go="", words="kept words")

    assert (page.status, page.at, page.values["words"]) == (400, "talk", "kept words")
    assert re.search(r"This file is larger than 200\sMB", page.text)


@pytest.mark.parametrize("forged", ["", "W10", "eyJhIjoxfQ:1abc:def", "x" * 9_000])
def test_a_file_that_the_site_did_not_take_cannot_be_attached(forged: str) -> None:
    """What the vault holds of others cannot be named in a form."""
    page = give(talk(), CHAT)

    other = Page(page.client, page.client.post("/en/a/", {**page.values, "files": forged, "go": "stay"}))

    assert "files" not in other.values


def test_a_vault_that_cannot_write_keeps_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: the words are still there, and can be sent alone."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError

    monkeypatch.setattr(files_module, "accept_exports", refuse)

    page = give(talk(), CHAT, words="kept words")

    assert (page.status, page.values["words"]) == (400, "kept words")
    assert "could not be kept" in page.text


@pytest.mark.parametrize("address", ["/en/b/", "/en/m/", "/en/e/", "/en/p/"])
def test_elsewhere_a_file_is_refused_before_it_is_read(address: str, site: Site, kept: set[str]) -> None:
    """The child path and all other pages take none, whatever is sent."""
    page = visit("/en/b/").press("category", "other")
    sent = {**page.values, "export": SimpleUploadedFile("chat.txt", CHAT), "go": "skip"}

    answer = page.client.post(address, sent)

    assert answer.status_code == 415
    assert set(Vault(site.exhibits).addresses()) == kept


def test_names_of_files_are_shown_as_text() -> None:
    """A name is stored text, with whatever signs are in it."""
    page = give(talk(), CHAT, name="<b>&x.txt", go="stay")

    assert "<b>&amp;x" not in page.text
    assert "&lt;b&gt;&amp;x.txt" in page.text


def test_signed_files_come_back_as_they_went(site: Site, tmp_path: Path) -> None:
    """The hidden field holds all that the report and the ledger need."""
    page = give(talk(), CHAT)
    files = state._read_files(page.values["files"])

    assert state._read_files(state.sign_files(files)) == files
    assert files.exhibits[0].address == files.attachments[0].address
    assert state.sign_files(state.NO_FILES) == ""
