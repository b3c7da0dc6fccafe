"""Screening against a list: explained candidates, never a verdict; a name alone is weak."""

from datetime import date

import pytest

from rempart.identities.watchlist import BadList, Screened, read_watchlist, screen
from rempart.records import Strength
from tests.identities.rows import Shown, identify

COLUMNS = {
    "Nom": "family_name",
    "Prénom": "given_name",
    "Né le": "birth_date",
    "Tél": "phone",
    "Mél": "email",
    "Compte": "account",
}
HEAD = "Nom;Prénom;Né le;Tél;Mél;Compte;Remarque\n"
PHONE, EMAIL = "+33639981234", "zoe@example.org"


def screened(line: str, *shown: Shown, births: dict[str, list[date]] | None = None) -> Screened:
    """The candidates of a list of one line."""
    watchlist = read_watchlist((HEAD + line).encode(), columns=COLUMNS)
    return screen(watchlist, identifiers=identify(*shown), births=births)


def test_a_list_without_likeness_gives_no_candidate() -> None:
    """And its use is told all the same."""
    result = screened("Vartarden;Lucie;;;;", Shown(account="meta:1", names=("Emil Solmirnet",), phone=PHONE))

    assert result.candidates == ()
    assert (result.use.entries, result.use.accounts, result.use.candidates) == (1, 1, 0)
    assert len(result.use.list_sha256) == 64


@pytest.mark.parametrize("name", ["Lucie Vartarden", "VARTARDEN lucie", "Лукие Вартарден", "Lucie Vartardan"])
def test_a_name_alone_is_weak_and_has_its_rival(name: str) -> None:
    """However it is written."""
    (candidate,) = screened("Vartarden;Lucie;;;;", Shown(account="meta:1", names=(name,))).candidates

    assert candidate.strength is Strength.WEAK
    assert candidate.rivals == ("homonym",)


@pytest.mark.parametrize("name", ["Lucie", "Lucie Bertin", "Vartarden", ""])
def test_half_a_name_is_nothing(name: str) -> None:
    """A given name or a family name alone is not compared."""
    assert screened("Vartarden;Lucie;;;;", Shown(account="meta:1", names=(name,))).candidates == ()


def test_an_entry_of_one_word_is_not_compared_by_name() -> None:
    """Half the accounts would resemble it."""
    watchlist = read_watchlist(b"name,phone\nLucie,\n", columns={"name": "name", "phone": "phone"})

    assert screen(watchlist, identifiers=identify(Shown(account="meta:1", names=("Lucie",)))).candidates == ()


def test_a_number_of_the_export_is_strong_with_its_rival() -> None:
    """It may have been given out again."""
    (candidate,) = screened("Vartarden;Lucie;;06 39 98 12 34;;", Shown(account="meta:1", phone=PHONE)).candidates

    assert candidate.strength is Strength.STRONG
    assert candidate.rivals == ("recycled_number",)
    assert [(item.what, item.stated) for item in candidate.likenesses] == [("phone", False)]


def test_a_stated_address_is_weak() -> None:
    """The account may have passed on somebody else's."""
    shown = Shown(account="meta:1", email=EMAIL, basis="stated")
    (candidate,) = screened(f"Vartarden;Lucie;;;{EMAIL};", shown).candidates

    assert candidate.strength is Strength.WEAK
    assert "given_by_another" in candidate.rivals


def test_a_name_with_an_established_birth_date_is_strong() -> None:
    """Another date leaves the name weak."""
    shown = Shown(account="meta:1", names=("Lucie Vartarden",))
    line = "Vartarden;Lucie;07/05/1980;;;"

    (strong,) = screened(line, shown, births={"meta:1": [date(1980, 5, 7)]}).candidates
    (weak,) = screened(line, shown, births={"meta:1": [date(1980, 7, 5)]}).candidates

    assert (strong.strength, weak.strength) == (Strength.STRONG, Strength.WEAK)


def test_a_handle_without_its_service_is_weak() -> None:
    """With its service it singles out an account of that service."""
    shown = Shown(account="telegram:1", handle="blue_river12")

    (weak,) = screened("V;L;;;;@blue_river12", shown).candidates
    (strong,) = screened("V;L;;;;telegram:blue_river12", shown).candidates

    assert (weak.strength, strong.strength) == (Strength.WEAK, Strength.STRONG)
    assert screened("V;L;;;;discord:blue_river12", shown).candidates == ()


def test_cells_that_are_no_identifier_are_counted() -> None:
    """A wrong date, a wrong number and a wrong address."""
    result = screened("Vartarden;Lucie;31/02/1980;12;nobody;", Shown(account="meta:1"))

    assert [gap.number for gap in result.not_examined] == [3]


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (b"\xff\xfe\x00", COLUMNS),
        (b"", COLUMNS),
        (b"Nom,Other\nx,y\n", COLUMNS),
        (HEAD.encode(), {}),
        (HEAD.encode(), {"Nom": "nationality"}),
    ],
)
def test_a_list_that_does_not_fit_is_refused_whole(content: bytes, columns: dict[str, str]) -> None:
    """Also a field that may never be compared."""
    with pytest.raises(BadList):
        read_watchlist(content, columns=columns)


def test_several_values_of_a_cell_are_several(tmp_path: object) -> None:
    """Split at semicolons; the comma stays the separator."""
    del tmp_path
    watchlist = read_watchlist(
        b'name,phone\nLucie Vartarden,"0639981234; 0639981235"\n', columns={"name": "name", "phone": "phone"}
    )

    assert watchlist.entries[0].phones == ("+33639981234", "+33639981235")
    assert watchlist.entries[0].line == 2
