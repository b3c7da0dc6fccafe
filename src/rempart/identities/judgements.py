"""Layer 3: only a person's judgement holds accounts together or apart; identities are a pure fold of all judgements ever made.

A judgement is never rewritten: a later one about the same two accounts supersedes it, and both stay. Taking a judgement back is a new
one, `unsure`; the identities are then exactly what they would have been without it.
A negative judgement stands before every positive one: its pair is not suggested again, and a positive one that would bring the two into
one identity by way of others is not applied, but told as a conflict with the path that led there.
Invariants, tested: the order in which the same judgements are stored changes nothing; no identity holds a negative pair.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from rempart.errors import BadInput
from rempart.identities.suggest import Suggestion

Pair = tuple[str, str]


class BadJudgements(BadInput):
    """Judgements that cannot be used; nothing was taken of them."""


class Answer(StrEnum):
    """What a person says of two accounts: one person's, not one person's, cannot say."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNSURE = "unsure"


class Judgement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person's answer on two different accounts. at: aware; who and reason: never empty."""

    left: str
    right: str
    answer: Answer
    who: str
    at: datetime
    reason: str

    @property
    def pair(self) -> Pair:
        """The two accounts in the order of their ids."""
        return (self.left, self.right) if self.left < self.right else (self.right, self.left)


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A positive judgement that is not applied. negative: the one in its way; path: accounts, from one of its two to the other."""

    positive: Judgement
    negative: Judgement
    path: tuple[str, ...]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Presumed persons. groups: accounts of two and more, ordered; standing: the latest judgement of each pair; conflicts: by instant."""

    groups: tuple[tuple[str, ...], ...]
    standing: Mapping[Pair, Judgement]
    conflicts: tuple[Conflict, ...]


class Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """Suggestions seen with the judgements. open: to be judged; held_back: with the negative judgement that holds them back;
    answered: judged positive, or already in one identity."""

    open: tuple[Suggestion, ...]
    held_back: tuple[tuple[Suggestion, Judgement], ...]
    answered: tuple[Suggestion, ...]


def fold(judgements: Iterable[Judgement]) -> Judged:
    """The identities that the judgements give; any order of the same judgements gives the same. Raises: BadJudgements."""
    standing = _standing(judgements)
    negatives = [item for item in standing.values() if item.answer is Answer.NEGATIVE]
    links: dict[str, list[str]] = defaultdict(list)
    conflicts: list[Conflict] = []
    for item in sorted(standing.values(), key=_order):
        if item.answer is Answer.POSITIVE:
            left, right = item.pair
            links[left].append(right)
            links[right].append(left)
            conflict = _conflict(item, negatives, links)
            if conflict:
                links[left].remove(right)
                links[right].remove(left)
                conflicts.append(conflict)
    return Judged(groups=_groups(links), standing=standing, conflicts=tuple(conflicts))


def sort_suggestions(suggestions: Iterable[Suggestion], *, judged: Judged) -> Sorted:
    """Which suggestions are still questions. One judged `unsure` stays open; one between two identities, or between an identity and an
    account, that a negative judgement keeps apart is held back."""
    group_of = {account: group for group in judged.groups for account in group}
    apart = {pair: item for pair, item in judged.standing.items() if item.answer is Answer.NEGATIVE}
    still: list[Suggestion] = []
    held: list[tuple[Suggestion, Judgement]] = []
    answered: list[Suggestion] = []
    for item in suggestions:
        left, right = (group_of.get(account, (account,)) for account in (item.left, item.right))
        negative = _between(left, right, apart)
        standing = judged.standing.get((item.left, item.right))
        if negative:
            held.append((item, negative))
        elif item.right in left or (standing and standing.answer is Answer.POSITIVE):
            answered.append(item)
        else:
            still.append(item)
    return Sorted(open=tuple(still), held_back=tuple(held), answered=tuple(answered))


def to_json(judgements: Sequence[Judgement]) -> bytes:
    """The judgements as a JSON list, oldest first."""
    return msgspec.json.format(msgspec.json.encode(sorted(judgements, key=_order)), indent=1)


def from_json(untrusted: bytes) -> tuple[Judgement, ...]:
    """The judgements of a JSON list. Raises: BadJudgements."""
    try:
        told = msgspec.json.decode(untrusted, type=tuple[Judgement, ...])
    except msgspec.DecodeError as error:
        raise BadJudgements(
            "The judgements cannot be read as JSON of the form that docs/identities.md tells."
        ) from error
    for item in told:
        check(item)
    return told


def check(item: Judgement) -> None:
    """Refuses a judgement that does not say about whom, when, by whom and why. Raises: BadJudgements."""
    if item.left == item.right:
        raise BadJudgements("A judgement is about two different accounts; one names the same account twice.")
    if item.at.tzinfo is None:
        raise BadJudgements("The instant of a judgement has no time zone.")
    if not item.who.strip() or not item.reason.strip():
        raise BadJudgements("A judgement says who made it and why; one of the two is empty.")


def _standing(judgements: Iterable[Judgement]) -> dict[Pair, Judgement]:
    latest: dict[Pair, Judgement] = {}
    for item in judgements:
        check(item)
        known = latest.get(item.pair)
        if known is None or _order(item) > _order(known):
            latest[item.pair] = item
    return dict(sorted(latest.items()))


def _order(item: Judgement) -> tuple[float, Pair, str, str, str]:
    """By instant; of one instant, by accounts, then so that `unsure` and `positive` do not win over `negative` by chance."""
    rank = {Answer.POSITIVE: "a", Answer.UNSURE: "b", Answer.NEGATIVE: "c"}[item.answer]
    return item.at.timestamp(), item.pair, rank, item.who, item.reason


def _conflict(
    positive: Judgement, negatives: Sequence[Judgement], links: Mapping[str, Sequence[str]]
) -> Conflict | None:
    joined = _reached(positive.left, links)
    for negative in negatives:
        if negative.left in joined and negative.right in joined:
            return Conflict(positive=positive, negative=negative, path=_path(negative.pair, links))
    return None


def _reached(start: str, links: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Every account that links lead to, each with the one before it; breadth first."""
    before = {start: start}
    queue = deque([start])
    while queue:
        account = queue.popleft()
        for other in sorted(links.get(account, ())):
            if other not in before:
                before[other] = account
                queue.append(other)
    return before


def _path(pair: Pair, links: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    before = _reached(pair[0], links)
    path = [pair[1]]
    while path[-1] != pair[0]:
        path.append(before[path[-1]])
    return tuple(reversed(path))


def _groups(links: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    seen: set[str] = set()
    groups: list[tuple[str, ...]] = []
    for account in sorted(links):
        if account not in seen:
            group = tuple(sorted(_reached(account, links)))
            seen.update(group)
            if len(group) > 1:
                groups.append(group)
    return tuple(groups)


def _between(left: Sequence[str], right: Sequence[str], apart: Mapping[Pair, Judgement]) -> Judgement | None:
    for one in left:
        for other in right:
            found = apart.get((one, other) if one < other else (other, one))
            if found:
                return found
    return None
