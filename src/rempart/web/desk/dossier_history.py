"""The history of a dossier in words: who did what and when, why, and the number of the leaf that proves it."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from rempart.web.cases.checklists import review_points
from rempart.web.cases.events import Told
from rempart.web.desk.dossier_words import CHECKS, DONE, JUDGEMENTS, STAGES
from rempart.web.desk.histories import SHOWN, Names, moved_sentence, named, names_of
from rempart.web.desk.rows import HistoryRow
from rempart.web.desk.words import STATES, WHY, reason_title, report_number, word
from rempart.web.public.languages import language

_PLAIN = ("title", "label", "name", "value", "what", "note", "seal")  # fields that say in a word what it was about


def history_shown(
    found: Sequence[tuple[int, Told]], *, gone: frozenset[UUID], numbers: frozenset[int]
) -> tuple[HistoryRow, ...]:
    """Events with the numbers of their leaves, in the order given. gone: entries taken back; numbers: of reports that the reader may know of."""
    people = {event.actor for _seq, event in found} | {
        person for _seq, event in found if isinstance(person := event.payload.get("person"), str)
    }
    names = names_of(people)
    return tuple(
        HistoryRow(
            at=event.at,
            actor=named(event.actor, names),
            action=word(DONE, event.action),
            motive=word(WHY, event.motive) if event.motive else str(event.payload.get("reason") or ""),
            detail=_("its words were erased") if event.is_erased else " · ".join(_details(event, names, numbers)),
            leaf=seq,
            is_undone=event.id in gone,
        )
        for seq, event in found
    )


def _details(event: Told, names: Names, numbers: frozenset[int]) -> list[str]:
    said = event.payload
    found: list[str] = []
    if event.action == "rank_moved":
        found.append(_levels(event))
    elif "from" in said and "to" in said:
        found.append(f"{word(STAGES, str(said['from']))} → {word(STAGES, str(said['to']))}")
    if event.action == "fact_stated":
        found.append(f"{reason_title(str(said.get('code', '')))}: {word(STATES, str(said.get('state', '')))}")
    if event.action == "identity_judged":
        found.append(word(JUDGEMENTS, str(said.get("judgement", ""))))
    if event.action == "exhibit_checked":
        found.append(word(CHECKS, str(said.get("found", ""))))
    if event.action == "check_answered":
        titles = {point.code: point.title(language()) for point in review_points()}
        found.append(titles.get(str(said.get("point")), ""))
    if event.action in ("member_added", "member_ended"):
        found.append(named(str(said.get("person", "")), names))
    if event.action == "shown":
        found.append(_shown(str(said.get("what", ""))))
    elif event.action != "check_answered":
        found += [str(said[name]) for name in _PLAIN if isinstance(said.get(name), str) and said[name]]
    report = said.get("report")
    if isinstance(report, int) and report in numbers:
        found.append(report_number(report))
    return [one for one in found if one]


def _shown(what: str) -> str:
    """Messages that were shown, by their places in the export from 1; another kind of thing in its word."""
    kind, _analysis, places = [*what.split(" ", 2), "", ""][:3]
    if kind != "messages" or not places:
        return word(SHOWN, kind)
    ranges = ("-".join(str(int(place) + 1) for place in one.split("-") if place.isdigit()) for one in places.split())
    return f"{word(SHOWN, kind)} {', '.join(one for one in ranges if one)}"


def _levels(event: Told) -> str:
    before, after, gained = (event.payload.get(name) for name in ("from", "to", "gained"))
    because = [reason_title(str(code)) for code in gained] if isinstance(gained, (list, tuple)) else []
    return moved_sentence(before if isinstance(before, int) else -1, after if isinstance(after, int) else -1, because)
