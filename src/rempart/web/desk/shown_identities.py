"""What the page of presumed identities shows: pairs that are still a question, what people judged, and what that gives together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.analysis.sections import HeldIdentifier
from rempart.identities.judgements import Answer, Judged
from rempart.web.cases.identities import Statement, judged
from rempart.web.desk.dossier_words import PAIRS_TOLD
from rempart.web.desk.histories import Names, named, names_of
from rempart.web.desk.queries.identities import Pair, Proposal, Proposed
from rempart.web.desk.words import word
from rempart.web.public.languages import language
from rempart.wording import wording

PAGE = 20  # pairs
MOST_ROWS, MOST_SPOTS = 12, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account with what the exhibits hold of it. rows: (what, value, basis and period, address of the message or "")."""

    id: str
    name: str
    rows: tuple[tuple[str, str, str, str], ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairShown:
    """A pair to judge. key: tells forms apart; reasons: (sentence, weight in words); spots: (address, number) of messages."""

    key: str
    left: Account
    right: Account
    probability: str
    reasons: tuple[tuple[str, str], ...]
    shared: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    rivals: tuple[str, ...]
    is_across: bool
    before: str

    @property
    def sides(self) -> tuple[Account, Account]:
        """Both accounts."""
        return self.left, self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedShown:
    """A judgement. undo_url: "" where the reader may not, or it no longer counts."""

    key: str
    left: str
    right: str
    answer: str
    told: str
    reason: str
    grounds: tuple[str, ...]
    is_standing: bool
    undo_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShown:
    """Accounts that judgements hold together. value: their ids, as a form sends them."""

    key: str
    accounts: tuple[tuple[str, str], ...]
    value: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictShown:
    """A judgement that is not applied, because another one keeps two accounts of the chain apart."""

    pair: str
    against: str
    path: str


def pairs_of(told: Proposed, *, first: int, most: int) -> tuple[PairShown, ...]:
    """Pairs that are still a question, some of them."""
    standing = {one.judgement.pair: one for one in told.told if one.is_standing}
    authors = names_of({one.judgement.who for one in told.told})
    return tuple(
        _pair(told.proposals[item.left, item.right], number, told, standing=standing, authors=authors)
        for number, item in list(enumerate(told.sorted.open, 1))[first : first + most]
    )


def judged_of(told: Proposed, *, number: int, may_judge: bool) -> tuple[JudgedShown, ...]:
    """Every judgement that was not taken back, the latest first."""
    authors = names_of({one.judgement.who for one in told.told})
    return tuple(_judged(one, told.names, authors, number=number, may_judge=may_judge) for one in told.told[::-1])


def groups_of(told: Proposed) -> tuple[GroupShown, ...]:
    """What the judgements give together: presumed to be one person's, and by whom."""
    found = judged(told.told)
    authors = names_of({one.judgement.who for one in told.told})
    return tuple(_group(group, place, found, told, authors) for place, group in enumerate(found.groups, 1))


def conflicts_of(told: Proposed) -> tuple[ConflictShown, ...]:
    """Judgements that contradict each other by way of others; nothing was joined by them."""
    return tuple(
        ConflictShown(
            pair=_both(one.positive.pair, told.names),
            against=_both(one.negative.pair, told.names),
            path=" → ".join(told.names.get(account, account) for account in one.path),
        )
        for one in judged(told.told).conflicts
    )


def grounds_of(proposal: Proposal) -> tuple[str, ...]:
    """What a pair is proposed for, in sentences, as an event keeps it."""
    told = [*(reason.sentence for reason in proposal.reasons), *(sentence for sentence, _, _ in proposal.shared)]
    if proposal.probability is not None:
        told.insert(0, _("Probability of the model: {share}").format(share=_share(proposal.probability)))
    return tuple(told)


def _pair(
    one: Proposal, number: int, told: Proposed, *, standing: Mapping[Pair, Statement], authors: Names
) -> PairShown:
    left, right = one.pair
    before = standing.get(one.pair)
    return PairShown(
        key=str(number),
        left=_account(left, told),
        right=_account(right, told),
        probability=_share(one.probability) if one.probability is not None else "",
        reasons=tuple((reason.sentence, _weight(reason.bits)) for reason in one.reasons),
        shared=tuple((sentence, _spots(spots.first, analysis)) for sentence, spots, analysis in one.shared),
        rivals=one.rivals,
        is_across=one.is_across,
        before=_told(before, authors) if before is not None else "",
    )


def _account(account: str, told: Proposed) -> Account:
    rows = told.held.get(account, ())
    return Account(
        id=account,
        name=told.names.get(account, account),
        rows=tuple(_row(held, analysis) for held, analysis in rows[:MOST_ROWS]),
        more=max(0, len(rows) - MOST_ROWS),
    )


def _row(held: HeldIdentifier, analysis: UUID) -> tuple[str, str, str, str]:
    kinds = {
        "phone": _("telephone"), "email": _("e-mail"), "platform_id": _("id of the platform"), "handle": _("handle"), "name": _("name"),
        "crypto": _("wallet"), "url": _("address on the net"), "ip": _("IP address"),
    }  # fmt: skip
    bases = {"export": _("in the export"), "stated": _("stated in a message"), "service": _("in a service line")}
    days = [at.strftime("%Y-%m-%d") for at in (held.first_at, held.last_at) if at is not None]
    period = " – ".join(dict.fromkeys(days))
    url = _message(analysis, held.at) if held.at is not None else ""
    return (
        kinds.get(held.kind, held.kind),
        held.value,
        ", ".join(filter(None, (bases.get(held.basis, held.basis), period))),
        url,
    )


def _judged(one: Statement, names: Mapping[str, str], authors: Names, *, number: int, may_judge: bool) -> JudgedShown:
    left, right = one.judgement.pair
    return JudgedShown(
        key=str(one.id),
        left=names.get(left, left),
        right=names.get(right, right),
        answer=word(PAIRS_TOLD, one.judgement.answer),
        told=_who_and_when(one, authors),
        reason=one.judgement.reason,
        grounds=one.grounds,
        is_standing=one.is_standing,
        undo_url=reverse("dossier_pair_back", args=[number, one.id]) if may_judge else "",
    )


def _group(group: Sequence[str], place: int, found: Judged, told: Proposed, authors: Names) -> GroupShown:
    inside = [
        item
        for pair, item in found.standing.items()
        if item.answer is Answer.POSITIVE and pair[0] in group and pair[1] in group
    ]
    last = max(inside, key=lambda item: item.at)
    people = ", ".join(dict.fromkeys(named(item.who, authors) for item in inside))
    said = _("Presumed the same person, judged by {people} on {day}").format(
        people=people, day=last.at.strftime("%Y-%m-%d")
    )
    return GroupShown(
        key=str(place),
        accounts=tuple((told.names.get(account, account), account) for account in group),
        value="\n".join(group),
        told=said,
    )


def _told(one: Statement, authors: Names) -> str:
    return f"{word(PAIRS_TOLD, one.judgement.answer)}: {_who_and_when(one, authors)}, {one.judgement.reason}"


def _who_and_when(one: Statement, authors: Names) -> str:
    return _("{name} on {day}").format(
        name=named(one.judgement.who, authors), day=one.judgement.at.strftime("%Y-%m-%d")
    )


def _both(pair: Pair, names: Mapping[str, str]) -> str:
    return " + ".join(names.get(account, account) for account in pair)


def _spots(places: Sequence[int], analysis: UUID | None) -> tuple[tuple[str, int], ...]:
    return tuple((_message(analysis, at), at + 1) for at in places[:MOST_SPOTS]) if analysis is not None else ()


def _message(analysis: UUID, at: int) -> str:
    return f"{reverse('conversation', args=[analysis])}?at={at}#m{at}"


def _share(probability: float) -> str:
    return wording(language()).percent(min(probability, 0.9999), digits=2)


def _weight(bits: float) -> str:
    number = wording(language()).number(abs(bits), digits=1)
    return (_("for: {bits} bits") if bits > 0 else _("against: {bits} bits")).format(bits=number)
