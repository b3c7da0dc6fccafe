"""What the parts of the desk's pages are given: records of words, numbers and instants, ready to be shown.

Nothing here asks a database or a clock. A part names at its head the record it takes; a page fills the record in and includes the
part. Texts are already in the reader's language; instants are aware UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from rempart.web.public.languages import language
from rempart.wording import wording

Level = Literal["P0", "P1", "P2", "P3", "unranked"]
LEVELS: tuple[Level, ...] = (
    "P0",
    "P1",
    "P2",
    "P3",
    "unranked",
)  # the most urgent first; the place is the number in the database
State = Literal["established", "reported", "contradicted", "unknown"]
_NEAR_SHARE = 0.8  # of the day's limit: from here on a break is proposed in words


@dataclass(frozen=True, slots=True, kw_only=True)
class NavLink:
    """One entry of the main navigation. key: the letter that leads there after `g`; empty for none."""

    url: str
    label: str
    key: str = ""
    is_here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What one person read today. limit_minutes: of the day, above zero."""

    minutes: int
    limit_minutes: int
    is_break_due: bool = False
    is_over: bool = False

    @property
    def is_near(self) -> bool:
        """Whether a break is to be proposed."""
        return self.minutes >= self.limit_minutes * _NEAR_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A short word on a row: duplicate, drawn for reading, legal hold… kind chooses its look."""

    label: str
    kind: Literal["plain", "duplicate", "drawn", "hold", "second"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One report in the queue: the enums that stay in clear, in words, and what the ranking says of it.

    reasons: why it stands there, the weightiest first. unknown: what nobody has stated yet. waits, due: words made with
    `told_wait` and `told_due`. age: band of the child. holder: who has it open now; empty when nobody. points_min and
    points_max: None where nothing was ranked.
    """

    url: str
    number: str
    level: Level
    reasons: tuple[str, ...]
    unknown: tuple[str, ...]
    points_min: int | None = None
    points_max: int | None = None
    received_at: datetime
    waits: str
    due_at: datetime | None
    due: str
    is_overdue: bool
    kind: str
    category: str
    age: str
    reporter: str
    lane: str
    files: int
    language: str
    holder: str
    is_mine: bool = False
    status: str
    dossier_number: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGroup:
    """The rows of one level. total: of the level in the whole queue, more than the rows of this page perhaps."""

    level: Level
    label: str
    total: int
    rows: tuple[QueueRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer of a list or of a group of radio buttons."""

    value: str
    label: str
    is_chosen: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One list of a filter form, or a single tick when it has no options. value: of the tick, when ticked."""

    name: str
    label: str
    options: tuple[Option, ...] = ()
    is_ticked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where one is in a long list; an empty address where there is nothing before or after."""

    number: int
    last: int
    total: int
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One statement that counts. state: established, reported, contradicted or unknown; refs: what it rests on."""

    code: str
    title: str
    state: State
    by: str = ""
    at: datetime | None = None
    points_min: float = 0
    points_max: float = 0
    note: str = ""
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateShown:
    """A gate that holds or that is to be settled. confirm_by: until when a person is to confirm it."""

    code: str
    title: str
    state: State
    holds: bool
    why: str = ""
    by: str = ""
    at: datetime | None = None
    confirm_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The points of one block of factors, 0 <= points_min <= points_max <= cap."""

    code: str
    title: str
    points_min: float
    points_max: float
    cap: float
    reasons: tuple[Reason, ...] = ()

    @property
    def spread(self) -> float:
        """What is still unknown could add this much."""
        return self.points_max - self.points_min


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """The question whose answer would most change the level."""

    question: str
    level_if_yes: Level
    level_if_no: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPanel:
    """Everything that a level rests on. level_max: what it would be if all that is unknown were so."""

    level: Level
    label: str
    level_max: Level
    gates: tuple[GateShown, ...]
    blocks: tuple[Block, ...]
    unknown: tuple[str, ...]
    enquiry: Enquiry | None
    weights_version: str

    @property
    def points_min(self) -> float:
        """The sum of what is stated."""
        return sum(block.points_min for block in self.blocks)

    @property
    def points_max(self) -> float:
        """The sum if all that is unknown were so."""
        return sum(block.points_max for block in self.blocks)

    @property
    def widest(self) -> float:
        """The highest cap: all bars are drawn on its scale."""
        return max((block.cap for block in self.blocks), default=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A line of the timeline. standing: whether somebody stated it, somebody established it, or it was inferred."""

    at: datetime | None
    day_told: str = ""
    what: str
    source: str
    standing: Literal["stated", "established", "inferred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One event of the ledger as people read it. leaf: its number in the ledger."""

    at: datetime
    actor: str
    action: str
    motive: str = ""
    detail: str = ""
    leaf: int | None = None
    is_undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """A note. replaced: by a later one, which stands in the list too."""

    at: datetime
    by: str
    text: str
    is_replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task. done_url: where the form that ends it goes; empty when the reader may not."""

    title: str
    by: str
    due_at: datetime | None = None
    is_overdue: bool = False
    done_at: datetime | None = None
    done_by: str = ""
    done_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """A point of a checklist. answer: yes, no, not_applicable, or empty while nobody answered."""

    name: str
    text: str
    hint: str = ""
    answer: str = ""
    note: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRow:
    """A name, number or account that a person is said to have; judged: by whom, or empty while nobody did."""

    kind: str
    value: str
    since: str
    source: str
    standing: str
    judged: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """A person of a dossier."""

    title: str
    role: str
    identities: tuple[IdentityRow, ...]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """Two reports that may belong together. similarity: share of the words in common, None where it says nothing.

    by, at, reason: of the judgement, or of the proposal where a person made it; is_own: the reader proposed it, and does not judge it.
    """

    number: str
    url: str
    because: tuple[str, ...]
    state: Literal["proposed", "joined", "refused"]
    similarity: float | None = None
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    act_url: str = ""
    is_own: bool = False

    @property
    def percent(self) -> int:
        """The similarity as people say it."""
        return round((self.similarity or 0) * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A named act with its form. options: when a choice goes with the reason; is_exceptional: asks for one confirmation more."""

    key: str
    url: str
    label: str
    lead: str = ""
    reason_label: str = ""
    options: tuple[Option, ...] = ()
    options_label: str = ""
    problem: str = ""
    is_exceptional: bool = False
    confirm: str = ""


def told_wait(received_at: datetime, *, as_of: datetime) -> str:
    """How long a report waits, in its two largest units."""
    return _told_span(as_of - received_at)


def told_due(due_at: datetime | None, *, as_of: datetime) -> str:
    """What is left until a deadline, or by how much it is over; words, so that it is not told by a colour alone."""
    if due_at is None:
        return _("no deadline")
    words = _("in {time}") if due_at >= as_of else _("overdue by {time}")
    return words.format(time=_told_span(due_at - as_of))


def _told_span(span: timedelta) -> str:
    return wording(language()).duration(abs(span).total_seconds())
