"""Care of those who read: what somebody looked at is counted, breaks are proposed, the daily limit holds until another person lifts it.

The limit is in the verbs, not in the pages: words are shown through `count_item` or `count_shown`, or not at all. What was assessed
once need not be seen again. Source: care.toml (policy of the site); reference/workflow.md §5.1 (viewed_seconds), peers.md rows 30, 31.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources

import msgspec
from django.db import router, transaction
from django.db.models import F

from rempart.errors import BadInput, NotAllowed
from rempart.web.cases.events import Act, Subject, of_person, record
from rempart.web.cases.keys import blind
from rempart.web.cases.models import Assessed, Exposure
from rempart.web.cases.reports import By, required_reason
from rempart.web.people.access import NotForYou
from rempart.web.people.models import Person
from rempart.web.people.roles import Permission

MOST_MORE_MINUTES = 120
MAX_WHY_CHARS = 500
_AT_ONCE = 500  # rows in one statement


class LimitReached(NotAllowed):
    """The day's limit of exposure is reached."""


class OwnLimit(NotAllowed):
    """Nobody lifts their own limit."""


class SeenBefore(NotAllowed):
    """Somebody has assessed this; looking again needs a reason."""


class WrongMinutes(BadInput):
    """A number of minutes that is none, or too many."""


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """care.toml; seconds and items."""

    version: str
    nominal_s: int
    message_s: int
    message_signs_per_s: int
    own_again_s: int
    most_between_beats_s: int
    break_after_s: int
    break_after_items: int
    break_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one demand shows. what: a code such as "narrative" or "messages", never words; seconds: counted in advance.

    why: the reason of who looks again at what somebody has assessed; "" where nothing of it was assessed.
    """

    what: str
    subject: Subject
    seconds: int
    items: int = 1
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What somebody looked at today. is_break_due: since the last break enough for another."""

    seconds: int
    items: int
    limit_s: int
    is_break_due: bool

    @property
    def is_over(self) -> bool:
        """Whether the limit is reached."""
        return self.seconds >= self.limit_s

    @property
    def is_used_up(self) -> bool:
        """Whether the last item, begun before the limit and counted in advance, has had its time too."""
        return self.seconds >= self.limit_s + policy().nominal_s


@lru_cache(maxsize=1)
def policy() -> Policy:
    """The policy of care."""
    return msgspec.toml.decode(resources.files(__package__).joinpath("care.toml").read_bytes(), type=Policy)


def today(person: Person, *, now: datetime) -> Today:
    """What this person looked at today; reads only."""
    row = Exposure.objects.filter(person=person, day_date=now.date()).first()
    if row is None:
        return Today(seconds=0, items=0, limit_s=person.daily_limit_s, is_break_due=False)
    return Today(seconds=row.seconds, items=row.items, limit_s=row.limit_s, is_break_due=_is_break_due(row, now))


def begin(person: Person, *, now: datetime) -> Today:
    """Asks whether this person may look at anything more today. Raises: LimitReached."""
    found = today(person, now=now)
    if found.is_over:
        raise LimitReached(
            "Your limit of reading for today is reached. Take care of yourself: do something else, or go on tomorrow. "
            "A colleague who may do so can lift it."
        )
    return found


def count_item(by: By, *, what: str, subject: Subject) -> Today:
    """Counts one item that is now shown, and writes who saw what kind of thing. Raises: LimitReached.

    what: a code such as "narrative", never words. It counts `nominal_s`; `beat` corrects that to the time told by the page.
    """
    return count_shown(Shown(what=what, subject=subject, seconds=policy().nominal_s), by=by)


def count_shown(shown: Shown, *, by: By) -> Today:
    """Counts all that one demand shows, and writes one event with who, what kind and, where it is looked at again, why. Raises: LimitReached."""
    with transaction.atomic(using=_alias()):
        row = _row(by.person, by.at)
        begin(by.person, now=by.at)  # inside, so that two windows do not pass the limit together
        _rest(row, by.at)
        _go_on(row, by.at)
        row.seconds += shown.seconds
        row.items += shown.items
        row.since_break_s += shown.seconds
        row.since_break_items += shown.items
        row.credit_s = shown.seconds
        row.last_at = by.at
        row.save()
        record(
            Act(action="shown", actor=by.actor.pseudonym, at=by.at, payload=_words(shown)),
            subject=shown.subject,
        )
    return today(by.person, now=by.at)


def seconds_of(lengths: Iterable[int]) -> int:
    """The seconds that messages of these lengths (signs) count in advance when they are shown together: never more than one item does."""
    each = (max(policy().message_s, length // policy().message_signs_per_s) for length in lengths)
    return min(policy().nominal_s, sum(each))


def beat(person: Person, *, now: datetime) -> Today:
    """The page says that something is still looked at: the time since the last word of it is added, what is nominal already less.

    Long silence counts at most `most_between_beats_s`, so that a forgotten window costs nobody a day.
    """
    with transaction.atomic(using=_alias()):
        row = _row(person, now)
        _rest(row, now)
        if row.last_at is not None:
            _spend(row, min(int((now - row.last_at).total_seconds()), policy().most_between_beats_s))
        row.last_at = now
        row.save()
    return today(person, now=now)


def lift(person: Person, *, minutes: int, by: By) -> Today:
    """Gives somebody more time today, with a reason; never oneself. Raises: OwnLimit, NotForYou, NoReason, WrongMinutes."""
    if by.person.pk == person.pk:
        raise OwnLimit("Nobody lifts their own limit. Ask a colleague who may do so; nothing was changed.")
    if not by.actor.may(Permission.LIFT_LIMIT) or by.person.organisation_id != person.organisation_id:
        raise NotForYou("Your roles do not allow this. Nothing was changed.")
    reason = required_reason(by)
    if not 1 <= minutes <= MOST_MORE_MINUTES:
        raise WrongMinutes("Give from 1 to {most} minutes. Nothing was changed.", most=MOST_MORE_MINUTES)
    with transaction.atomic(using=_alias()):
        row = _row(person, by.at)
        Exposure.objects.filter(pk=row.pk).update(limit_s=F("limit_s") + minutes * 60)
        said = {"reason": reason, "minutes": minutes}
        record(Act(action="limit_lifted", actor=by.actor.pseudonym, at=by.at, payload=said), subject=of_person(person))
    return today(person, now=by.at)


def mark_assessed(kind: str, value: str, *, by: By) -> None:
    """Remembers, blind, that a person has assessed this file (kind "file", its SHA-256)."""
    Assessed.objects.get_or_create(mac=_mac(kind, value), defaults={"by": by.person, "at": by.at})


def mark_all_assessed(kind: str, values: Iterable[str], *, by: By) -> None:
    """The same of many, such as messages; whoever assesses one again is its last assessor."""
    rows = [Assessed(mac=_mac(kind, value), by=by.person, at=by.at) for value in dict.fromkeys(values)]
    Assessed.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["mac"], update_fields=["by", "at"], batch_size=_AT_ONCE
    )


def assessed_among(kind: str, values: Collection[str], *, by: By) -> frozenset[str]:
    """Those of these that somebody has assessed, and that this person is to be spared.

    What they assessed themselves less than `own_again_s` ago is not among them: one alert is often judged on several points.
    """
    macs = {_mac(kind, value): value for value in values}
    found: set[str] = set()
    for some in _portions(sorted(macs)):
        rows = Assessed.objects.filter(mac__in=some)
        own_since = by.at - timedelta(seconds=policy().own_again_s)
        spared = rows.exclude(by=by.person, at__gte=own_since).values_list("mac", flat=True)
        found |= {macs[bytes(mac)] for mac in spared}
    return frozenset(found)


def require_unseen(kind: str, value: str, *, by: By) -> None:
    """Lets somebody look again at what was assessed only with a reason. Raises: SeenBefore."""
    found = Assessed.objects.filter(mac=_mac(kind, value)).first()
    if found is not None and not by.reason.strip():
        raise SeenBefore(
            "Somebody assessed this on {day}. To look at it again, say why; it spares you what need not be seen.",
            day=found.at.date().isoformat(),
        )


def _row(person: Person, now: datetime) -> Exposure:
    row, _ = Exposure.objects.select_for_update().get_or_create(
        person=person, day_date=now.date(), defaults={"limit_s": person.daily_limit_s}
    )
    return row


def _rest(row: Exposure, now: datetime) -> None:
    """After a break the counting towards the next one begins anew."""
    if _has_rested(row, now):
        row.since_break_s, row.since_break_items = 0, 0


def _go_on(row: Exposure, now: datetime) -> None:
    """Who asks for more soon after has gone on reading what was shown; who was away for longer was elsewhere."""
    since_s = int((now - row.last_at).total_seconds()) if row.last_at is not None else 0
    if since_s <= policy().most_between_beats_s:
        _spend(row, since_s)


def _spend(row: Exposure, told_s: int) -> None:
    """Adds time that was spent looking, less what was paid for when it was shown."""
    counted = min(max(told_s, 0), row.credit_s)
    row.credit_s -= counted
    row.seconds += max(told_s, 0) - counted
    row.since_break_s += max(told_s, 0) - counted


def _words(shown: Shown) -> dict[str, object] | None:
    if shown.subject.id is None:
        return None
    why = shown.why.strip()[:MAX_WHY_CHARS]
    return {"what": shown.what, "reason": why} if why else {"what": shown.what}


def _mac(kind: str, value: str) -> bytes:
    return blind(f"assessed-{kind}", value.encode("utf-8"))


def _portions(macs: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    return (macs[start : start + _AT_ONCE] for start in range(0, len(macs), _AT_ONCE))


def _has_rested(row: Exposure, now: datetime) -> bool:
    return row.last_at is not None and now - row.last_at >= timedelta(seconds=policy().break_s)


def _is_break_due(row: Exposure, now: datetime) -> bool:
    is_much = row.since_break_s >= policy().break_after_s or row.since_break_items >= policy().break_after_items
    return is_much and not _has_rested(row, now)


def _alias() -> str:
    return router.db_for_write(Exposure)
