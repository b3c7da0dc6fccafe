"""The timeline of a dossier: dated lines of people, what was done with it, and instants that an analysis read in an export."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.analysis.outline import Outline
from rempart.web.cases.models import Analysis
from rempart.web.desk.dossier_words import DONE
from rempart.web.desk.histories import named
from rempart.web.desk.queries.dossier import Read
from rempart.web.desk.shown_dossier import Entry, Pen, entries_of_moments
from rempart.web.desk.words import reason_title, report_number, word

MOST_ALERTS = 40  # of one analysis; all are in the conversation view


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line. at: None when the date could not be read; told: the date as written. entry: when somebody wrote it for the timeline."""

    at: datetime | None
    what: str
    source: str
    standing: Literal["stated", "established", "inferred"]
    told: str = ""
    url: str = ""
    entry: Entry | None = None


def timeline_of(read: Read, *, pen: Pen, analysed: Sequence[tuple[Analysis, Outline]]) -> tuple[Line, ...]:
    """All lines in the order of time; those without an instant come last."""
    lines = [*_moments(read, pen), *_acts(read), *_facts(read)]
    for analysis, outline in analysed:
        lines += _read_in(analysis, outline, read)
    end = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(lines, key=lambda line: (line.at is None, line.at or end)))


def instant_in(text: str) -> datetime | None:
    """The instant of a date as people write it when it is ISO 8601 (a day is its beginning, UTC); else None."""
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


def _moments(read: Read, pen: Pen) -> Iterator[Line]:
    for item, entry in entries_of_moments(read, pen=pen):
        yield Line(
            at=instant_in(item.text("moment")),
            told=item.text("moment"),
            what=item.text("text"),
            source=item.text("source") or entry.by,
            standing="stated",
            entry=entry,
        )


def _acts(read: Read) -> Iterator[Line]:
    for event in read.acts:
        report = event.payload.get("report")
        name = event.payload.get("name")
        about = report_number(report) if isinstance(report, int) else str(name) if isinstance(name, str) else ""
        yield Line(
            at=event.at,
            what=f"{word(DONE, event.action)} {about}".strip(),
            source=named(event.actor, read.names),
            standing="established",
        )


def _facts(read: Read) -> Iterator[Line]:
    for item in read.contents.facts:
        if item.text("event_at") and (at := instant_in(item.text("event_at"))):
            is_established = item.text("state") == "established"
            yield Line(
                at=at,
                what=reason_title(item.text("code")),
                source=named(item.by, read.names),
                standing="established" if is_established else "stated",
            )


def _read_in(analysis: Analysis, outline: Outline, read: Read) -> Iterator[Line]:
    name = next((one.text("name") for one in read.everything.exhibits if one.text("address") == analysis.exhibit), "")
    first = _instants(chat.first_at for chat in outline.conversations)
    last = _instants(chat.last_at for chat in outline.conversations)
    page = reverse("conversation", args=[analysis.pk])
    if first and last:
        yield Line(at=min(first), what=_("first message of the export"), source=name, standing="inferred", url=page)
        yield Line(at=max(last), what=_("last message of the export"), source=name, standing="inferred", url=page)
    for placed in outline.alerts[:MOST_ALERTS]:
        if placed.shown.raised_at is not None:
            url = f"{page}?at={placed.raised}" if placed.raised is not None else page
            what = _("alert {number}, to be read").format(number=placed.shown.id)
            yield Line(at=_aware(placed.shown.raised_at), what=what, source=name, standing="inferred", url=url)


def _instants(told: Iterable[datetime | None]) -> list[datetime]:
    return [_aware(at) for at in told if at is not None]


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
