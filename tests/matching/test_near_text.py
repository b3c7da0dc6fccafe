"""Texts told twice are found, others are not, and what has no sketch says why."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.matching.near_text import BANDS, NoSketch, Sketch, similarity, sketch_text

PAIRS = 300
WORDS = [
    "le", "la", "un", "une", "de", "du", "des", "et", "ou", "mais", "donc", "avec",
    "sans", "pour", "dans", "sur", "sous", "chez", "hier", "demain", "matin", "soir", "école", "parc",
    "gare", "bus", "ami", "amie", "message", "compte", "photo", "jeu", "partie", "niveau", "équipe", "secret",
    "rien", "tout", "personne", "parent", "mère", "père", "frère", "sœur", "argent", "carte", "cadeau", "rendez",
    "vous", "heure", "lieu", "ville", "rue", "place", "train", "livre", "musique", "film", "sport", "match",
    "ballon", "vélo", "chien", "chat", "maison", "jardin", "porte", "fenêtre", "table", "chaise", "lampe", "papier",
    "crayon", "sac", "pomme", "pain", "eau", "lait", "café", "thé", "sucre", "sel", "route", "pont",
    "mer", "plage", "montagne", "neige", "pluie", "vent", "soleil", "nuage", "étoile", "lune", "jour", "nuit",
]  # fmt: skip
NEUTRAL = (
    "Il m'a demandé de ne rien dire à mes parents et de venir seul mercredi soir à la gare, sinon il "
    "raconterait tout à mon école et demanderait encore de l'argent."
)


def text_of(rng: np.random.Generator, *, words: int) -> list[str]:
    """Neutral words in any order, each made rarer by a number, as names and places are."""
    return [
        f"{WORDS[one]}{two or ''}"
        for one, two in zip(rng.integers(0, len(WORDS), words), rng.integers(0, 30, words), strict=True)
    ]


def pairs_near(jaccard: float, *, seed: int, count: int) -> Iterator[tuple[str, str]]:
    """Pairs of a text and of itself with words changed, until they are as alike as asked, within 0.02."""
    rng = np.random.default_rng(seed)
    made = 0
    while made < count:
        words = text_of(rng, words=int(rng.integers(60, 201)))
        changed = list(words)
        for place in rng.permutation(len(words)):
            changed[place] = "autre"
            alike = similarity(" ".join(words), " ".join(changed)) or 0.0
            if alike <= jaccard + 0.02:
                break
        if alike >= jaccard - 0.02:
            made += 1
            yield " ".join(words), " ".join(changed)


def share_found(jaccard: float, *, seed: int = 1, count: int = PAIRS) -> float:
    """The share of such pairs that have a band in common."""
    pairs = pairs_near(jaccard, seed=seed, count=count)
    return sum(bool(set(sketch_text(one).bands) & set(sketch_text(other).bands)) for one, other in pairs) / count


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        (None, 0, NoSketch.NO_TEXT),
        ("", 0, NoSketch.NO_TEXT),
        ("  \n", 0, NoSketch.NO_TEXT),
        ("?!", 0, NoSketch.TOO_SHORT),
        ("un deux trois quatre cinq six sept huit neuf dix onze", 11, NoSketch.TOO_SHORT),
        ("ha " * 40, 40, NoSketch.SAME_WORDS),
    ],
)
def test_a_text_without_a_sketch_says_why(text: str | None, words: int, reason: NoSketch) -> None:
    """Two short texts are never near for want of words."""
    assert sketch_text(text) == Sketch(words=words, signature=None, bands=(), reason=reason)


def test_texts_without_a_sketch_have_no_similarity() -> None:
    """It is not zero: nobody could look."""
    assert similarity("trop court", NEUTRAL) is None
    assert similarity(NEUTRAL, "ha " * 40) is None


def test_unrelated_texts_share_no_band() -> None:
    """None of 1,000 texts of the same words meets another."""
    rng = np.random.default_rng(2)
    bands = Counter(band for _ in range(1_000) for band in sketch_text(" ".join(text_of(rng, words=100))).bands)

    assert len(bands) == 1_000 * BANDS


def test_the_same_words_in_another_order_are_another_text() -> None:
    """Runs of words count, not words."""
    turned = " ".join(reversed(NEUTRAL.split()))

    assert similarity(NEUTRAL, turned) == 0.0
    assert not set(sketch_text(NEUTRAL).bands) & set(sketch_text(turned).bands)


def test_a_text_is_the_same_whatever_its_case_accents_and_signs() -> None:
    """What a copy loses on the way does not matter."""
    copied = NEUTRAL.upper().replace("É", "E").replace("À", "A").replace(",", " -").replace("'", "’")

    assert similarity(NEUTRAL, copied) == 1.0
    assert sketch_text(NEUTRAL) == sketch_text(copied)


def test_a_sketch_is_the_same_on_every_machine() -> None:
    """A stored band is still found after an update; change VERSION with the algorithm."""
    sketch = sketch_text(NEUTRAL)

    assert sketch.signature is not None
    assert sketch.signature[:2] == (10343117, 63917794)
    assert sketch.bands[0].hex() == "0100009dd2cd03cf4ee20502400a1717addd"


def test_each_band_is_of_its_own_place() -> None:
    """Two bands of one text never meet, and each is 18 bytes."""
    sketch = sketch_text(NEUTRAL)

    assert len(set(sketch.bands)) == BANDS
    assert [band[:2] for band in sketch.bands] == [bytes((1, place)) for place in range(BANDS)]
    assert {len(band) for band in sketch.bands} == {18}


def test_similarity_is_counted_exactly() -> None:
    """One word changed at the end of twelve takes away one run of ten, and adds one."""
    words = [f"mot{number}" for number in range(12)]

    assert similarity(" ".join(words), " ".join([*words[:-1], "autre"])) == 9 / 11


def test_nearly_every_pair_at_eight_tenths_is_found() -> None:
    """The theory says 0.985; a pair missed by its bands is not proposed."""
    assert share_found(0.8) >= 0.96


def test_most_pairs_at_six_tenths_are_found_and_some_are_not() -> None:
    """The theory says 0.67: the docstring states the limit, and this holds it to it."""
    assert 0.58 <= share_found(0.6) <= 0.76


@given(st.text(max_size=300), st.text(max_size=300))
def test_similarity_is_the_same_both_ways(one: str, other: str) -> None:
    """And lies in 0 to 1, 1 for a text and itself."""
    alike = similarity(one, other)

    assert alike == similarity(other, one)
    assert alike is None or 0.0 <= alike <= 1.0
    assert similarity(one, one) in (None, 1.0)


@given(st.text(max_size=400))
def test_a_sketch_or_its_reason_is_always_there(text: str) -> None:
    """Never both, never neither, and similarity agrees."""
    sketch = sketch_text(text)

    assert (sketch.signature is None) == (sketch.reason is not None) == (sketch.bands == ())
    assert (similarity(text, text) is None) == (sketch.reason is not None)
