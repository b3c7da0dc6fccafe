"""What people of a site under test find there: a process beside the desk, python -m tests.journeys.desk.matter DATA_FOLDER. All invented."""

import secrets
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from rempart.analysis.outline import Outline, Row, decode_chunk
from rempart.analysis.paged import chunks, make_outline
from rempart.analysis.positions import find_positions
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import Purpose
from rempart.intake.report import Account, AgeBand, Answer, Category, Contact, Kind, Report, ReporterKind, Urgency
from rempart.web.config import Face, Site
from rempart.web.demo import fictional_reports
from rempart.web.setup import django_as
from tests.analysis.case import analysed
from tests.journeys.desk.house import Desk
from tests.journeys.helping import answer

NARRATIVE = "Somebody in a game asks my daughter to keep a secret, and wants to meet her behind the library."
_TOLD: dict[str, Any] = {
    "kind": Kind.CONVERSATION,
    "reporter": ReporterKind.PARENT,
    "language": "en",
    "category": Category.SECRECY_ASKED,
    "urgency": Urgency.GOING_ON,
    "age_band": AgeBand.FROM_11_TO_14,
    "contact_going_on": Answer.YES,
    "narrative": NARRATIVE,
    "contact": Contact(name="Parent Invented", email="parent@example.org"),
}
KINDS: dict[str, dict[str, Any]] = {
    "secrecy": {},
    "bullying": {
        "category": Category.BULLYING,
        "urgency": Urgency.PAST,
        "contact_going_on": Answer.NO,
        "narrative": "A mocking picture of a pupil went round in a group of the class, and was taken down.",
    },
    "same": {"narrative": "This account writes to my son too.", "accounts": (Account(service="Instagram", name="blue.cloud.27"),)},
    "content": {
        "kind": Kind.CONTENT,
        "category": Category.PUBLIC_CONTENT,
        "addresses": ("https://forum.example/thread/42",),
        "narrative": "In this thread somebody asks pupils to write to them elsewhere.",
    },
    "now": {"category": Category.MEETING, "urgency": Urgency.NOW, "narrative": "She wants to meet him at the station now."},
}  # fmt: skip


def arrive(house: Desk, *kinds: str) -> list[int]:
    """Lets reports of these kinds come in and be opened; their numbers, in this order."""
    return [int(number) for number in house.matter.act("arrive", *kinds)]


def demonstrate(house: Desk) -> None:
    """Lets the reports of the demonstration come in, each as long ago as it says."""
    house.matter.act("demonstrate")


def leave_alone(house: Desk, *numbers: int) -> None:
    """Colleagues hold all other reports for an hour."""
    house.matter.act("leave_alone", *map(str, numbers))


def set_limit(house: Desk, name: str, minutes: int) -> None:
    """How long somebody may read today."""
    house.matter.act("set_limit", name, str(minutes))


def set_reading(house: Desk, name: str, *, since_break_s: int, ago_s: int) -> None:
    """As if somebody had read for so long since a break, and the last word of it had come so many seconds ago."""
    house.matter.act("set_reading", name, str(since_break_s), str(ago_s))


def seconds_read(house: Desk, name: str) -> int:
    """What is counted of somebody's reading today."""
    return int(house.matter.act("seconds_read", name))


def furnish(house: Desk, name: str, *kinds: str) -> dict[str, str]:
    """A dossier of somebody with reports of these two kinds and an analysed chat in it: numbers and ids of its parts."""
    told = house.matter.act("furnish", name, *kinds)
    return {key: str(value) for key, value in told.items()}


# -- inside the process of its own -------------------------------------------------------------------


def _arrive(site: Site, *kinds: str) -> list[int]:
    from rempart.web.cases import models
    from rempart.web.cases.opening import open_new
    from rempart.web.door import actions
    from rempart.web.door.models import Deposit
    from rempart.web.people.accounts import home_of

    home_of("Exemple", at=datetime.now(UTC))
    ids: list[UUID] = []
    for kind in kinds:
        before = set(Deposit.objects.values_list("id", flat=True))
        means = _means(site, at=datetime.now(UTC) - timedelta(minutes=30))
        sender = actions.Sender(door=actions.Door.FORM, lane=actions.Lane.PLAIN)
        actions.receive_report(
            Report(**{**_TOLD, **KINDS[kind]}), token=secrets.token_bytes(16), sender=sender, means=means
        )
        ids += set(Deposit.objects.values_list("id", flat=True)) - before
    while open_new(site, now=datetime.now(UTC)).walked:
        pass
    numbers = dict(models.Report.objects.filter(pk__in=ids).values_list("pk", "number"))
    return [numbers[key] for key in ids]


def _demonstrate(site: Site) -> None:
    from rempart.web.cases.opening import open_new
    from rempart.web.door import actions
    from rempart.web.people.accounts import home_of

    now = datetime.now(UTC)
    home_of("Exemple", at=now)
    for told in fictional_reports():
        sender = actions.Sender(door=actions.Door.FORM, lane=actions.Lane(told.lane))
        means = _means(site, at=now - told.ago)
        actions.receive_report(told.report, token=secrets.token_bytes(16), sender=sender, means=means)
    while open_new(site, now=now).walked:
        pass


def _leave_alone(_site: Site, *numbers: str) -> None:
    from django.contrib.auth.models import User

    from rempart.web.cases.models import Report as Received
    from rempart.web.people import accounts
    from rempart.web.people.models import Person

    user, _ = User.objects.get_or_create(username="somebody-else")
    now = datetime.now(UTC)
    person = Person.objects.filter(user=user).first() or accounts.make_person(
        user, organisation=accounts.home_of("Exemple", at=now), by=accounts.OWNER, at=now
    )
    Received.objects.exclude(number__in=numbers).update(assigned_to=person, locked_until=now + timedelta(hours=1))


def _furnish(site: Site, name: str, *kinds: str) -> dict[str, object]:
    from rempart.web.cases import dossiers
    from rempart.web.cases.models import Report as Received
    from rempart.web.cases.reports import By
    from rempart.web.people.access import actor_of
    from rempart.web.people.models import Person
    from tests.web.desk.furnished import furnish as furnish_case

    lead = actor_of(Person.objects.get(user__username=name))
    beside, report = (Received.objects.get(number=number) for number in _arrive(site, *kinds))
    case = furnish_case(lead, report, beside, analysed=_analysed_chat())
    by = By(actor=lead, at=datetime.now(UTC), reason="both are of the same week")
    account = {"service": "a game", "name": "player_7", "person": str(case.person), "source": "the export"}
    dossiers.add_account(case.dossier, by=by, words_told=account)
    dossiers.add_moment(
        case.dossier, text="They begin to write.", moment="beginning of June", source="the export", by=by
    )
    return {
        "report": report.number,
        "beside": beside.number,
        "dossier": case.dossier.number,
        "analysis": str(case.analysis),
        "draft": str(_left_unfinished(site)),
    }


def _left_unfinished(site: Site) -> UUID:
    """A form that somebody began two hours ago and did not send."""
    from rempart.web.door import actions
    from rempart.web.door.models import Draft

    before = set(Draft.objects.values_list("id", flat=True))
    means = _means(site, at=datetime.now(UTC) - timedelta(hours=2))
    actions.save_draft(Report(**_TOLD), token=secrets.token_bytes(16), means=means)
    return next(iter(set(Draft.objects.values_list("id", flat=True)) - before))


def _means(site: Site, *, at: datetime) -> Any:
    from rempart.web.door.actions import Means

    recipients = Keyring(site.keys).recipients().active(Purpose.INTAKE, Purpose.ESCROW)
    return Means(recipients=recipients, at=at, draw=secrets.token_bytes)


def _analysed_chat() -> tuple[Outline, tuple[Row, ...]]:
    """The chat of the tests of analysis: one alert, and what it suggests."""
    with tempfile.TemporaryDirectory() as work:
        outcome = analysed(Path(work))
        positions = find_positions(outcome.folder / "tables")
        rows = tuple(row for raw in chunks(positions) for row in decode_chunk(raw))
        return make_outline(positions, outcome.document), rows


def _set_limit(_site: Site, name: str, minutes: str) -> None:
    from rempart.web.cases.models import Exposure
    from rempart.web.people.models import Person

    Person.objects.filter(user__username=name).update(daily_limit_s=int(minutes) * 60)
    Exposure.objects.filter(person__user__username=name).update(limit_s=int(minutes) * 60)


def _set_reading(_site: Site, name: str, since_break_s: str, ago_s: str) -> None:
    from rempart.web.cases.models import Exposure

    Exposure.objects.filter(person__user__username=name).update(
        since_break_s=int(since_break_s), credit_s=0, last_at=datetime.now(UTC) - timedelta(seconds=int(ago_s))
    )


def _seconds_read(_site: Site, name: str) -> int:
    from rempart.web.cases.models import Exposure

    return sum(Exposure.objects.filter(person__user__username=name).values_list("seconds", flat=True))


def main() -> None:
    """Does what is asked until nobody asks."""
    site = Site.at(Path(sys.argv[1]))
    django_as(site, Face.OWNER)
    verbs: dict[str, Callable[..., object]] = {
        "arrive": _arrive,
        "demonstrate": _demonstrate,
        "furnish": _furnish,
        "leave_alone": _leave_alone,
        "seconds_read": _seconds_read,
        "set_limit": _set_limit,
        "set_reading": _set_reading,
    }
    answer({verb: partial(act, site) for verb, act in verbs.items()})


if __name__ == "__main__":
    main()
