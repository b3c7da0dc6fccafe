"""Verbs on accounts that may be one person's: accepted, refused or left open by a person with a reason, one event each, never overwritten.

A judgement holds in its dossier. A later one on the same two accounts supersedes the earlier, which stays; one that is taken back no longer
counts, and the one before it does again. What the judgements give together is a pure fold (`rempart.identities.judgements`). Nothing
of it becomes an entry among the people of the dossier until a person puts it there.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import router, transaction

from rempart.identities.judgements import Answer, Judged, Judgement, fold
from rempart.web.cases import dossiers
from rempart.web.cases.dossiers import NotThere, add_identity, add_person, contents, require_item, tell, wrong_value
from rempart.web.cases.events import Told, of_dossier, words
from rempart.web.cases.folding import TAKEN_BACK
from rempart.web.cases.models import Dossier
from rempart.web.cases.reports import By, required_reason
from rempart.web.people.access import NotForYou
from rempart.web.people.roles import Permission

JUDGED = "pair_judged"
MAX_GROUNDS = 20  # sentences that an event keeps of what the pair was proposed for


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A judgement that counts or counted. grounds: what the pair was proposed for, as the page said it then."""

    id: UUID
    judgement: Judgement
    grounds: tuple[str, ...]
    is_standing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An account with the days on which it was seen, None where unknown."""

    account: str
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What somebody finds of two accounts: positive, negative or unsure. grounds: what they were proposed for, in sentences."""

    pair: tuple[str, str]
    answer: str
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Somebody among the people of a dossier: person is the id of one who is there, "" for a new one with this label and role."""

    person: str = ""
    label: str = ""
    role: str = ""


def judge_pair(dossier: Dossier, found: Finding, *, known: Collection[str], by: By) -> UUID:
    """Keeps what somebody finds of two accounts, with a reason. known: accounts of the dossier's exhibits.

    Raises: NoReason, NotWritten, NotThere, NotForYou.
    """
    _require_right(by)
    reason = required_reason(by)
    left, right = sorted(found.pair)
    if found.answer not in set(Answer):
        raise wrong_value("answer")
    if left == right or left not in known or right not in known:
        raise NotThere("These two accounts are not in the exhibits of this dossier. Nothing was changed.")
    grounds = list(found.grounds[:MAX_GROUNDS])
    said = {"left": left, "right": right, "answer": found.answer, "reason": reason, "grounds": grounds}
    with transaction.atomic(using=router.db_for_write(Dossier)):
        before = [one for one in statements(dossier) if one.is_standing and one.judgement.pair == (left, right)]
        return tell(dossier, JUDGED, by, said, supersedes=before[-1].id if before else None)


def take_back_pair(dossier: Dossier, entry: UUID, *, by: By) -> None:
    """Takes a judgement back, with a reason; the one before it counts again. Raises: NoReason, NotThere, NotForYou."""
    _require_right(by)
    if entry not in {one.id for one in statements(dossier)}:
        raise NotThere("This judgement is not in this dossier, or was taken back already. Nothing was changed.")
    dossiers.take_back(dossier, entry, by=by)


def statements(dossier: Dossier) -> tuple[Statement, ...]:
    """The judgements that were not taken back, the oldest first."""
    told = words(of_dossier(dossier), actions=frozenset({JUDGED, TAKEN_BACK}))
    gone = {event.supersedes for event in told if event.action == TAKEN_BACK}
    kept = [event for event in told if event.action == JUDGED and event.id not in gone and not event.is_erased]
    latest = {tuple(sorted((str(event.payload["left"]), str(event.payload["right"])))): event.id for event in kept}
    return tuple(_statement(event, is_standing=event.id in latest.values()) for event in kept)


def judged(told: Iterable[Statement]) -> Judged:
    """The presumed persons that these judgements give together."""
    return fold(one.judgement for one in told if one.is_standing)


def add_accounts(dossier: Dossier, seen: Sequence[Seen], *, whose: Whose, source: str, by: By) -> UUID:
    """Puts accounts that judgements hold together among the people of the dossier, as statements with their source; the person.

    Raises: NotWritten, NotThere, NotForYou.
    """
    _require_right(by)
    groups = judged(statements(dossier)).groups
    if not any(tuple(one.account for one in seen) == group for group in groups):
        raise NotThere("Nobody has judged these accounts to be one person's. Nothing was changed.")
    with transaction.atomic(using=router.db_for_write(Dossier)):
        if whose.person:
            about = require_item(contents(dossier).people, _uuid(whose.person)).id
        else:
            about = add_person(dossier, label=whose.label, role=whose.role, by=by)
        there = {(item.text("person"), item.text("value")) for item in contents(dossier).identities}
        for one in seen:
            if (str(about), one.account) not in there:
                told = {"kind": "account", "value": one.account, "source": source, "since": _day(one.first_at), "until": _day(one.last_at)}  # fmt: skip
                add_identity(dossier, about, by=by, words_told=told)
    return about


def _statement(event: Told, *, is_standing: bool) -> Statement:
    told = event.payload
    grounds = told.get("grounds")
    return Statement(
        id=event.id,
        judgement=Judgement(
            left=str(told["left"]),
            right=str(told["right"]),
            answer=Answer(str(told["answer"])),
            who=event.actor,
            at=event.at,
            reason=str(told["reason"]),
        ),
        grounds=tuple(map(str, grounds)) if isinstance(grounds, (list, tuple)) else (),
        is_standing=is_standing,
    )


def _require_right(by: By) -> None:
    if not by.actor.may(Permission.JUDGE_IDENTITY):
        raise NotForYou("Your roles do not allow this. Nothing was changed.")


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at is not None else ""


def _uuid(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise wrong_value("person") from None
