"""What partners send and get, strictly: unknown fields are refused, sizes are those of `intake.report`, nothing is guessed.

The docstrings and descriptions here are the text of openapi.json.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rempart.intake.answers import clean
from rempart.intake.report import (
    MAX_ITEMS,
    MAX_LINE_CHARS,
    MAX_NARRATIVE_CHARS,
    Account,
    AgeBand,
    Answer,
    Attachment,
    Category,
    Contact,
    Kind,
    Report,
    ReporterKind,
    Urgency,
)
from rempart.web.api.refusals import Fault

MAX_EXPORTS = 10
MAX_EXPORT_CHARS = 4_000
Line = Annotated[str, Field(max_length=MAX_LINE_CHARS)]
Named = Annotated[str, Field(min_length=1, max_length=MAX_LINE_CHARS)]
# Texts of JSON are turned into these enums; everything else is taken as it is, or refused.
KindIn = Annotated[Kind, Field(strict=False)]
ReporterIn = Annotated[ReporterKind, Field(strict=False)]
CategoryIn = Annotated[Category, Field(strict=False)]
AgeIn = Annotated[AgeBand, Field(strict=False)]
AnswerIn = Annotated[Answer, Field(strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AccountIn(_Strict):
    """An account as it is called on its service; nothing is looked up."""

    service: Named = Field(description="The network, game or app.")
    name: Named = Field(description="The name of the account there.")


class ContactIn(_Strict):
    """How the person who told you may be reached, only when they agreed."""

    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    is_safe: AnswerIn | None = Field(None, description="Whether writing or calling is safe, as they say.")
    safe_hours: Line | None = Field(None, description="When it is safe, in their words.")


class ReportIn(_Strict):
    """A report. `unknown` means that the person said “I don't know”; an absent field was not asked or not answered."""

    kind: KindIn = Field(description="What is reported.")
    reporter: ReporterIn = Field(ReporterKind.UNKNOWN, description="Who told you.")
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = Field(
        None, description="Language of the texts, ISO 639-1; without it the language of the site."
    )
    category: CategoryIn | None = None
    urgency: Annotated[int, Field(ge=0, le=4)] = Field(
        0, description="0 not stated, 1 past, 2 going on, 3 within days, 4 danger now. Call 17 or 112 for 4."
    )
    age_band: AgeIn | None = Field(None, description="Age of the child concerned, as stated.")
    contact_going_on: AnswerIn | None = None
    knows_person: AnswerIn | None = Field(None, description="Whether the child knows the person in real life.")
    narrative: Annotated[str, Field(max_length=MAX_NARRATIVE_CHARS)] | None = None
    addresses: Annotated[list[Line], Field(max_length=MAX_ITEMS)] = Field(
        default_factory=list, description="Addresses on the net. They are never opened; never a data: address."
    )
    accounts: Annotated[list[AccountIn], Field(max_length=MAX_ITEMS)] = Field(default_factory=list)
    seen_at: Line | None = Field(None, description="When it was, as told; kept as it is.")
    told_somebody: Line | None = None
    wishes: Line | None = Field(None, description="What the person would like, who may help.")
    contact: ContactIn | None = None
    reference: Line | None = Field(None, description="Your own number of this report.")
    exports: Annotated[list[Annotated[str, Field(max_length=MAX_EXPORT_CHARS)]], Field(max_length=MAX_EXPORTS)] = Field(
        default_factory=list, description="What POST /exports gave for each export of a conversation."
    )


class ReceiptOut(BaseModel):
    """The report is kept: sealed, on the disk, and in the ledger. Keep the receipt; nobody can give it again but you, with the same key."""

    receipt: str = Field(
        description="Opens the mailbox of the report on the site. Secret: never in an address or a log."
    )
    id: str = Field(description="Names the report without opening anything; for GET /reports/{id}.")
    received_at: datetime | None = Field(
        description="To the second; null when a repeated report waits for its signature still."
    )
    leaf: int = Field(description="Number of the leaf in the signed ledger.")


class StatusOut(BaseModel):
    """How far a report is, coarsely."""

    status: Literal["received", "read"]
    changed_date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class ExportOut(BaseModel):
    """An export that is in the vault. It belongs to no report until one names it."""

    export: str = Field(
        description="To be given in `exports` of a report within a week, unchanged also when the report is repeated."
    )
    name: str
    sha256: str
    size_bytes: int
    reader: str = Field(description="The format that was recognised.")


class ExportsOut(BaseModel):
    """The exports of one request, in order."""

    exports: list[ExportOut]


class ErrorIn(BaseModel):
    """What went wrong, for programs (code) and for people (message)."""

    code: str
    message: str = Field(description="In French or English, by Accept-Language.")
    fields: dict[str, str] | None = Field(None, description="For bad_fields: each field, and why it cannot be taken.")


class ErrorOut(BaseModel):
    """The one shape of every refusal."""

    error: ErrorIn


def report_from(body: ReportIn, *, language: str, attachments: tuple[Attachment, ...]) -> Report:
    """The report that a body makes; texts without blanks around, empty ones as not given."""
    return Report(
        kind=body.kind,
        reporter=body.reporter,
        language=body.language or language,
        category=body.category,
        urgency=Urgency(body.urgency),
        age_band=body.age_band,
        contact_going_on=body.contact_going_on,
        knows_person=body.knows_person,
        narrative=_told(body.narrative),
        addresses=tuple(filter(None, map(clean, body.addresses))),
        accounts=tuple(Account(service=clean(one.service), name=clean(one.name)) for one in body.accounts),
        seen_at=_told(body.seen_at),
        told_somebody=_told(body.told_somebody),
        wishes=_told(body.wishes),
        attachments=attachments,
        contact=_contact(body.contact) if body.contact else None,
        reference=_told(body.reference),
    )


def faults_in(report: Report) -> Iterator[Fault]:
    """What the types cannot say."""
    if not (report.narrative or report.addresses or report.accounts or report.attachments):
        yield Fault(place="narrative", name="empty")
    for number, address in enumerate(report.addresses):
        if address.lower().startswith("data:"):
            yield Fault(place=f"addresses.{number}", name="holds_bytes")
    for number, account in enumerate(report.accounts):
        for name in ("service", "name"):
            if not getattr(account, name):
                yield Fault(place=f"accounts.{number}.{name}", name="required")
    if contact := report.contact:
        if contact.email and "@" not in contact.email:
            yield Fault(place="contact.email", name="no_mail")
        if contact.is_safe is Answer.NO and (contact.email or contact.phone):
            yield Fault(place="contact.is_safe", name="not_safe")


def _contact(given: ContactIn) -> Contact:
    return Contact(
        name=_told(given.name),
        email=_told(given.email),
        phone=_told(given.phone),
        is_safe=given.is_safe,
        safe_hours=_told(given.safe_hours),
    )


def _told(text: str | None) -> str | None:
    return clean(text) or None if text is not None else None
