"""Layer 2: suggestions with the weight of every reason and their rivals; one test for each lesson of the reference."""

import math
from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa
import pytest

from rempart.engine.queries import DuckEngine
from rempart.fictional.dice import Dice
from rempart.fictional.people import Planted, people
from rempart.identities.features import MAX_BLOCK, Features, make_features
from rempart.identities.hard import join_hard
from rempart.identities.linking import fit, score
from rempart.identities.rivals import Rival
from rempart.identities.sentences import REASONS, RIVALS, TEXTS
from rempart.identities.suggest import SUGGESTIONS, THRESHOLD, Suggested, Suggestion, suggest, suggestions_table
from rempart.identities.weights import COMPARISONS, POOL, Compared, Level, with_shares
from tests.identities.rows import Shown, identify, identify_planted

ENGINE = DuckEngine(threads=1)
PHONE, EMAIL = "+33639981234", "zoe@example.org"
COUNT = 2_500


def suggestions(*shown: Shown, threshold: float = THRESHOLD) -> tuple[Suggestion, ...]:
    """What is suggested for a few accounts, on fixed shares."""
    identifiers = identify(*shown)
    edges = join_hard(identifiers, engine=ENGINE).edges
    features = make_features(identifiers, hours={})
    return suggest(features, edges=edges, engine=ENGINE, seed=1, threshold=threshold).suggestions


@lru_cache(maxsize=1)
def planted() -> tuple[tuple[Planted, ...], Features]:
    """Invented accounts with a known truth, and their features."""
    accounts = people(COUNT, dice=Dice(3))
    return accounts, make_features(identify_planted(accounts), hours={item.account_id: item.hour for item in accounts})


@lru_cache(maxsize=1)
def suggested() -> Suggested:
    """What is suggested for the planted accounts."""
    return suggest(planted()[1], edges=(), engine=ENGINE, seed=1)


def precision(pairs: Sequence[tuple[str, str]]) -> float:
    """The share of the pairs that the truth gives to one person."""
    person = {item.account_id: item.person for item in planted()[0]}
    return sum(person[left] == person[right] for left, right in pairs) / len(pairs)


def test_suggestions_on_a_planted_truth_are_right_99_times_in_100() -> None:
    """The default threshold; imitators, families and homonyms are among the accounts."""
    pairs = [(item.left, item.right) for item in suggested().suggestions]

    assert len(pairs) > 400
    assert precision(pairs) >= 0.99
    assert suggested().model.measured


def test_correlated_comparisons_lower_the_precision() -> None:
    """Why letters of the handle and consonants of the name are levels, not comparisons: counted twice, they make doubtful pairs sure."""
    twice = [
        Compared(
            code=column,
            null=column,
            levels=(
                Level(code="same", m=0.6, u=u, sql=f"{column}_l = {column}_r"),
                Level(code="other", m=0.4, u=0.99),
            ),
        )
        for column, u in (("stem", 2e-3), ("bones", 2e-5))
    ]
    features = planted()[1].rows
    model = fit(features, seed=1, comparisons=(*COMPARISONS, *twice))
    rows = score(features, model=model, engine=ENGINE).to_pylist()
    pairs = [(row["unique_id_l"], row["unique_id_r"]) for row in rows if row["match_probability"] >= THRESHOLD]
    once = [(item.left, item.right) for item in suggested().suggestions]

    assert precision(once) >= 0.99 > precision(pairs)


def test_the_same_seed_gives_the_same_suggestions() -> None:
    """Down to the bits; nothing depends on time or threads."""
    again = suggest(planted()[1], edges=(), engine=DuckEngine(threads=2), seed=1)

    assert again == suggested()


def test_weights_and_prior_add_up_to_the_bits_of_the_pair() -> None:
    """Every bit has a reason; a rare name weighs log2 of its share among one person's pairs over how often it is met."""
    (pair,) = suggestions(
        Shown(account="meta:1", names=("Lucie Vartarden",), email=EMAIL),
        Shown(account="discord:2", names=("Lucie Vartarden",), email=EMAIL),
    )
    prior_bits = pair.bits - sum(weight.bits for weight in pair.weights)
    name = next(weight for weight in pair.weights if weight.comparison == "name")

    assert prior_bits == pytest.approx(math.log2(0.4 / 1999 / (1 - 0.4 / 1999)), abs=0.01)
    assert name.bits == pytest.approx(math.log2(0.55 / (2 / POOL)), abs=0.01)
    assert [weight.comparison for weight in pair.weights] == ["email", "name"]


def test_a_hot_name_and_a_common_handle_are_not_enough() -> None:
    """Two accounts called Alex are two accounts called Alex."""
    alexes = [Shown(account=f"meta:{place}", names=("Alex",), handle="alex") for place in range(12)]

    assert suggestions(*alexes) == ()


def test_a_full_name_alone_is_not_enough() -> None:
    """Homonyms exist."""
    same = [Shown(account=f"{service}:1", names=("Lucie Vartarden",)) for service in ("meta", "discord")]

    assert suggestions(*same) == ()
    assert suggestions(*same, threshold=0.05) != ()


def test_a_family_phone_with_two_names_is_not_suggested() -> None:
    """One number, one time, two given names."""
    family = [
        Shown(account="meta:1", names=("Lucie Vartarden",), phone=PHONE),
        Shown(account="meta:2", names=("Emil Vartarden",), phone=PHONE),
    ]

    assert suggestions(*family) == ()
    (pair,) = suggestions(*family, threshold=0.05)
    assert Rival.FAMILY_PHONE in pair.rivals


def test_a_recycled_phone_with_two_names_is_not_suggested() -> None:
    """One number, two times, two names; below the threshold it is told with its rival."""
    holders = [
        Shown(account="meta:1", names=("Lucie Vartarden",), phone=PHONE, days=(0, 10)),
        Shown(account="meta:2", names=("Emil Solmirnet",), phone=PHONE, days=(400, 500)),
    ]

    assert suggestions(*holders) == ()
    (pair,) = suggestions(*holders, threshold=0.05)
    assert Rival.RECYCLED_NUMBER in pair.rivals


def test_a_changed_name_is_found_by_the_number_and_the_earlier_name() -> None:
    """Somebody who changed identity and kept the phone."""
    (pair,) = suggestions(
        Shown(account="meta:1", names=("Lucie Vartarden",), phone=PHONE),
        Shown(account="discord:2", names=("Lucie Vartarden", "North Star"), phone=PHONE),
    )

    assert {(weight.comparison, weight.level) for weight in pair.weights} == {("phone", "same"), ("name", "earlier")}


def test_an_imitation_is_named_as_a_rival() -> None:
    """Same service, same time, same name, nothing firmer."""
    (pair,) = suggestions(
        Shown(account="meta:1", names=("Lucie Vartarden",), handle="blue_river12"),
        Shown(account="meta:2", names=("Lucie Vartarden",), handle="blue_river1"),
        threshold=0.3,
    )

    assert {Rival.IMITATION, Rival.HOMONYM} <= set(pair.rivals)


def test_what_messages_state_is_not_compared() -> None:
    """A number that an account passed on is no number of the account."""
    assert (
        suggestions(
            Shown(account="meta:1", names=("Lucie Vartarden",), email=EMAIL),
            Shown(account="discord:2", names=("Lucie Vartarden",), email=EMAIL, basis="stated"),
        )
        == ()
    )


def test_a_crowd_of_look_alikes_is_told_and_not_compared() -> None:
    """Names that all look alike would make n² pairs."""
    crowd = [Shown(account=f"meta:{place}", names=("Lucie Vartarden",)) for place in range(MAX_BLOCK + 1)]
    features = make_features(identify(*crowd), hours={})

    assert features.crowded == MAX_BLOCK + 1
    assert [gap.number for gap in features.not_examined] == [MAX_BLOCK + 1]
    assert suggestions(*crowd, threshold=0.02) == ()


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_accounts_give_no_suggestion_and_say_so(count: int) -> None:
    """No account, or one, is nothing to compare."""
    features = make_features(identify(*[Shown(account="meta:1", names=("Zoé",))][:count]), hours={})
    found = suggest(features, edges=(), engine=ENGINE, seed=1)

    assert found.suggestions == ()
    assert [gap.number for gap in found.not_examined] == [count]


def test_shares_that_turn_a_comparison_round_are_refused() -> None:
    """Training on data with nothing in common would make agreement speak against."""
    handle = COMPARISONS[1]

    assert with_shares(handle, m=[0.0, 0.5, 0.5], u=[0.5, 0.2, 0.3]) == handle
    assert with_shares(handle, m=[0.5, 0.1, 0.4], u=[None, None, None]).levels[0].m == 0.5


def test_a_measured_u_never_makes_agreement_weigh_more() -> None:
    """Strangers in a sample agree less often than those who come to be compared."""
    told = with_shares(COMPARISONS[1], m=[None] * 3, u=[1e-9, 0.01, 0.9])

    assert [level.u for level in told.levels] == [COMPARISONS[1].levels[0].u, 0.01, 0.99]


def test_every_level_and_every_rival_has_its_sentence() -> None:
    """And none of them accuses."""
    levels = {(compared.code, level.code) for compared in COMPARISONS for level in compared.levels}

    assert levels == set(REASONS)
    assert set(RIVALS) == set(Rival)
    assert not [text for text in TEXTS if any(word in text.lower() for word in ("suspect", "offender", "guilty"))]


def test_the_table_holds_what_the_records_hold() -> None:
    """For the engine and the exports."""
    table = suggestions_table(suggested().suggestions[:3])

    assert table.schema == SUGGESTIONS
    assert table["left"].to_pylist() == [item.left for item in suggested().suggestions[:3]]
    assert suggestions_table(()) == pa.Table.from_pylist([], schema=SUGGESTIONS)
