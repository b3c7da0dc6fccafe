"""Splink's own SQL, which no register of ours holds, gives the same suggestions on both engines."""

import pytest

from rempart.engine.queries import DuckEngine, Engine
from rempart.engine.spark import SparkEngine
from rempart.fictional.dice import Dice
from rempart.fictional.people import people
from rempart.identities.features import make_features
from rempart.identities.hard import join_hard
from rempart.identities.suggest import suggest
from tests.identities.rows import identify_planted

COUNT = 300  # below the number from which shares are measured: both engines score by the same ones


@pytest.mark.spark
def test_suggestions_are_the_same_on_both(duck: DuckEngine, spark: SparkEngine) -> None:
    """The same pairs with the same levels, weights and rivals; probabilities to six digits."""
    accounts = people(COUNT, dice=Dice(3))
    identifiers = identify_planted(accounts)
    features = make_features(identifiers, hours={item.account_id: item.hour for item in accounts})

    def told(engine: Engine) -> list[tuple[object, ...]]:
        edges = join_hard(identifiers, engine=engine).edges
        found = suggest(features, edges=edges, engine=engine, seed=1).suggestions
        weights = [tuple((one.comparison, one.level, round(one.bits, 6)) for one in pair.weights) for pair in found]
        return [
            (pair.left, pair.right, round(pair.probability, 6), pair.rivals, weighed)
            for pair, weighed in zip(found, weights, strict=True)
        ]

    here = told(duck)

    assert len(here) > 10
    assert told(spark) == here
