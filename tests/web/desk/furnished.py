"""A dossier with everything in it that an address of the desk may name; all invented. Works in the tables of any site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec

from rempart.analysis.document import Totals
from rempart.analysis.folded import fold_rows
from rempart.analysis.outline import AccountOutline, ConversationOutline, ExhibitOutline, Outline, Row, encode_outline
from rempart.web.cases import dossiers
from rempart.web.cases.keys import recipient_for
from rempart.web.cases.models import Analysis, AnalysisPart, Chunk, Dossier, FoldedChunk, Link, Report
from rempart.web.cases.packing import pack
from rempart.web.cases.reports import By
from rempart.web.people.access import Actor
from tests.web.desk.found import small_sections


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A dossier with everything in it that an address may name."""

    dossier: Dossier
    report: Report
    link: UUID
    analysis: UUID
    task: UUID
    person: UUID
    identity: UUID
    exhibit: UUID
    entry: UUID


def furnish(
    lead: Actor, report: Report, beside: Report, *, analysed: tuple[Outline, Sequence[Row]] | None = None
) -> Case:
    """A dossier led by this person, with the report, a link between both, and an analysis: this one, or a few messages."""
    by = By(actor=lead, at=datetime.now(UTC), reason="belongs together")
    dossier = dossiers.open_dossier(title="The game", purpose="who writes there", by=by, reports=(report,))
    person = dossiers.add_person(dossier, label="account 3", role="person_of_interest", by=by)
    identity = {"kind": "nickname", "value": "player_7", "source": "the export", "since": "", "until": ""}
    exhibit = {
        "address": "ab" * 32,
        "name": "chat.json",
        "size_bytes": 4_000,
        "sha256": "cd" * 32,
        "reader": "telegram",
    }
    case = Case(
        dossier=dossier,
        report=report,
        link=_link(beside, report),
        analysis=_analysis(dossier, *(analysed or _few_messages())),
        task=dossiers.add_task(dossier, text="ask for the export", by=by),
        person=person,
        identity=dossiers.add_identity(dossier, person, by=by, words_told=identity),
        exhibit=dossiers.add_exhibit(dossier, by=by, words_told=exhibit),
        entry=dossiers.write_note(dossier, text="the school answered", by=by),
    )
    dossier.refresh_from_db()
    return case


def _link(a: Report, b: Report) -> UUID:
    pair = Link.objects.filter(a__in=(a, b), b__in=(a, b)).first()
    if pair is None:
        pair = Link.objects.create(id=uuid4(), a=a, b=b, kinds="account", state="proposed", at=datetime.now(UTC))
    return pair.pk


def _few_messages() -> tuple[Outline, Sequence[Row]]:
    rows = tuple(
        Row(position=at, conversation=0, exhibit=0, row=at + 1, byte_start=at * 90, byte_end=at * 90 + 89, account=at % 2,
            text=f"do not tell anybody, number {at}", sent_at=datetime(2026, 11, 1, 18, at, tzinfo=UTC), zone="utc")
        for at in range(12)
    )  # fmt: skip
    return _outline(len(rows)), rows


def _analysis(dossier: Dossier, outline: Outline, rows: Sequence[Row]) -> UUID:
    """A finished analysis of at most one chunk of messages."""
    to = recipient_for(dossier.pk)
    row = Analysis.objects.create(
        id=uuid4(),
        dossier=dossier,
        exhibit="ab" * 32,
        state="done",
        asked_at=datetime.now(UTC),
        ended_at=datetime.now(UTC),
        messages=outline.messages,
        alerts=len(outline.alerts),
        outline=pack(encode_outline(outline), recipient=to),
    )
    Chunk.objects.create(analysis=row, number=0, sealed=pack(msgspec.json.encode(rows), recipient=to))
    FoldedChunk.objects.create(analysis=row, number=0, sealed=pack(fold_rows(rows), recipient=to))
    AnalysisPart.objects.bulk_create(
        AnalysisPart(analysis=row, name=name, sealed=pack(raw, recipient=to)) for name, raw in small_sections().items()
    )
    return row.pk


def _outline(messages: int) -> Outline:
    return Outline(
        messages=messages,
        language="en",
        as_of=None,
        accounts=(AccountOutline(id="t:1", names=("Bob",)), AccountOutline(id="t:2", names=("Zoe",))),
        conversations=(ConversationOutline(id="t:0/1", title="Bob & Zoe", kind="private", first=0, last=messages),),
        exhibits=(ExhibitOutline(sha256="cd" * 32, name="chat.json", messages=messages, unread_share=0.0, unread=(), unread_places=0),),
        alerts=(),
        ranking=(),
        totals=Totals(messages=messages, accounts=2, conversations=1, media=0, unread_share=0.0),
        not_examined=(),
    )  # fmt: skip
