"""One form for each identifier, whoever typed it, and the reasons why something is none."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.identities.known import load_known
from rempart.identities.normal import (
    Reason,
    fold_name,
    normal_address,
    normal_email,
    normal_file,
    normal_host,
    normal_name,
    normal_phone,
    normal_service,
)

KNOWN = load_known()
ADDRESS_LIKE = st.text(st.sampled_from("aB1é.-_~%2F/?#&=:@[]()+ ßİ\u200b｡"), max_size=40)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "  ",
        "no dot",
        "http://",
        "https://a..b/",
        "https://exa mple",
        "ftp://example.org/a",
        "https://[::1",
        "h://x.y",
        "https://1.2.3",
        "https://example.org:99999/",
    ],
)
def test_what_is_no_web_address_is_refused(told: str) -> None:
    """A reason comes back, never half an address."""
    assert isinstance(normal_address(told, known=KNOWN), Reason)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("http://192.168.1.20/cam", Reason.OWN_NETWORK),
        ("localhost/x", Reason.OWN_NETWORK),
        ("http://nas.local/", Reason.OWN_NETWORK),
        ("data:text/plain,hello", Reason.NOT_SHARED),
        ("file:///home/x", Reason.NOT_SHARED),
    ],
)
def test_what_others_cannot_see_joins_nobody(told: str, reason: Reason) -> None:
    """An address of one's own place is the same in every home."""
    assert normal_address(told, known=KNOWN) is reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/b", "https://example.org/c"),
        ("https://example.org/b", "https://example.org/B"),
        ("https://example.org/?q=1", "https://example.org/?q=2"),
        ("https://example.org:8080/", "https://example.org/"),
        ("https://a.example.org/", "https://b.example.org/"),
        ("https://example.org/#!one", "https://example.org/#!two"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://youtube.com/watch?v=1&t=2", "https://youtube.com/watch?v=2&t=2"),
    ],
)
def test_two_pages_stay_two(one: str, other: str) -> None:
    """What a server may tell apart is not joined."""
    assert normal_address(one, known=KNOWN) != normal_address(other, known=KNOWN)


@pytest.mark.parametrize(
    "told",
    [
        "https://example.org/a?q=1",
        "HTTPS://EXAMPLE.ORG/a?q=1",
        "http://example.org:80/a?q=1",
        "https://example.org:443/a?q=1",
        "https://www.example.org./a/?q=1",
        "example.org/a?q=1",
        "<https://example.org/a?q=1>",
        "https://user:secret@example.org/a?q=1",
        "https://example.org/a?q=1#top",
        "https://example.org/a?utm_source=x&q=1&fbclid=y",
        "https://example.org/./b/../a?q=1",
        "https://example.org/%61?q=1",
        "hxxps://example[.]org/a?q=1",
        "https://exa\u200bmple.org/a?q=1",
        "  https://example.org/a?&q=1&  ",
    ],
)
def test_one_page_has_one_form(told: str) -> None:
    """Case of the host, ports by default, ways to type it and parameters of clicks change nothing."""
    assert normal_address(told, known=KNOWN) == "https://example.org/a?q=1"


def test_a_host_with_accents_is_the_same_in_both_writings() -> None:
    """IDNA makes them one."""
    assert normal_host("Élan.Example") == normal_host("xn--lan-9la.example") == "xn--lan-9la.example"


def test_a_parameter_that_tracks_on_one_service_is_kept_on_another() -> None:
    """`t` follows a click on one and is the minute of a film on another."""
    assert normal_address("https://x.com/a/status/1?t=9", known=KNOWN) == "https://x.com/a/status/1"
    assert normal_address("https://example.org/film?t=9", known=KNOWN) == "https://example.org/film?t=9"


@given(
    st.one_of(
        ADDRESS_LIKE,
        ADDRESS_LIKE.map("https://example.org/{}".format),
        st.text(max_size=30).map("https://é.org/{}".format),
    )
)
def test_an_address_in_normal_form_stays_as_it_is(told: str) -> None:
    """Normalising twice is normalising once."""
    once = normal_address(told, known=KNOWN)

    if isinstance(once, str):
        assert normal_address(once, known=KNOWN) == once


@pytest.mark.parametrize(
    "told", ["17", "112", "3018", "30 18", "116 006", "119", "tel:3114", "0 800 200 000", "+33 800 200 000"]
)
def test_numbers_of_help_are_nobodys(told: str) -> None:
    """Half of the reports name one; they join nothing."""
    assert normal_phone(told, known=KNOWN) is Reason.HELP


@pytest.mark.parametrize(
    "told", ["", "12", "123456789012345678", "06 39 98", "appelle moi", "0800 FLOWERS", "192.168.10.10", "00"]
)
def test_what_is_no_number_is_refused(told: str) -> None:
    """Digits alone are not a number that exists."""
    assert isinstance(normal_phone(told, known=KNOWN), Reason)


@pytest.mark.parametrize(
    "told",
    [
        "06 39 98 00 01",
        "0639980001",
        "06.39.98.00.01",
        "+33639980001",
        "+33 (0)6 39 98 00 01",
        "0033 6 39 98 00 01",
        "tel:+33-6-39-98-00-01",
        "０６３９９８０００１",
    ],
)
def test_one_number_has_one_form(told: str) -> None:
    """However it is written, read in France when it has no country code."""
    assert normal_phone(told, known=KNOWN) == "+33639980001"


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_number_in_normal_form_stays_as_it_is_in_every_country(region: str) -> None:
    """Normalising twice is normalising once, for the example of each region."""
    example = phonenumbers.example_number(region)
    assert example is not None
    once = normal_phone(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL), known=KNOWN)

    assert isinstance(once, str)
    assert normal_phone(once, known=KNOWN) == once


@pytest.mark.parametrize(
    "told",
    [
        "",
        "alice",
        "@example.org",
        "alice@",
        "alice@localhost",
        "a b@example.org",
        "alice@@example.org",
        "alice@[192.0.2.1]",
    ],
)
def test_what_is_no_email_is_refused(told: str) -> None:
    """A reason comes back."""
    assert isinstance(normal_email(told, known=KNOWN), Reason)


def test_an_automatic_sender_and_a_place_of_help_join_nobody() -> None:
    """Thousands get a message from the same noreply."""
    assert normal_email("noreply@example.org", known=KNOWN) is Reason.AUTOMATIC
    assert normal_email("accueil@interieur.gouv.fr", known=KNOWN) is Reason.HELP


def test_one_email_has_one_form() -> None:
    """Case changes nothing; dots and plus do, because services differ."""
    assert normal_email("MailTo:Zoe.B+x@Example.ORG.?subject=hello", known=KNOWN) == "zoe.b+x@example.org"
    assert normal_email("zoeb@example.org", known=KNOWN) != normal_email("zoe.b@example.org", known=KNOWN)


@given(st.text(st.sampled_from("aBé.+_-İß@"), max_size=20).map(lambda local: f"{local}@Exämple.org"))
def test_an_email_in_normal_form_stays_as_it_is(told: str) -> None:
    """Normalising twice is normalising once."""
    once = normal_email(told, known=KNOWN)

    if isinstance(once, str):
        assert normal_email(once, known=KNOWN) == once


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("", Reason.EMPTY),
        ("?", Reason.SAID_UNKNOWN),
        ("???", Reason.SAID_UNKNOWN),
        ("Inconnu", Reason.SAID_UNKNOWN),
        ("@unknown", Reason.SAID_UNKNOWN),
        ("Je ne sais pas.", Reason.SAID_UNKNOWN),
        ("a", Reason.TOO_SHORT),
        ("@b", Reason.TOO_SHORT),
        ("--", Reason.NOT_OF_THE_FORM),
    ],
)
def test_a_name_that_names_nobody_is_left_out_with_its_reason(told: str, reason: Reason) -> None:
    """Two reports that say "unknown" do not speak of the same person."""
    assert normal_name(told, known=KNOWN) is reason


def test_a_name_is_folded_and_keeps_its_accents() -> None:
    """Case, presentation and a leading @ go; what makes another account stays."""
    assert normal_name(" @Lucas_33 ", known=KNOWN) == normal_name("ＬＵＣＡＳ_33", known=KNOWN) == "lucas_33"
    assert normal_name("u/Lucas_33", known=KNOWN) == "lucas_33"
    assert normal_name("élodie", known=KNOWN) != normal_name("elodie", known=KNOWN)


@given(st.text(max_size=30))
def test_a_name_in_normal_form_stays_as_it_is(told: str) -> None:
    """Normalising twice is normalising once."""
    once = normal_name(told, known=KNOWN)

    assert fold_name(fold_name(told)) == fold_name(told)
    if isinstance(once, str):
        assert normal_name(once, known=KNOWN) == once


def test_a_service_has_one_name() -> None:
    """By what people call it, or by its host; an unknown one keeps its own."""
    told = ("Insta", "INSTAGRAM", "ig", "www.instagram.com", "https://instagram.com/x")

    assert {normal_service(name, known=KNOWN) for name in told} == {"instagram"}
    assert normal_service("Jeu de Zoé !", known=KNOWN) == "jeudezoe"
    assert normal_service("je ne sais pas", known=KNOWN) is Reason.SAID_UNKNOWN
    assert normal_service("M:E", known=KNOWN) is Reason.SAID_UNKNOWN


@given(st.text(max_size=30))
def test_a_service_in_normal_form_stays_as_it_is(told: str) -> None:
    """Normalising twice is normalising once."""
    once = normal_service(told, known=KNOWN)

    if isinstance(once, str):
        assert normal_service(once, known=KNOWN) == once


def test_a_file_is_its_sha256_and_nothing_shorter() -> None:
    """In lower case; an MD5 is refused."""
    assert normal_file("AB" * 32) == "ab" * 32
    assert normal_file("ab" * 16) is Reason.NOT_OF_THE_FORM
