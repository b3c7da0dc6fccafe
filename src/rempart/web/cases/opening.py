"""Opens what came in: every report of the door gets its row at the desk, its place in the queue, its traces and its proposals.

Nothing is missed. The cursor walks the ledger of the door, not a clock: numbers of leaves come from the one row of Head, whose lock is held
until the commit, so whoever sees leaf n can see every leaf below it, however late its report was committed. The cursor moves in the
transaction that writes the rows; who dies before it begins again at the same leaf, and of two workers one finds the cursor moved and
writes nothing. When the door was set back (the leaf before the cursor is another one), the walk begins anew and what has a row is passed
over. `find_missed` compares the two tables without any cursor.
What cannot be opened gets a row as well, is placed by the answers that stay in clear, and is tried again when the keys change.
No word of a report is written: enums, numbers and blind traces only.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import router, transaction
from django.db.models import F, Max, QuerySet

from rempart.errors import BadInput
from rempart.web.cases.deadlines import due_at
from rempart.web.cases.events import WORKER, Act, of_report, record_all
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.likeness import RECEIPT, Mark, Proposal, Traced, find_proposals, marks_of
from rempart.web.cases.models import Cursor, Event, Link, Report, Trace
from rempart.web.cases.ranking import Explained, answers_in_clear, explain_new, place_columns
from rempart.web.cases.unsealing import NotOpened, Unsealer
from rempart.web.config import Site
from rempart.web.door.models import Deposit, Leaf, Message
from rempart.web.people.models import Organisation

CURSOR = "opening"
_MOST_MESSAGES = 32_767  # of the column


class NoHome(BadInput):
    """No organisation takes what comes by the public door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What one call did. walked: leaves passed, 0 when nothing is left; count: rows made, of which `failed` could not be read."""

    walked: int = 0
    count: int = 0
    failed: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """A deposit on its way to the desk. failure: "" when its words were read."""

    deposit: Deposit
    explained: Explained
    marks: tuple[Mark, ...]
    text: str
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """The leaves after the cursor. start, start_mark: the cursor as it was read; seq, mark: as it will be."""

    start: int
    start_mark: bytes
    seq: int
    mark: bytes
    leaves: int
    subjects: tuple[UUID, ...]


def open_new(site: Site, *, now: datetime, limit: int = 200, unsealer: Unsealer | None = None) -> Opened:
    """Opens what the next `limit` leaves of the door brought. Call it until it has walked none.

    Raises: NoHome, what the keys raise when they cannot be read, django.db.Error; then nothing is written, and the same comes again.
    """
    walk = _walk(limit)
    if walk is None:
        return Opened()
    known = unsealer or Unsealer(site.keys)
    fresh = _look(_unopened(walk.subjects), known)
    proposals = _propose(fresh, known)
    with transaction.atomic(using=_alias()):
        if not _advance(walk):
            return Opened(walked=walk.leaves)  # another worker has done it
        kept = _keep(fresh, proposals, now)
        messages = _take_messages(walk.subjects, now)
    failed = sum(bool(row.failure) for row in kept)
    return Opened(walked=walk.leaves, count=len(kept), failed=failed, messages=messages)


def retry_unread(site: Site, *, now: datetime, limit: int = 200, unsealer: Unsealer | None = None) -> int:
    """Tries again what could not be read; tells how many now can. Those stay unread that still cannot."""
    known = unsealer or Unsealer(site.keys)
    opened, last = 0, 0
    while rows := list(Report.objects.exclude(failure="").filter(number__gt=last).order_by("number")[:limit]):
        last = rows[-1].number
        deposits = Deposit.objects.filter(id__in=[row.pk for row in rows]).exclude(sealed=b"").order_by("id")
        readable = [one for one in _look(deposits, known) if not one.failure]
        proposals = _propose(readable, known)
        with transaction.atomic(using=_alias()):
            opened += _mend(readable, proposals, now)
    return opened


def find_missed(site: Site, *, now: datetime, limit: int = 200) -> int:
    """Opens every deposit without a row, cursor or not: after a repaired database there may be one. Tells how many there were."""
    known = Unsealer(site.keys)
    missed = sorted(
        set(Deposit.objects.values_list("id", flat=True)) - set(Report.objects.values_list("id", flat=True))
    )
    made = 0
    for start in range(0, len(missed), limit):
        fresh = _look(_unopened(missed[start : start + limit]), known)
        proposals = _propose(fresh, known)
        with transaction.atomic(using=_alias()):
            _cursor().update(seq=F("seq"))  # nobody else makes rows until we are done
            made += len(_keep(fresh, proposals, now))
    return made


# -- the walk along the ledger --------------------------------------------------------------------------


def _walk(limit: int) -> _Walk | None:
    cursor = Cursor.objects.filter(name=CURSOR).first()
    seq, mark = (cursor.seq, bytes(cursor.mark)) if cursor else (0, b"")
    rows = list(Leaf.objects.filter(seq__gte=max(seq - 1, 0)).order_by("seq")[: limit + bool(seq)])
    if seq:
        if not rows or rows[0].seq != seq - 1 or _mark(rows[0]) != mark:
            rows = list(Leaf.objects.order_by("seq")[:limit])  # the door is not the one that was read
        else:
            rows = rows[1:]
    if not rows:
        return None
    return _Walk(
        start=seq,
        start_mark=mark,
        seq=rows[-1].seq + 1,
        mark=_mark(rows[-1]),
        leaves=len(rows),
        subjects=tuple(row.subject for row in rows if row.subject is not None),
    )


def _advance(walk: _Walk) -> bool:
    """Moves the cursor, unless it has moved since it was read; who does has the row until the commit."""
    here = _cursor().filter(seq=walk.start, mark=walk.start_mark)
    return bool(here.update(seq=walk.seq, mark=walk.mark))


def _cursor() -> QuerySet[Cursor]:
    """The one row, made when it is not there yet. Inside a transaction."""
    Cursor.objects.get_or_create(name=CURSOR, defaults={"seq": 0, "mark": b""})
    return Cursor.objects.filter(name=CURSOR)


def _mark(leaf: Leaf) -> bytes:
    return hashlib.sha256(bytes(leaf.data)).digest()


# -- looking, outside of the transaction ----------------------------------------------------------------


def _unopened(subjects: Sequence[UUID]) -> list[Deposit]:
    """Those of these rows that are reports without a row at the desk, in the order given; what was erased has nothing to open."""
    there = set(Report.objects.filter(id__in=subjects).values_list("id", flat=True))
    found = Deposit.objects.filter(id__in=set(subjects) - there).exclude(sealed=b"").in_bulk()
    return [found[subject] for subject in subjects if subject in found]


def _look(deposits: Iterable[Deposit], unsealer: Unsealer) -> list[_Fresh]:
    return [_look_at(deposit, unsealer) for deposit in deposits]


def _look_at(deposit: Deposit, unsealer: Unsealer) -> _Fresh:
    marks: tuple[Mark, ...] = ()
    text, failure = "", ""
    try:
        told = unsealer.open(bytes(deposit.sealed))
        marks, text = marks_of(told), told.narrative or ""
    except NotOpened as error:
        told, failure = answers_in_clear(deposit), str(error.failure)
    explained = explain_new(told, at=deposit.received_at)
    return _Fresh(deposit=deposit, explained=explained, marks=marks, text=text, failure=failure)


def _propose(fresh: Sequence[_Fresh], unsealer: Unsealer) -> tuple[Proposal, ...]:
    """What the new ones share with others, and who wrote under one receipt."""

    def texts(ids: Iterable[UUID]) -> Mapping[UUID, str]:
        return {key: words.narrative or "" for key, words in unsealer.words_of(ids).items()}

    new = [Traced(id=one.deposit.id, marks=one.marks, text=one.text) for one in fresh]
    return (*find_proposals(new, texts=texts), *_same_receipt(fresh))


def _same_receipt(fresh: Sequence[_Fresh]) -> list[Proposal]:
    """Each later report under a code with the first one under it."""
    own = {one.deposit.id for one in fresh}
    lookups = {bytes(one.deposit.lookup) for one in fresh}
    kept = Report.objects.filter(lookup__in=lookups).exclude(id__in=own).order_by("-number")
    first = {bytes(lookup): key for key, lookup in kept.values_list("id", "lookup")}
    found: list[Proposal] = []
    for one in fresh:
        other = first.setdefault(bytes(one.deposit.lookup), one.deposit.id)
        if other != one.deposit.id:
            found.append(Proposal(new=one.deposit.id, other=other, kinds=(RECEIPT,), similarity=None))
    return found


# -- keeping, inside of it ------------------------------------------------------------------------------


def _keep(seen: Sequence[_Fresh], proposals: Sequence[Proposal], now: datetime) -> list[Report]:
    """Writes those that have no row meanwhile; the caller holds the cursor, so that numbers have no gap and none comes twice."""
    there = set(Report.objects.filter(id__in=[one.deposit.id for one in seen]).values_list("id", flat=True))
    fresh = [one for one in seen if one.deposit.id not in there]
    if not fresh:
        return []
    home = _home()
    first = (Report.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    rows = [_row(one, number, home, now) for number, one in enumerate(fresh, start=first)]
    Report.objects.bulk_create(rows)
    _keep_traces(fresh)
    _keep_links(proposals, now)
    acts = [Act(action="not_opened" if row.failure else "opened", actor=WORKER, at=now) for row in rows]
    record_all([(act, of_report(row)) for act, row in zip(acts, rows, strict=True)])
    return rows


def _row(one: _Fresh, number: int, home: Organisation, now: datetime) -> Report:
    deposit = one.deposit
    row = Report(
        id=deposit.id,
        number=number,
        organisation=home,
        received_at=deposit.received_at,
        opened_at=now,
        lookup=bytes(deposit.lookup),
        door=deposit.door,
        lane=deposit.lane,
        kind=deposit.kind,
        reporter=deposit.reporter,
        category=deposit.category,
        urgency=deposit.urgency,
        age_band=deposit.age_band,
        contact_going_on=deposit.contact_going_on,
        language=deposit.language,
        files=deposit.files,
        failure=one.failure,
        status=Status.TO_TRIAGE,
    )
    place_columns(row, one.explained)
    row.due_at = due_at(row.level, since_at=deposit.received_at)
    return row


def _keep_traces(fresh: Sequence[_Fresh]) -> None:
    Trace.objects.bulk_create(
        [Trace(kind=mark.kind, mac=mark.mac, report_id=one.deposit.id) for one in fresh for mark in one.marks]
    )


def _keep_links(proposals: Sequence[Proposal], now: datetime) -> None:
    """One link a pair, the one that came first as `a`; a pair that has been judged keeps its judgement.

    What a person proposed and took back is proposed anew, by the traces.
    """
    ids = {key for one in proposals for key in (one.new, one.other)}
    numbers = dict(Report.objects.filter(id__in=ids).values_list("id", "number"))
    pairs: dict[tuple[UUID, UUID], tuple[set[str], float | None]] = {}
    for one in proposals:
        if one.new not in numbers or one.other not in numbers:
            continue
        a, b = sorted((one.new, one.other), key=numbers.__getitem__)
        kinds, alike = pairs.get((a, b), (set(), None))
        pairs[a, b] = (kinds | set(one.kinds), one.similarity if one.similarity is not None else alike)
    Link.objects.bulk_create(
        [
            Link(id=_uuid(), a_id=a, b_id=b, kinds=" ".join(sorted(kinds)), similarity=alike, state="proposed", at=now)
            for (a, b), (kinds, alike) in pairs.items()
        ],
        ignore_conflicts=True,
    )
    for link in Link.objects.filter(state="withdrawn", a__in={a for a, _ in pairs}, b__in={b for _, b in pairs}):
        if (link.a_id, link.b_id) in pairs:
            kinds, alike = pairs[link.a_id, link.b_id]
            told = {"kinds": " ".join(sorted(kinds)), "similarity": alike, "at": now}
            Link.objects.filter(pk=link.pk).update(**told, state="proposed", proposed_by=None)


def _mend(readable: Sequence[_Fresh], proposals: Sequence[Proposal], now: datetime) -> int:
    """Writes what is known now of reports that could not be read before; of two workers one finds nothing to do."""
    waiting = Report.objects.select_for_update().filter(id__in=[one.deposit.id for one in readable]).exclude(failure="")
    rows = {row.pk: row for row in waiting.order_by("number")}
    mended = [one for one in readable if one.deposit.id in rows]
    for one in mended:
        row = rows[one.deposit.id]
        row.failure = ""
        place_columns(row, one.explained)
        row.due_at = due_at(row.level, since_at=row.received_at) if row.is_open else row.due_at
        row.save()
    _keep_traces(mended)
    _keep_links([one for one in proposals if one.new in rows], now)
    record_all([(Act(action="opened", actor=WORKER, at=now), of_report(row)) for row in rows.values()])
    return len(mended)


def _take_messages(subjects: Sequence[UUID], now: datetime) -> int:
    """Counts new messages of reporters on the report that they are about; who was asked for more and answers is back in the queue.

    The event bears the id of the message, so that a message counts once even when the walk begins anew.
    """
    messages = list(
        Message.objects.filter(id__in=subjects, from_reporter=True).only("id", "lookup").order_by("sent_at", "id")
    )
    done = set(Event.objects.filter(id__in=[one.id for one in messages]).values_list("id", flat=True))
    acts: list[tuple[Act, Report]] = []
    for message in messages:
        report = None if message.id in done else _addressed(bytes(message.lookup))
        if report is not None:
            acts.append((Act(action="message_came", actor=WORKER, at=now, id=message.id), report))
            acts += [(Act(action="more_received", actor=WORKER, at=now), report)] * _bring_back(report, now)
    record_all([(act, of_report(report)) for act, report in acts])
    return sum(act.id is not None for act, _ in acts)


def _addressed(lookup: bytes) -> Report | None:
    """The report that messages under a code are about: one that is open before one at rest, then the first."""
    rows = Report.objects.select_for_update(of=("self",)).filter(lookup=lookup)
    return rows.order_by("-is_open", "number").first()


def _bring_back(report: Report, now: datetime) -> bool:
    """Counts the message; True when it brings the report back to be looked at."""
    is_answer = report.status == Status.MORE_ASKED
    report.messages = min(report.messages + 1, _MOST_MESSAGES)
    if is_answer:
        report.status, report.is_open = Status.TO_TRIAGE, True
        report.due_at = due_at(report.level, since_at=now)
    report.save(update_fields=["messages", "status", "is_open", "due_at"])
    return is_answer


def _home() -> Organisation:
    """Where what comes by the public door goes. Raises: NoHome."""
    home = Organisation.objects.filter(is_home=True).first()
    if home is None:
        raise NoHome(
            "This site has no organisation that its reports belong to. They are kept, sealed; run `rempart site upgrade`."
        )
    return home


def _uuid() -> UUID:
    return UUID(bytes=secrets.token_bytes(16), version=4)


def _alias() -> str:
    return router.db_for_write(Report)
