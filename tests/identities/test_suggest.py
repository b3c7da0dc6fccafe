"""Layer 2: suggestions with the weight of every reason and their rivals; one test for each lesson of the reference."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import pyarrow as pa
import pytest

from rempart.engine.queries import DuckEngine
from rempart.fictional.dice import Dice
from rempart.fictional.people import Planted, people
from rempart.identities.features import MAX_BLOCK, Features, make_features
from rempart.identities.hard import join_hard
from rempart.identities.linking import fit, score
from rempart.identities.rivals import Rival
from rempart.identities.sentences import REASONS, RIVALS, TEXTS, tell_reason
from rempart.identities.suggest import SUGGESTIONS, THRESHOLD, Suggested, Suggestion, suggest, suggestions_table
from rempart.identities.weights import COMPARISONS, POOL, Compared, Level, with_shares
from rempart.wording import wording
from tests.identities.rows import Shown, identify, identify_planted

ENGINE = DuckEngine(threads=1)
PHONE, EMAIL = "+33639981234", "zoe@example.org"
COUNT = 2_500


def stating(*names: str, phone: str | None = None, email: str | None = None, claim: str = "own") -> tuple[Shown, ...]:
    """Accounts of one service that state the same contacts."""
    return tuple(
        Shown(account=f"meta:{place}", names=(name,), phone=phone, email=email, basis="stated", claim=claim)
        for place, name in enumerate(names, 1)
    )


def suggestions(
    *shown: Shown, threshold: float = THRESHOLD, hours: Mapping[str, int] = MappingProxyType({})
) -> tuple[Suggestion, ...]:
    """What is suggested for a few accounts, on fixed shares."""
    identifiers = identify(*shown)
    edges = join_hard(identifiers, engine=ENGINE).edges
    shared = {(edge.kind, edge.value) for edge in edges if edge.shared}
    features = make_features(identifiers, hours=hours, shared=shared)
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


def test_a_contact_passed_on_for_somebody_else_is_not_compared() -> None:
    """A number that an account gave for a friend is no number of the account."""
    assert (
        suggestions(
            Shown(account="meta:1", names=("Lucie Vartarden",), email=EMAIL),
            Shown(account="discord:2", names=("Lucie Vartarden",), email=EMAIL, basis="stated", claim="others"),
        )
        == ()
    )


@pytest.mark.parametrize("names", [("Emil Vartarden", "Lucie Vartarden"), ("Lucie Vartarden", "Emil Solmirnet")])
def test_a_number_that_both_state_is_not_enough_alone(names: tuple[str, str]) -> None:
    """Households state one number; so do those who had it one after the other."""
    assert suggestions(*stating(*names, phone=PHONE)) == ()


def test_a_stated_number_and_the_name_in_other_letters_are_suggested() -> None:
    """With the number and the messages in the reason, and the rivals beside."""
    (pair,) = suggestions(*stating("Irina Topolvar", "Ирина Тополвар", phone=PHONE))
    phone = next(weight for weight in pair.weights if weight.comparison == "phone")

    assert {(weight.comparison, weight.level) for weight in pair.weights} == {("phone", "stated"), ("name", "same")}
    one, other = (f"{exhibit[:8]}:{row}" for exhibit, row in phone.messages)
    assert tell_reason(phone, wording("en")) == (
        f"Both stated the number {PHONE} in messages as their own (rows {one}, {other} of the messages)."
    )
    assert one.endswith(":1")
    assert Rival.GIVEN_BY_ANOTHER in pair.rivals


def test_a_stated_number_and_a_stated_address_are_suggested() -> None:
    """Two links, two names: somebody who changed identity; not when others said whose they are."""
    assert len(suggestions(*stating("Lucie Vartarden", "North Star", phone=PHONE, email=EMAIL))) == 1
    assert suggestions(*stating("Lucie Vartarden", "North Star", phone=PHONE, email=EMAIL, claim="others")) == ()


def test_a_stated_address_and_the_same_hours_are_suggested() -> None:
    """And the address alone is not."""
    two = stating("Lucie Vartarden", "North Star", email=EMAIL)

    assert suggestions(*two) == ()
    assert len(suggestions(*two, hours={"meta:1": 20, "meta:2": 20})) == 1


def test_stated_weighs_less_than_the_export_and_unclear_far_less() -> None:
    """From the fields of the export down to a contact that nobody calls a name."""
    for compared in COMPARISONS[2:4]:
        bits = {level.code: math.log2(level.m / level.u) for level in compared.levels}

        assert bits["same"] > bits["export_stated"] > bits["stated"] > bits["unclear"] + 4 > 8


def test_the_number_of_one_side_in_the_export_and_stated_by_the_other_is_a_level_of_its_own() -> None:
    """Blocking finds it, too."""
    shown = [
        Shown(account="meta:1", names=("Lucie Vartarden",), phone=PHONE),
        Shown(account="meta:2", names=("Lucie Vartarden",), phone=PHONE, basis="stated"),
    ]
    (pair,) = suggestions(*shown)

    assert {weight.level for weight in pair.weights} == {"export_stated", "same"}


def test_two_different_stated_numbers_say_nothing() -> None:
    """People state several."""
    (pair,) = suggestions(
        *(Shown(account=f"meta:{place}", names=("Lucie Vartarden",), phone=f"+3363998000{place}", basis="stated") for place in (1, 2)),
        threshold=0.05,
    )  # fmt: skip

    assert [weight.comparison for weight in pair.weights] == ["name"]


def test_a_number_that_three_state_as_their_own_at_once_is_shared() -> None:
    """A household: the number weighs little, and the rival is told."""
    names = ("Lucie Vartarden", "Lucy Vartarden", "Emil Vartarden")
    three = stating(*names, phone=PHONE)
    (pair,) = suggestions(*three, threshold=0.5)

    assert {(weight.comparison, weight.level) for weight in pair.weights} == {("phone", "unclear"), ("name", "close")}
    assert Rival.FAMILY_PHONE in pair.rivals


@pytest.mark.parametrize(("later", "told"), [((20, 30), True), ((5, 30), False)])
def test_a_stated_number_at_two_times_may_be_recycled(later: tuple[int, int], *, told: bool) -> None:
    """The accounts' own periods count: a message tells one instant only."""
    first, second = stating("Irina Topolvar", "Ирина Тополвар", phone=PHONE)
    (pair,) = suggestions(first, replace(second, days=later))

    assert (Rival.RECYCLED_NUMBER in pair.rivals) is told


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
