"""Spellings of phone numbers, names and numbers of reports, as the index takes them in."""

from uuid import UUID

import pytest

from rempart.intake.report import Account, Attachment, Contact, Kind, Report, ReporterKind
from rempart.web.searching.forms import document_of, name_ends, national, number_forms, phone_ends, significant


def test_a_text_without_phone_number_has_no_ends() -> None:
    """Years, prices, short and very long numbers are none."""
    for text in ("", "en 2026", "12 345 euros", "le 17 ou le 3018", "1" * 40, "ref12345678901", "@12345678"):
        assert list(phone_ends(text)) == []


@pytest.mark.parametrize(
    "text", ["06 12 34 56 78", "06.12.34.56.78", "0612345678", "(06) 12-34-56-78", "06\u202f12\u00a034 56 78"]
)
def test_a_phone_number_has_all_its_ends(text: str) -> None:
    """However it is written."""
    assert list(phone_ends(f"au {text}, le soir")) == ["612345678", "12345678", "2345678", "345678", "45678", "5678"]


def test_two_numbers_of_a_text_both_have_their_ends() -> None:
    """The second is not lost."""
    for text in ("0612345678 puis +33 7 11 22 33 44", "06 12 34 56 78 07 11 22 33 44", "06 12 34 56 78/0711223344"):
        assert {"612345678", "711223344"} <= set(phone_ends(text))


def test_a_short_name_has_no_ends_and_a_long_one_is_cut() -> None:
    """Nobody fills the index with one name."""
    assert list(name_ends("léa")) == []
    assert len(list(name_ends("a" * 5_000))) < 50


def test_a_name_has_its_ends_without_what_stands_between() -> None:
    """People leave out dots and dashes."""
    assert list(name_ends("le_a.mar")) == ["leamar", "eamar", "amar"]


@pytest.mark.parametrize(
    ("text", "digits", "inside"),
    [("06 12", "612", None), ("+33 612345678", "33612345678", "612345678"), ("+999", "999", None), ("00", "", None)],
)
def test_a_country_is_told_apart_only_where_it_is_written(text: str, digits: str, inside: str | None) -> None:
    """A number without it stays as it is."""
    assert (significant(text), national(text)) == (digits, inside)


def test_an_empty_report_has_its_number_only() -> None:
    """Nothing is made up."""
    report = Report(kind=Kind.SITUATION, reporter=ReporterKind.WITNESS, language="en")

    document = document_of(report, number=7, report_id=UUID(int=1))

    assert (document.words, document.addresses, document.accounts, document.contact, document.reference) == ("",) * 5
    assert (document.files, document.messages) == ("", "")
    assert number_forms(7).split() == ["R-000007", "R000007", "R7", "7"]


def test_each_text_of_a_report_stands_in_its_field() -> None:
    """What is told, where, who, and how to reach the person."""
    report = Report(
        kind=Kind.ACCOUNT,
        reporter=ReporterKind.CHILD,
        language="fr",
        narrative="récit",
        wishes="souhait",
        seen_at="hier",
        told_somebody="sœur",
        addresses=("exemple.org/a",),
        accounts=(Account(service="Parc", name="zoe_1"),),
        contact=Contact(name="Zoé", email="zoe.z@exemple.org", phone="0711223344"),
        reference="P-1",
    )

    document = document_of(report, number=7, report_id=UUID(int=1))

    assert document.words.split("\n") == ["récit", "souhait", "hier", "sœur"]
    assert document.addresses == "exemple.org/a"
    assert document.accounts.split("\n")[:3] == ["Parc", "zoe_1", "zoe1"]
    assert {"Zoé", "zoe.z@exemple.org", "zoez", "711223344"} <= set(document.contact.split("\n"))
    assert document.reference == "P-1"


def test_later_messages_and_names_of_files_stand_in_fields_of_their_own() -> None:
    """With the ends of the phone numbers that the messages name; of a file, its name only."""
    file = Attachment(name="capture.png", sha256="ab" * 32, size_bytes=10, address="cd" * 32, reader="telegram")
    report = Report(kind=Kind.SITUATION, reporter=ReporterKind.WITNESS, language="en", attachments=(file, file))

    document = document_of(report, number=7, report_id=UUID(int=1), letters=("one", "call 06 12 34 56 78"))

    assert document.files == "capture.png\ncapture.png"
    assert document.messages.split("\n")[:3] == ["one", "call 06 12 34 56 78", "612345678"]
    assert document.words == ""
