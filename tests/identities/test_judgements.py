"""Layer 3: identities are a pure fold of judgements; a negative one blocks; everything can be taken back."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.identities.judgements import Answer, BadJudgements, Judgement, fold, from_json, sort_suggestions, to_json
from rempart.identities.suggest import Suggestion

AT = datetime(2026, 3, 1, tzinfo=UTC)


def judged(left: str, right: str, answer: str = "positive", *, hour: int = 0, who: str = "Alice") -> Judgement:
    """An answer on two accounts, so many hours after the first."""
    return Judgement(
        left=left, right=right, answer=Answer(answer), who=who, at=AT + timedelta(hours=hour), reason="read both"
    )


def pair(left: str, right: str) -> Suggestion:
    """A suggestion without reasons."""
    return Suggestion(left=left, right=right, probability=0.99, bits=6.6, weights=(), rivals=())


def test_without_a_judgement_nobody_is_merged() -> None:
    """Suggestions make no identity, however sure."""
    assert fold(()).groups == ()


def test_positive_judgements_make_an_identity() -> None:
    """Across accounts, in any order of the two."""
    assert fold([judged("a", "b"), judged("c", "b", hour=1), judged("x", "y")]).groups == (("a", "b", "c"), ("x", "y"))


@pytest.mark.parametrize("answer", ["negative", "unsure"])
def test_other_answers_make_none(answer: str) -> None:
    """Only a positive one holds accounts together."""
    assert fold([judged("a", "b", answer)]).groups == ()


def test_a_judgement_taken_back_leaves_no_trace_in_the_identities() -> None:
    """The fold is that of the others alone; the judgement itself is kept by whoever keeps them."""
    others = [judged("a", "b"), judged("c", "d")]
    wrong = judged("b", "c", hour=1)

    assert fold([*others, wrong]).groups == (("a", "b", "c", "d"),)
    assert fold([*others, wrong, judged("b", "c", "unsure", hour=2)]).groups == fold(others).groups


def test_a_later_judgement_supersedes_whoever_made_it() -> None:
    """The earlier one is not lost to the caller, but does not stand."""
    later = judged("b", "a", "negative", hour=2, who="Bob")
    result = fold([later, judged("a", "b")])

    assert result.standing["a", "b"] == later
    assert result.groups == ()


def test_a_negative_judgement_blocks_a_merge_by_way_of_others() -> None:
    """The positive one is not applied, and the path that would have joined the two is told."""
    against = judged("a", "d", "negative")
    result = fold([against, judged("a", "b", hour=1), judged("b", "c", hour=2), judged("c", "d", hour=3)])

    assert result.groups == (("a", "b", "c"),)
    (conflict,) = result.conflicts
    assert (conflict.negative, conflict.positive) == (against, judged("c", "d", hour=3))
    assert conflict.path == ("a", "b", "c", "d")


def test_a_later_negative_judgement_opens_an_identity_at_its_last_link() -> None:
    """What was judged last gives way first, and is told."""
    result = fold([judged("a", "b"), judged("b", "c", hour=1), judged("a", "c", "negative", hour=2)])

    assert result.groups == (("a", "b"),)
    assert [item.positive.pair for item in result.conflicts] == [("b", "c")]


def test_a_negative_judgement_blocks_suggesting_again() -> None:
    """Its pair, and every pair between the two identities that it keeps apart."""
    result = fold([judged("a", "b"), judged("c", "d"), judged("a", "c", "negative", hour=1)])
    told = sort_suggestions([pair("a", "c"), pair("b", "d"), pair("b", "e")], judged=result)

    assert [item.left + item.right for item, _ in told.held_back] == ["ac", "bd"]
    assert {negative.pair for _, negative in told.held_back} == {("a", "c")}
    assert [item.left + item.right for item in told.open] == ["be"]


def test_an_answered_suggestion_is_no_question_any_more() -> None:
    """Unsure is still one."""
    result = fold([judged("a", "b"), judged("b", "c"), judged("x", "y", "unsure")])
    told = sort_suggestions([pair("a", "b"), pair("a", "c"), pair("x", "y")], judged=result)

    assert [item.left + item.right for item in told.answered] == ["ab", "ac"]
    assert [item.left + item.right for item in told.open] == ["xy"]


_ACCOUNTS = "abcdef"
_JUDGEMENTS = st.lists(
    st.builds(
        judged,
        st.sampled_from(_ACCOUNTS[:3]),
        st.sampled_from(_ACCOUNTS[3:]),
        st.sampled_from([str(answer) for answer in Answer]),
        hour=st.integers(0, 5),
    ),
    max_size=14,
)


@given(_JUDGEMENTS, st.randoms(use_true_random=False))
def test_the_order_of_storage_changes_nothing(judgements: list[Judgement], shuffle: object) -> None:
    """A fold of the same judgements is the same."""
    other = list(judgements)
    shuffle.shuffle(other)  # type: ignore[attr-defined]

    assert fold(other) == fold(judgements)


@given(_JUDGEMENTS)
def test_no_identity_holds_a_negative_pair(judgements: list[Judgement]) -> None:
    """By no path."""
    result = fold(judgements)
    together = {pair for group in result.groups for pair in combinations(group, 2)}
    apart = {item.pair for item in result.standing.values() if item.answer is Answer.NEGATIVE}

    assert not together & apart


@given(_JUDGEMENTS)
def test_judgements_come_back_from_json(judgements: list[Judgement]) -> None:
    """With nothing lost."""
    assert fold(from_json(to_json(judgements))) == fold(judgements)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b'[{"left":"a"}]',
        b'[{"left":"a","right":"a","answer":"positive","who":"Alice","at":"2026-03-01T00:00:00Z","reason":"r"}]',
        b'[{"left":"a","right":"b","answer":"sure","who":"Alice","at":"2026-03-01T00:00:00Z","reason":"r"}]',
        b'[{"left":"a","right":"b","answer":"positive","who":" ","at":"2026-03-01T00:00:00Z","reason":"r"}]',
        b'[{"left":"a","right":"b","answer":"positive","who":"Alice","at":"2026-03-01T00:00:00Z","reason":""}]',
        b'[{"left":"a","right":"b","answer":"positive","who":"Alice","at":"2026-03-01T00:00:00","reason":"r"}]',
    ],
)
def test_judgements_without_person_reason_or_zone_are_refused(text: bytes) -> None:
    """Who, when and why, or nothing."""
    with pytest.raises(BadJudgements):
        from_json(text)
