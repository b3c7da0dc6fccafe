"""Reports as the worker leaves them: sealed at the door, with a row of the desk."""

import hashlib
from uuid import UUID

from rempart.evidence.keys import recipient_of
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.web.cases import models
from rempart.web.door import actions
from rempart.web.door.actions import Door, Lane, Means, Sender
from rempart.web.door.models import Deposit
from rempart.web.people.models import Organisation
from tests.web.conftest import INTAKE, NOON

TRIAGE = (
    "received_at",
    "lookup",
    "door",
    "lane",
    "kind",
    "reporter",
    "category",
    "urgency",
    "age_band",
    "contact_going_on",
)


def told(narrative: str) -> Report:
    """A report with these words."""
    return Report(kind=Kind.SITUATION, reporter=ReporterKind.PARENT, language="fr", narrative=narrative)


def receive(report: Report, *, number: int, identity: str = INTAKE) -> UUID:
    """Seals and keeps a report; the id of its deposit."""
    draws = iter(hashlib.sha256(f"{number}/{place}".encode()).digest() for place in range(100))
    means = Means(recipients=(recipient_of(identity),), at=NOON, draw=lambda count: next(draws)[:count])
    before = set(Deposit.objects.values_list("id", flat=True))
    token = hashlib.sha256(number.to_bytes(4, "big")).digest()
    actions.receive_report(report, token=token, sender=Sender(door=Door.FORM, lane=Lane.PLAIN), means=means)
    (received,) = set(Deposit.objects.values_list("id", flat=True)) - before
    return received


def open_row(deposit: UUID, *, number: int, failure: str = "") -> None:
    """The row that says that a deposit was opened."""
    row = Deposit.objects.get(id=deposit)
    organisation, _ = Organisation.objects.get_or_create(name="Association A", is_home=True)
    models.Report(
        **{name: getattr(row, name) for name in TRIAGE},
        id=deposit,
        number=number,
        organisation=organisation,
        opened_at=NOON,
        language=row.language,
        files=row.files,
        failure=failure,
        status="new",
        level=4,
        points_min=0.0,
        points_max=0.0,
        reasons="",
        order=0,
    ).save(force_insert=True)


def open_report(narrative: str, *, number: int, identity: str = INTAKE) -> UUID:
    """A report with these words, received and opened."""
    deposit = receive(told(narrative), number=number, identity=identity)
    open_row(deposit, number=number)
    return deposit
