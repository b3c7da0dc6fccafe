"""`analysis.json`, field by field; its JSON Schema is made from these records (docs/analysis.schema.json).

Ids: accounts `platform:id`, conversations `platform:exhibit/id`. `message_ids` are the platform's own ids; where the
format has none, `row:N`, the number of the message in its exhibit. `locators` are `sha256:<12 hex>/<part>@start-end`,
byte ranges in the exhibit. Instants are ISO 8601 in UTC. Null means unknown or not applicable, never zero.
"""

from datetime import datetime
from typing import Literal

from rempart.analysis.identities_document import IdentitiesShown
from rempart.analysis.known_document import KnownFiles
from rempart.analysis.network_document import NetworkShown
from rempart.analysis.record import Document, Unexamined

__all__ = ["Analysis", "Document", "Unexamined"]


class Versions(Document, frozen=True, kw_only=True):
    """What made the document: the program, the phrases and alert rules, the table of weights."""

    version: str
    rules_version: str
    weights_version: str


class UnreadBytes(Document, frozen=True, kw_only=True):
    """Bytes [byte_start, byte_end) of a part that could not be read (`loss`) or hold no conversation."""

    part: str
    byte_start: int
    byte_end: int
    code: str
    reason: str
    locator: str | None
    loss: bool


class ExhibitRead(Document, frozen=True, kw_only=True):
    """One exhibit. `reader`: names of the readers used, joined by ", ". `bytes`: bytes per class, summing to `read_bytes`
    (the size of all parts, unpacked). `unread_share`: share of them that could not be read, in [0, 1].
    """

    sha256: str
    name: str
    kind: Literal["file", "archive", "folder"]
    size_bytes: int
    read_bytes: int
    reader: str
    messages: int
    accounts: int
    conversations: int
    media: int
    bytes: dict[str, int]
    unread_share: float
    unread: tuple[UnreadBytes, ...]


class Totals(Document, frozen=True, kw_only=True):
    """Counts over all exhibits; `messages` takes service lines in."""

    messages: int
    accounts: int
    conversations: int
    media: int
    unread_share: float


class TacticShown(Document, frozen=True, kw_only=True):
    """A tactic in an alert and the messages that show it, in order of time; the three lists run in parallel."""

    tactic: str
    strength: Literal["strong", "weak"]
    message_ids: tuple[str, ...]
    rows: tuple[int, ...]
    locators: tuple[str, ...]


class AgeStated(Document, frozen=True, kw_only=True):
    """An age said of an account: by whom, when, in which message. `years` null: a school year or a word told it."""

    account: str
    said_by: str
    years: int | None
    minor: bool
    at: datetime | None
    message_id: str
    locator: str


class BehaviourShown(Document, frozen=True, kw_only=True):
    """Figures of the pair without its words; see detection/behaviour.py. Null: could not be looked at."""

    messages_by_speaker: int
    messages_by_addressee: int
    initiative_share: float | None
    unanswered_share: float | None
    longest_unanswered_run: int
    night_share: float | None
    question_share: float | None
    new_contacts_24h: int | None
    first_contact_to_strong_s: int | None
    platform_move_at: datetime | None


class AlertShown(Document, frozen=True, kw_only=True):
    """Messages of one speaker to one addressee that a person should read. `addressee` null: the whole group.

    `raised_at`, `raised_message_id`: the message that completed the level.
    """

    id: str
    level: Literal["to_read", "immediate"]
    reasons: tuple[str, ...]
    conversation: str
    conversation_title: str | None
    speaker: str
    speaker_name: str
    addressee: str | None
    addressee_name: str | None
    first_at: datetime | None
    last_at: datetime | None
    raised_at: datetime | None
    raised_message_id: str
    tactics: tuple[TacticShown, ...]
    ages: tuple[AgeStated, ...]
    behaviour: BehaviourShown
    why: str


class Interval(Document, frozen=True, kw_only=True):
    """Points with what is unknown counted as nothing (`min`) and in full (`max`), 0 to 100."""

    min: float
    max: float


class GateShown(Document, frozen=True, kw_only=True):
    """A gate: `state` as established by a person, or `suggested` by the machine and counting nothing."""

    code: str
    title: str
    level: str | None
    state: str
    holds: bool
    by: str | None
    at: datetime | None
    evidence: tuple[str, ...]
    confirm_within_hours: float | None
    why: str


class FactorShown(Document, frozen=True, kw_only=True):
    """A factor that a person stated, or that the machine suggests (`suggested`, 0 points until confirmed)."""

    code: str
    title: str
    block: str
    state: str
    points: Interval
    by: str | None
    at: datetime | None
    evidence: tuple[str, ...]
    why: str


class Enquiry(Document, frozen=True, kw_only=True):
    """The one enquiry whose answer would most change the rank; `code` of the gate or factor it settles."""

    code: str
    sentence: str


class AnswerShown(Document, frozen=True, kw_only=True):
    """One point of exploitability (how well the dossier can be worked), stated by a person; never added to points."""

    code: str
    title: str
    known: bool
    answer: str | None
    deadline_at: datetime | None
    by: str | None
    at: datetime | None


class RankedSubject(Document, frozen=True, kw_only=True):
    """A person of interest: an account with alerts or facts. `level` P0 to P3, or `unranked` without a stated fact."""

    subject: str
    name: str
    level: str
    level_range: tuple[str, str]
    gates: tuple[GateShown, ...]
    points: Interval
    factors: tuple[FactorShown, ...]
    unknown: tuple[str, ...]
    next_enquiry: Enquiry | None
    reading_order: int
    rank_min: int
    rank_max: int
    alerts: tuple[str, ...]
    confirmed_by: tuple[str, ...]
    always_read: bool
    exploitability: tuple[AnswerShown, ...]


class PredictiveValue(Document, frozen=True, kw_only=True):
    """Of 100 alerts, how many would be right at `prevalence`, if the measured figures held in the field."""

    prevalence: float
    recall: float
    false_rate: float
    value: float
    measured_on: str


class Analysis(Document, frozen=True, kw_only=True):
    """The whole document. Signals to read and reasons, never a finding about a person.

    known_files, identities, network: null when this step was not run.
    """

    rempart: Versions
    as_of: datetime | None
    language: str
    profile: str
    exhibits: tuple[ExhibitRead, ...]
    totals: Totals
    alerts: tuple[AlertShown, ...]
    ranking: tuple[RankedSubject, ...]
    not_examined: tuple[Unexamined, ...]
    predictive_value: tuple[PredictiveValue, ...]
    known_files: KnownFiles | None = None
    identities: IdentitiesShown | None = None
    network: NetworkShown | None = None
