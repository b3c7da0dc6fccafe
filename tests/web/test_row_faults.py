"""What the comparison of a site with its ledger says: complete sentences, in both languages."""

import pytest

from rempart.web.row_faults import RowCode, SiteFault, exhibit_fault, leaf_fault, unproved_fault
from rempart.wording import LANGS, Lang


def made(code: RowCode) -> SiteFault:
    """A statement of every code, as the audit makes it."""
    if code is RowCode.ROW_UNPROVED:
        return unproved_fault("door_message", key="0190f3a2")
    if code in {RowCode.EXHIBIT_MISSING, RowCode.EXHIBIT_ALTERED, RowCode.EXHIBIT_LEFT}:
        return exhibit_fault(code, "ab" * 32)
    return leaf_fault(code, 7, told={"other": 9})


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", RowCode)
def test_every_statement_names_its_place_in_a_sentence(code: RowCode, lang: Lang) -> None:
    """No field stays open; which leaf, which row or which file is told."""
    told = made(code).sentence(lang)

    assert told.endswith(".")
    assert "{" not in told
    assert any(place in told for place in (" 7", "0190f3a2", "abababababab"))


@pytest.mark.parametrize("code", RowCode)
def test_the_two_languages_differ(code: RowCode) -> None:
    """French is French."""
    assert made(code).sentence("fr") != made(code).sentence("en")


def test_a_statement_on_a_leaf_names_it_for_programs_too() -> None:
    """Place and number, in the same words in both languages."""
    fault = leaf_fault(RowCode.LEAF_LOST, 3)

    assert (fault.code, fault.place, fault.entry) == ("leaf_lost", "leaf 3", 3)
    assert fault.sentence("fr").startswith("La feuille 3 a été signée")
