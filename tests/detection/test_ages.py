"""Stated ages: numbers that are hours, levels or prices are no ages; what children say of themselves is."""

import pytest

from rempart.detection.ages import Age
from rempart.detection.tactics import shared_reader


def ages(text: str) -> list[tuple[str, int | None]]:
    """Who is said to be how old."""
    found: tuple[Age, ...] = shared_reader().read(text).ages
    return [(age.about, age.years) for age in found]


@pytest.mark.parametrize(
    "text",
    [
        "clan war at 9 you in",
        "training at 10 you coming?",
        "on part à 14h toi aussi ?",
        "j'ai 12 kills",
        "i am 15 minutes away",
        "mon chien a 12 ans",
        "page 13 et toi ?",
        "c'était il y a 12 ans",
    ],
)
def test_other_numbers_are_no_ages(text: str) -> None:
    """Hours, scores, minutes, pages and other people's ages are left alone."""
    assert [age for age in ages(text) if age[1] is not None] == []


@pytest.mark.parametrize(
    ("text", "about", "years"),
    [
        ("j'ai 13 ans", "self", 13),
        ("j'ai que treize ans", "self", 13),
        ("je viens d'avoir 12 ans", "self", 12),
        ("im only 14", "self", 14),
        ("i just turned thirteen", "self", 13),
        ("tu as 13 ans toi", "other", 13),
        ("you are 13 right", "other", 13),
    ],
)
def test_a_stated_age_is_kept_with_whom_it_is_about(text: str, about: str, years: int) -> None:
    """In digits and in words, of oneself and of the other."""
    assert (about, years) in ages(text)
