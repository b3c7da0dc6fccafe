"""What the page of a report reads beside the report itself: its history, its links, its messages, what surrounds it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from rempart.errors import RempartError
from rempart.evidence.keyring import Keyring
from rempart.evidence.sealing import unseal
from rempart.intake.report import Report as Words
from rempart.web.cases.events import Told, history, of_dossier, of_report, words
from rempart.web.cases.folding import fold
from rempart.web.cases.keys import blind
from rempart.web.cases.models import Assessed, Dossier, Event, Link, Report
from rempart.web.cases.unsealing import NotOpened, Unsealer
from rempart.web.desk.histories import Entry
from rempart.web.door.models import Deposit, Mailbox, Message
from rempart.web.people.access import Actor, visible_among, visible_dossiers, visible_reports
from rempart.web.people.models import Person
from rempart.web.people.roles import ROLES, Permission

MOST_ENTRIES = 200
MOST_LINKS = 100
MOST_DOSSIERS = 50
MOST_MESSAGES = 200
_JUDGED = frozenset({"joined", "joined_other", "link_refused"})
_PROPOSED = frozenset({"link_proposed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkJudged:
    """A link as the reader sees it. other: the report at its other end; judged: the event of the judgement.

    Before one, judged is the event of the proposal where a person made it, None where the traces did.
    """

    link: Link
    other: Report
    judged: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message of the reporter. text: None where it cannot be read here now."""

    sent_at: datetime
    text: str | None


def read_words(report: Report) -> Words | None:
    """What was told; None where it cannot be read here now, or was erased."""
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    deposit = Deposit.objects.filter(pk=report.pk).first()
    if deposit is None or not bytes(deposit.sealed):
        return None
    try:
        return Unsealer(SITE.keys).open(bytes(deposit.sealed))
    except NotOpened:
        return None


def read_history(report: Report) -> tuple[Told, ...]:
    """Every event of the report with its words, the oldest first."""
    return history(of_report(report))


def latest_entries(report: Report, told: Sequence[Told], *, most: int = MOST_ENTRIES) -> tuple[Entry, ...]:
    """The latest events with the numbers of their leaves, the latest first."""
    leaves = dict(Event.objects.filter(subject=report.pk).order_by("-seq").values_list("id", "seq")[:most])
    return tuple(Entry(told=one, leaf=leaves[one.id]) for one in reversed(told) if one.id in leaves)


def known_numbers(actor: Actor, numbers: Iterable[int]) -> frozenset[int]:
    """Those of these reports that the reader may know of."""
    return frozenset(visible_reports(actor).filter(number__in=set(numbers)).values_list("number", flat=True))


def links_of(report: Report, told: Sequence[Told], *, actor: Actor) -> tuple[LinkJudged, ...]:
    """The proposals on this report whose other end the reader may know of: those to be judged first, then the latest."""
    rows = Link.objects.select_related("a", "b").filter(Q(a=report.pk) | Q(b=report.pk)).exclude(state="withdrawn")
    listed = list(rows.order_by("-at", "pk")[:MOST_LINKS])
    seen = visible_among(actor, [key for row in listed for key in (row.a_id, row.b_id)])
    judged = {str(one.payload.get("link")): one for one in told if one.action in _JUDGED}
    proposed = {str(one.payload.get("link")): one for one in told if one.action in _PROPOSED}
    found = [
        LinkJudged(
            link=row,
            other=row.b if row.a_id == report.pk else row.a,
            judged=_event_of(row, judged, proposed),
        )
        for row in listed
        if {row.a_id, row.b_id} <= seen
    ]
    return tuple(sorted(found, key=lambda one: one.link.state != "proposed"))


def _event_of(link: Link, judged: Mapping[str, Told], proposed: Mapping[str, Told]) -> Told | None:
    """What a person did of the link last, as far as it still counts."""
    if link.state != "proposed":
        return judged.get(str(link.pk))
    return proposed.get(str(link.pk)) if link.proposed_by_id is not None else None


def letters_of(report: Report) -> tuple[Letter, ...]:
    """The messages of the reporter on this report, unsealed, the oldest first. To read them is counted by the caller."""
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    rows = _messages(report)
    identities = Keyring(SITE.keys).identities() if rows else ()
    return tuple(Letter(sent_at=row.sent_at, text=_text(bytes(row.sealed), identities)) for row in rows)


def count_letters(report: Report) -> int:
    """How many messages of the reporter came on this report."""
    return Event.objects.filter(subject=report.pk, action="message_came").count()


def mailbox_status(report: Report) -> str:
    """How far the reporter is told that the report is; "" when there is no mailbox any more."""
    return Mailbox.objects.filter(lookup=bytes(report.lookup)).values_list("status", flat=True).first() or ""


def is_known_dossier(actor: Actor, dossier: Dossier) -> bool:
    """Whether the reader may open this dossier."""
    return actor.may(Permission.READ_DOSSIER) and visible_dossiers(actor).filter(pk=dossier.pk).exists()


def own_dossiers(actor: Actor) -> tuple[tuple[Dossier, str], ...]:
    """Dossiers that this person works on, with their titles, the latest first."""
    mine = visible_dossiers(actor).filter(members__person=actor.person.pk, members__until_at=None)
    return tuple((row, title_of(row)) for row in mine.order_by("-number").distinct()[:MOST_DOSSIERS])


def title_of(dossier: Dossier) -> str:
    """The title of a dossier; "" when its words were erased."""
    return fold(words(of_dossier(dossier), actions=frozenset({"dossier_opened", "dossier_renamed"}))).title


def colleagues(actor: Actor) -> tuple[Person, ...]:
    """Others of the same organisation who may sort reports, by name."""
    roles = [str(role) for role, permissions in ROLES.items() if Permission.TRIAGE_REPORT in permissions]
    people = Person.objects.select_related("user").filter(
        organisation=actor.person.organisation_id, user__is_active=True, grants__role__in=roles, grants__until_at=None
    )
    return tuple(people.exclude(pk=actor.person.pk).order_by("user__username").distinct())


def _messages(report: Report) -> list[Message]:
    """Those that the worker counted on this report: the event bears the id of the message."""
    came = Event.objects.filter(subject=report.pk, action="message_came").order_by("-seq").values_list("id", flat=True)
    ids = list(came[:MOST_MESSAGES])
    return list(Message.objects.filter(id__in=ids, from_reporter=True).order_by("sent_at", "id"))


def _text(sealed: bytes, identities: Sequence[str]) -> str | None:
    """None where no key here opens it, or where a rule emptied it."""
    try:
        return unseal(sealed, identities=identities).decode("utf-8", "replace") if sealed else None
    except RempartError:
        return None


def stated_facts(told: Iterable[Told]) -> Mapping[UUID, Told]:
    """Statements on the report that nobody took back, by their ids, in the order of time."""
    listed = list(told)
    gone = {one.supersedes for one in listed if one.action == "taken_back"}
    return {one.id: one for one in listed if one.action == "fact_stated" and one.id not in gone}


def assessed_dates(hashes: Iterable[str]) -> Mapping[str, date]:
    """Which of these files (SHA-256) somebody has assessed, and on which day."""
    macs = {blind("assessed-file", value.encode("utf-8")): value for value in hashes}
    rows = Assessed.objects.filter(mac__in=list(macs)).values_list("mac", "at")
    return {macs[bytes(mac)]: at.date() for mac, at in rows}
