"""A prefix tells where a line was taken out; without a country code, or with too few words, nothing is told."""

from pathlib import Path

import pyarrow as pa
import pytest

from rempart.network.build import Network
from rempart.network.countries import Countries, country_of, find_countries
from tests.network.planted import COUNTRIES, OFFSETS, Planted
from tests.network.small import ENGINE, FIRST, Row, said, tables_of

FRENCH = "je suis dans le jardin avec vous parce que c'est pas pour moi , j'ai dit oui et aussi merci , je suis très bien où vous est"
ENGLISH = "what would you know about this and that with your hello from the garden , they have thanks"


@pytest.mark.parametrize("phone", ["0612345678", "12", "+99912345678", "+800123456789", "+", "call me", "+1555", "+3"])
def test_a_number_without_a_country_of_its_own_tells_none(phone: str) -> None:
    """National form, impossible, international services, half a number."""
    assert country_of(phone) is None


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+33612345678", "FR"),
        ("0033 6 12 34 56 78", "FR"),
        ("+1 212 555 0123", "US"),
        ("+1 416 555 0123", "CA"),
        ("+44 20 7946 0123", "GB"),
        ("+262 692 12 34 56", "RE"),
    ],
)
def test_a_prefix_tells_the_country(phone: str, country: str) -> None:
    """Also where one calling code serves several countries."""
    assert country_of(phone) == country


def countries_of(folder: Path, texts: dict[str, str], people: list[Row] | None = None) -> Countries:
    """Countries of accounts that wrote these texts."""
    messages = [said(row, who, text=text) for row, (who, text) in enumerate(texts.items(), start=1)]
    accounts = people or [{"exhibit_sha256": FIRST, "account_id": f"telegram:{who}"} for who in texts]
    tables_of(folder, messages=messages, accounts=accounts)
    return find_countries(folder, engine=ENGINE, accounts=tables_of_accounts(accounts))


def tables_of_accounts(accounts: list[Row]) -> pa.ChunkedArray:
    """The column of their ids."""
    return pa.chunked_array([sorted(str(row["account_id"]) for row in accounts)])


def test_two_languages_or_few_words_tell_none(tmp_path: Path) -> None:
    """A mixture, or a greeting, is no language; the unknown are counted."""
    found = countries_of(tmp_path, {"user1": f"{FRENCH} {ENGLISH}", "user2": "bonjour merci"})

    assert found.by_language == ()
    assert found.language_unknown == found.phone_unknown == 2


def test_a_language_makes_candidates_and_no_country(tmp_path: Path) -> None:
    """French names many countries; the account's country stays unknown."""
    found = countries_of(tmp_path, {"user1": FRENCH, "user2": ENGLISH})

    assert {tally.code: tally.accounts for tally in found.by_language} == {"en": 1, "fr": 1}
    assert "FR" in found.by_language[1].countries
    assert "SN" in found.by_language[1].countries
    assert found.by_phone == ()


def test_a_forwarded_text_is_not_its_senders_language(tmp_path: Path) -> None:
    """What others wrote counts for nobody."""
    tables_of(tmp_path, messages=[said(1, "user1", text=FRENCH, forwarded_from="Alice")])

    found = find_countries(tmp_path, engine=ENGINE, accounts=tables_of_accounts([{"account_id": "telegram:user1"}]))

    assert found.language_unknown == 1


def test_planted_prefixes_are_told(network: Network, planted: Planted) -> None:
    """Every account with a number gets its country; the others are unknown."""
    told = network.countries
    for row in told.members.to_pylist():
        zone = OFFSETS.index(int(planted.offset_h[int(row["account_id"][13:])]))
        assert row["country"] in (None, COUNTRIES[zone])

    assert sum(tally.accounts for tally in told.by_phone) + told.phone_unknown == told.accounts == 400
    assert told.phone_unknown < 320
