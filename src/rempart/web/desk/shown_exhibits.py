"""What the pages of a dossier show of its exhibits: rows about files, never their content, and how far their analyses are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.web.cases.exhibits import Offered
from rempart.web.cases.folding import Item
from rempart.web.cases.models import Analysis
from rempart.web.desk.dossier_words import ANALYSES, CHECKS
from rempart.web.desk.histories import named
from rempart.web.desk.queries.dossier import Read
from rempart.web.desk.shown_dossier import Entry, Face, Pen, entry_of
from rempart.web.desk.words import report_number, word
from rempart.web.public.languages import language
from rempart.wording import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisShown:
    """An analysis of an exhibit. share: of the stage, 0..100, None when not known. known: what lists say of its files, "" where
    that is not told here.
    """

    url: str
    state: str
    state_word: str
    counts: str
    share: int | None
    asked_at: datetime
    ended_at: datetime | None
    known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitShown:
    """An exhibit: what is known of the file without opening it. checked: the last look at its sealed bytes, in words.

    assessed: that somebody has assessed the file, so that to read it again needs a reason; "" when nobody has.
    """

    entry: Entry
    size: str
    sha256: str
    address: str
    reader: str
    origin: str
    checked: str
    is_broken: bool
    check_url: str
    analyse_url: str
    assessed: str
    analyses: tuple[AnalysisShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedShown:
    """A file of a report that is not an exhibit yet."""

    address: str
    name: str
    size: str
    report: str


def exhibits_of(
    read: Read,
    *,
    pen: Pen,
    analyses: Sequence[Analysis],
    assessed: Mapping[str, str],
    known: Mapping[UUID, str],
) -> tuple[ExhibitShown, ...]:
    """The exhibits, in the order in which they were added, each with its analyses. assessed: sentences, by SHA-256.

    known: what lists say of the files of an analysis, by its id.
    """
    shown = {row.pk: replace(analysis_shown(row), known=known.get(row.pk, "")) for row in analyses}
    return tuple(
        _exhibit(
            item, read, pen, tuple(shown[row.pk] for row in analyses if row.exhibit == item.text("address")), assessed
        )
        for item in read.everything.exhibits
    )


def offered_of(read: Read, *, offered: Sequence[Offered]) -> tuple[OfferedShown, ...]:
    """Files of reports that are no exhibits yet."""
    taken = {item.text("address") for item in read.contents.exhibits}
    return tuple(
        OfferedShown(
            address=one.file.address,
            name=one.file.name,
            size=wording(language()).size(one.file.size_bytes),
            report=report_number(one.report),
        )
        for one in offered
        if one.file.address not in taken
    )


def analysis_shown(row: Analysis) -> AnalysisShown:
    """How far an analysis is."""
    share = min(100, round(100 * row.done / row.total)) if row.state == "running" and row.total else None
    return AnalysisShown(
        url=reverse("analysis", args=[row.pk]),
        state=row.state,
        state_word=word(ANALYSES, row.state),
        counts=_counts(row) if row.state == "done" else "",
        share=share,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
    )


def _exhibit(
    item: Item, read: Read, pen: Pen, analyses: tuple[AnalysisShown, ...], assessed: Mapping[str, str]
) -> ExhibitShown:
    size, report = item.words.get("size_bytes"), item.words.get("report")
    entry = entry_of(item, read=read, pen=pen, face=Face(title=item.text("name"), words=item.text("source")))
    checked = read.checked.get(str(item.id))
    told = ""
    if checked is not None:
        fields = {"found": word(CHECKS, checked.found), "name": named(checked.by, read.names)}
        instant = checked.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        told = _("{found} ({name}, {instant})").format(instant=instant, **fields)
    is_open = entry.undone is None
    return ExhibitShown(
        entry=entry,
        size=wording(language()).size(size) if isinstance(size, int) else "",
        sha256=item.text("sha256"),
        address=item.text("address"),
        reader=item.text("reader"),
        origin=report_number(report) if isinstance(report, int) else _("given at the desk"),
        checked=told,
        is_broken=checked is not None and checked.found != "intact",
        check_url=reverse("dossier_exhibit_check", args=[pen.number, item.id]) if pen.may_add and is_open else "",
        analyse_url=reverse("dossier_analyse", args=[pen.number, item.id]) if pen.may_analyse and is_open else "",
        assessed=assessed.get(item.text("sha256"), ""),
        analyses=analyses,
    )


def _counts(row: Analysis) -> str:
    lang = wording(language())
    messages = ngettext("%(count)s message", "%(count)s messages", row.messages) % {"count": lang.number(row.messages)}
    alerts = ngettext("%(count)s alert", "%(count)s alerts", row.alerts) % {"count": lang.number(row.alerts)}
    return f"{messages}, {alerts}"
