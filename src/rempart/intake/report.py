"""The Report: what somebody tells us, as one record, and the few facts of it that may stay readable.

Absence: None means that the question was not put or not answered; UNKNOWN that the person said "I don't know". Invariant: a Report
travels only inside the process that received it and then sealed; only its `Triage` is stored in clear.
Source: reference/workflow.md §5.1 (fields), reference/security.md §5.4 (what stays in clear). Tier: source-verified.
"""

from enum import IntEnum, StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from rempart.errors import Damaged

VERSION = 1
MAX_NARRATIVE_CHARS = 20_000
MAX_LINE_CHARS = 2_048
MAX_ITEMS = 50


class Kind(StrEnum):
    """What is reported."""

    CONTENT = "content"  # an address on the net
    ACCOUNT = "account"
    CONVERSATION = "conversation"
    SITUATION = "situation"


class ReporterKind(StrEnum):
    """Who reports, as they say."""

    CHILD = "child"
    PARENT = "parent"
    WITNESS = "witness"
    PROFESSIONAL = "professional"
    VOLUNTEER = "volunteer"
    PLATFORM = "platform"
    UNKNOWN = "unknown"


class AgeBand(StrEnum):
    """Age of the child concerned, as stated; bands, because nobody needs the day of birth to help."""

    UNDER_11 = "under_11"
    FROM_11_TO_14 = "11_14"
    FROM_15_TO_17 = "15_17"
    ADULT = "adult"
    UNKNOWN = "unknown"


class Answer(StrEnum):
    """Yes, no, or "I don't know"."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Category(StrEnum):
    """What it is about, in neutral words; at most sixteen, so that the clear column tells little."""

    STRANGER_CONTACT = "stranger_contact"
    SECRECY_ASKED = "secrecy_asked"
    IMAGES_ASKED = "images_asked"
    IMAGES_SPREAD = "images_spread"
    BLACKMAIL_MONEY = "blackmail_money"
    BLACKMAIL_IMAGES = "blackmail_images"
    MEETING = "meeting"
    THREAT = "threat"
    BULLYING = "bullying"
    PUBLIC_CONTENT = "public_content"
    AT_HOME = "at_home"
    OTHER = "other"
    UNKNOWN = "unknown"


class Urgency(IntEnum):
    """How urgent, as the person says; a machine never lowers it."""

    NONE_STATED = 0
    PAST = 1
    GOING_ON = 2
    SOON = 3  # a meeting or a deadline within days
    NOW = 4  # danger now: the emergency numbers are shown first


class Channel(StrEnum):
    """How a report reached the person who typed it."""

    PHONE = "phone"
    LETTER = "letter"
    VISIT = "visit"
    TABLE = "table"  # a file of many
    OTHER = "other"


Line = Annotated[str, Meta(max_length=MAX_LINE_CHARS)]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as the person names it; nothing is looked up."""

    service: Line
    name: Line


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file given with the report: its outside name is text only; its bytes are an exhibit of the vault."""

    name: Line
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, Meta(ge=0)]
    address: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]  # of the sealed bytes in the vault
    reader: Line  # which reader recognised it


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How the person may be reached, only when they chose to say."""

    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    is_safe: Answer | None = None  # whether writing or calling is safe, as they say
    safe_hours: Line | None = None  # when it is safe to call or write


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report as received. Texts are the person's own words, unchanged."""

    version: Annotated[int, Meta(ge=1, le=VERSION)] = VERSION
    kind: Kind
    reporter: ReporterKind
    language: Annotated[str, Meta(pattern="^[a-z]{2}$")]
    category: Category | None = None
    urgency: Urgency = Urgency.NONE_STATED
    age_band: AgeBand | None = None
    contact_going_on: Answer | None = None
    knows_person: Answer | None = None
    narrative: Annotated[str, Meta(max_length=MAX_NARRATIVE_CHARS)] | None = None
    addresses: Annotated[tuple[Line, ...], Meta(max_length=MAX_ITEMS)] = ()
    accounts: Annotated[tuple[Account, ...], Meta(max_length=MAX_ITEMS)] = ()
    seen_at: Line | None = None  # as told; the original text of a date is kept
    told_somebody: Line | None = None
    wishes: Line | None = None  # what the person would like to happen, who may help
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ITEMS)] = ()
    contact: Contact | None = None
    received_by: Line | None = None  # on behalf: the named person who typed it
    received_through: Channel | None = None  # on behalf: how it reached that person
    reference: Line | None = None  # the partner's own number
    said_unknown: Annotated[tuple[Line, ...], Meta(max_length=MAX_ITEMS)] = ()  # questions answered "I don't know"


class Triage(msgspec.Struct, frozen=True, kw_only=True):
    """The enums that stay readable at the door, to wake somebody up before anything is unsealed; never free text."""

    kind: Kind
    reporter: ReporterKind
    urgency: Urgency
    age_band: AgeBand
    category: Category
    contact_going_on: Answer
    language: str
    files: int


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Report, strict=True)


class NotAReport(Damaged):
    """Unsealed bytes are not a report of a version known here."""


def encode(report: Report) -> bytes:
    """The report as canonical JSON: sorted keys, no blanks, UTF-8; the same report gives the same bytes."""
    return _ENCODER.encode(report)


def decode(data: bytes) -> Report:
    """The report that `encode` wrote.

    Raises: NotAReport if the bytes are something else, or of a later version.
    """
    try:
        return _DECODER.decode(data)
    except msgspec.MsgspecError:
        raise NotAReport(
            "The unsealed bytes are not a report that this version of Rempart knows. They are kept as they are; "
            "open them with the version that received them."
        ) from None


def triage_of(report: Report) -> Triage:
    """What may stay in clear; what was not answered counts as unknown there."""
    return Triage(
        kind=report.kind,
        reporter=report.reporter,
        urgency=report.urgency,
        age_band=report.age_band or AgeBand.UNKNOWN,
        category=report.category or Category.UNKNOWN,
        contact_going_on=report.contact_going_on or Answer.UNKNOWN,
        language=report.language,
        files=len(report.attachments),
    )
