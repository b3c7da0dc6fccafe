"""The identifiers of a report: kinds, places, the reporter's own, and what is left out with its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.identities.identifiers import (
    LINKING,
    Identifier,
    IdentifierKind,
    Place,
    examine_report,
    identifiers_of,
    of_kinds,
)
from rempart.intake.report import Attachment, Contact, Kind, Report, ReporterKind
from tests.identities.case import HERS, HIS, reasons, report, values

KIND = IdentifierKind


def test_an_empty_report_names_nothing() -> None:
    """Nothing found and nothing left out are two empty answers."""
    examined = examine_report(report())

    assert (examined.found, examined.left_out) == ((), ())


@pytest.mark.parametrize("service", ["Snap", "inconnu", ""])
@pytest.mark.parametrize("name", ["inconnu", "?", "none", "a", "", "@"])
def test_an_account_without_a_name_is_left_out_with_a_reason(service: str, name: str) -> None:
    """Two of them never meet."""
    told = report(accounts=((service, name),))

    assert identifiers_of(told) == ()
    assert len(reasons(told)) == 1


def test_the_front_page_of_a_service_joins_nobody() -> None:
    """Half of the reports name one."""
    told = report(addresses=("https://www.instagram.com/?utm_source=x", "tiktok.com"))

    assert identifiers_of(told) == ()
    assert reasons(told) == ["front_page", "front_page"]


def test_places_of_help_join_nobody() -> None:
    """Emergency numbers and their sites, in every field."""
    told = report(
        addresses=("https://3018.fr/", "3018", "17"),
        accounts=(("téléphone", "3018"),),
        narrative="Appelé le 3018, le 17, le 0 800 200 000, et https://www.internet-signalement.gouv.fr/x",
        contact=Contact(phone="119"),
    )

    assert identifiers_of(told) == ()
    assert set(reasons(told)) == {"help"}


def test_the_reporters_own_contact_has_kinds_of_its_own() -> None:
    """It links nothing unless a caller wants it, also where the narrative tells it again."""
    told = report(
        narrative=f"Mon numéro est {HERS}, le sien {HIS} ; écrivez à Alice@example.org",
        contact=Contact(email="alice@Example.org", phone=HERS),
    )

    assert values(told, KIND.REPORTER_PHONE) == ["+33639980001"]
    assert values(told, KIND.REPORTER_EMAIL) == ["alice@example.org"]
    assert values(told, KIND.PHONE) == ["+33639980002"]
    assert values(told, KIND.EMAIL) == []
    assert [item.value for item in of_kinds(identifiers_of(told), kinds=LINKING)] == ["+33639980002"]


def test_the_same_account_is_one_by_its_name_its_profile_and_the_narrative() -> None:
    """Three ways to tell it, one identifier with three places."""
    told = report(
        addresses=("https://www.instagram.com/Lucas.33/?igsh=abc",),
        accounts=(("Insta", "@LUCAS.33"),),
        narrative="Son insta : lucas.33",
    )
    (account,) = (item for item in identifiers_of(told) if item.kind is KIND.ACCOUNT)

    assert account == Identifier(
        kind=KIND.ACCOUNT,
        value="instagram:lucas.33",
        places=(Place(field="addresses"), Place(field="accounts"), Place(field="narrative", index=12)),
    )


@pytest.mark.parametrize(
    ("address", "account"),
    [
        ("https://t.me/lucas_33", "telegram:lucas_33"),
        ("https://www.tiktok.com/@lucas.33/video/1", "tiktok:lucas.33"),
        ("https://facebook.com/profile.php?id=100012345678", "facebook:100012345678"),
        ("https://x.com/lucas33/status/1", "x:lucas33"),
        ("https://snapchat.com/add/lucas-33", "snapchat:lucas-33"),
        ("https://www.reddit.com/user/Lucas_33/", "reddit:lucas_33"),
    ],
)
def test_the_address_of_a_profile_names_the_account(address: str, account: str) -> None:
    """So that it meets the report that gives only the pseudonym."""
    assert values(report(addresses=(address,)), KIND.ACCOUNT) == [account]


@pytest.mark.parametrize(
    "address",
    [
        "https://instagram.com/p/Cabc123",
        "https://instagram.com/explore",
        "https://t.me/joinchat/abc",
        "https://discord.gg/abc",
        "https://x.com/i/status/1",
        "https://facebook.com/groups/1234567",
        "https://example.org/lucas_33",
    ],
)
def test_another_page_names_no_account(address: str) -> None:
    """A publication, a group or an invitation stays an address."""
    told = report(addresses=(address,))

    assert len(values(told, KIND.ADDRESS)) == 1
    assert values(told, KIND.ACCOUNT) == []


def test_an_account_by_number_is_a_number() -> None:
    """On a service of numbers, and through its address."""
    assert identifiers_of(report(accounts=(("WhatsApp", HIS),)))[0].kind is KIND.PHONE
    assert values(report(accounts=(("WhatsApp", HIS),)), KIND.ACCOUNT) == []
    assert values(report(addresses=("https://wa.me/33639980002",)), KIND.PHONE) == ["+33639980002"]


def test_a_name_without_its_service_is_a_handle_and_links_nothing_by_itself() -> None:
    """The reference measured what joining by handle does."""
    found = identifiers_of(report(accounts=(("inconnu", "zorro_77"),), narrative="et @zorro_77"))

    assert [(item.kind, item.value, len(item.places)) for item in found] == [(KIND.HANDLE, "zorro_77", 2)]
    assert of_kinds(found, kinds=LINKING) == ()


def test_a_shown_name_is_no_account() -> None:
    """Two people may bear the same name with blanks."""
    told = report(accounts=(("Facebook", "Zoé  Martin"),))

    assert values(told, KIND.SHOWN_NAME) == ["facebook:zoé martin"]
    assert values(told, KIND.ACCOUNT) == []


def test_the_field_of_addresses_is_read_as_people_fill_it_in() -> None:
    """A number, an e-mail, a sentence with an address in it, and nothing at all."""
    told = report(
        addresses=(HIS, "zoe@example.org", "voir la page https://example.org/x svp", "je ne sais pas", "une page")
    )

    assert values(told, KIND.PHONE) == ["+33639980002"]
    assert values(told, KIND.EMAIL) == ["zoe@example.org"]
    assert values(told, KIND.ADDRESS) == ["https://example.org/x"]
    assert reasons(told) == ["said_unknown", "not_of_the_form"]


def test_a_file_is_found_by_its_hash_in_both_places() -> None:
    """As an attachment, and as a hash in the narrative."""
    file = Attachment(name="export.txt", sha256="0a" * 32, size_bytes=3, address="0b" * 32, reader="text")
    told = Report(
        kind=Kind.CONVERSATION, reporter=ReporterKind.CHILD, language="fr", attachments=(file,), narrative="0A" * 32
    )

    (found,) = identifiers_of(told)
    assert (found.kind, found.value) == (KIND.FILE, "0a" * 32)
    assert [place.field for place in found.places] == ["narrative", "attachments"]


@given(st.lists(st.text(max_size=30), max_size=3), st.text(max_size=80), st.text(max_size=20), st.text(max_size=20))
def test_no_identifier_is_given_twice_and_each_has_its_place(
    lines: list[str], narrative: str, service: str, name: str
) -> None:
    """Whatever was typed."""
    found = identifiers_of(report(addresses=tuple(lines), narrative=narrative, accounts=((service, name),)))

    assert len({(item.kind, item.value) for item in found}) == len(found)
    assert all(item.value and item.places for item in found)


def test_what_is_left_out_is_given_as_it_was_told() -> None:
    """A person can see what was not used."""
    (left,) = examine_report(report(accounts=(("Snap", " Inconnu "),))).left_out

    assert (left.told, left.place, left.kind) == ("Inconnu", Place(field="accounts"), KIND.ACCOUNT)
