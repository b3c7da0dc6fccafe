"""Identifiers in running text: those that are there, and many that only look like it."""

import pytest

from rempart.identities.narrative import Sort, find_pieces


def told(text: str) -> list[tuple[str, str]]:
    """Sort and text of each piece that is not ambiguous."""
    return [(piece.sort.value, piece.text) for piece in find_pieces(text) if not piece.ambiguous]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rien de particulier.",
        "Il vient le 12/03/2026 à 18h30, puis le 06 11 2026 21 40.",
        "Le 06-11-2026 21:40:12 il a écrit.",
        "On se voit @18h ou @ la maison, @tous, @home.",
        "Il dit : secret... et/ou M.Dupont/Mme Durand, etc.fin",
        "Insta: elle me parle. Snap : jamais. Discord: 18h30",
        "Le fichier photo.jpg et le document rapport.final.pdf",
        "numéro de dossier 123456789, montant 1 250 000 euros, code 0000 1111",
        "adresse 192.168.1.20 port 8080",
        "alice@localhost et alice@",
        "3018, 17, 112, 119",
        "a" * 63 + " " + "g" * 64,
        "version 3.11.2026.10 sortie",
    ],
)
def test_what_only_looks_like_an_identifier_is_left_alone(text: str) -> None:
    """Dates, hours, sums, words and places join nobody."""
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("voir https://example.org/a, merci", [("address", "https://example.org/a")]),
        ("(voir https://example.org/a_(b)).", [("address", "https://example.org/a_(b)")]),
        ("« www.example.org/x »", [("address", "www.example.org/x")]),
        ("sur example.org/x.", [("address", "example.org/x")]),
        ("hxxp://example[.]org/x", [("address", "hxxp://example[.]org/x")]),
        ("écris à zoe.b@example.org.", [("email", "zoe.b@example.org")]),
        ("tel 06 39 98 00 01 ou +33 6 39 98 00 02", [("phone", "06 39 98 00 01"), ("phone", "+33 6 39 98 00 02")]),
        ("appelle 0639980001!", [("phone", "0639980001")]),
        ("c'est @lucas_33, oui", [("handle", "lucas_33")]),
        ("Insta : lucas.33 et snap:@zoe", [("named", "lucas.33"), ("named", "zoe")]),
        ("hash " + "0a" * 32, [("file", "0a" * 32)]),
    ],
)
def test_what_stands_in_the_text_is_found_without_its_punctuation(text: str, found: list[tuple[str, str]]) -> None:
    """Each piece as it was written, in order."""
    assert told(text) == found


def test_no_part_of_a_text_is_in_two_pieces() -> None:
    """The number in an address is not a number, the @ of an e-mail is no handle."""
    pieces = find_pieces("https://example.org/0639980001/@zoe puis bob.d@example.org")

    assert [piece.sort for piece in pieces] == [Sort.ADDRESS, Sort.EMAIL]


def test_a_piece_says_where_it_begins() -> None:
    """A person can be shown the place."""
    text = "ici @lucas_33 et là 06 39 98 00 01"

    assert [text[piece.at :].lstrip("@").startswith(piece.text) for piece in find_pieces(text)] == [True, True]


def test_a_torn_mail_address_is_given_as_ambiguous() -> None:
    """`jean @gmail.com` may be either."""
    (piece,) = find_pieces("jean @mondomaine.com")

    assert piece.ambiguous


@pytest.mark.parametrize(
    "text",
    [
        "@" * 20_000,
        "a@" * 10_000,
        "www." * 5_000,
        "1 " * 10_000,
        "a." * 10_000,
        "insta:" * 3_000,
        "(" * 20_000,
        "https://" + "a." * 9_000,
    ],
)
def test_a_hostile_text_comes_to_an_end(text: str) -> None:
    """Long repetitions are read like any other text."""
    assert isinstance(find_pieces(text), tuple)
