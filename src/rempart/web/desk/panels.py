"""The panel that says why a report or dossier stands where it stands, from the same computation that gave it its place."""

from collections.abc import Mapping
from datetime import timedelta

from rempart.priority.ranked import Assessment, BlockRow, FactorRow, GateRow
from rempart.priority.reported import REPORTER
from rempart.priority.weights import load_weights
from rempart.web.cases.ranking import Explained
from rempart.web.desk.histories import named
from rempart.web.desk.rows import LEVELS, Block, Enquiry, GateShown, Level, LevelPanel, Reason
from rempart.web.desk.words import level_label, level_of, reason_title
from rempart.web.public.languages import language

MOST_URGENT = "P0"


def panel_of(explained: Explained, *, names: Mapping[str, str]) -> LevelPanel:
    """The panel of a place. names: of the people who stated something, by pseudonym (`histories.names_of`)."""
    told = explained.assessment
    level = level_of(explained.place.level)
    return LevelPanel(
        level=level,
        label=level_label(level),
        level_max=_level_max(explained),
        gates=tuple(_gate(row, names) for row in told.gates),
        blocks=tuple(_block(block, told.factors, names) for block in told.blocks),
        unknown=tuple(reason_title(code) for code in told.unknown),
        enquiry=_enquiry(told),
        weights_version=load_weights().version,
    )


def people_of(told: Assessment) -> frozenset[str]:
    """Pseudonyms of those who stated something that counts now."""
    stated = {*(row.by for row in told.gates), *(row.by for row in told.factors)}
    return frozenset(by for by in stated if by is not None and by != REPORTER)


def is_at_once(explained: Explained) -> bool:
    """Whether a gate holds that asks for a telephone call before anything else, and somebody has established it."""
    return any(
        gate.holds and gate.level == MOST_URGENT and gate.state == "established" for gate in explained.assessment.gates
    )


def is_perhaps_at_once(explained: Explained) -> bool:
    """Whether such a gate holds that nobody has confirmed yet, or the place is P0 for what was declared."""
    gates = explained.assessment.gates
    return explained.place.level == 0 or any(gate.holds and gate.level == MOST_URGENT for gate in gates)


def first_of(explained: Explained) -> tuple[str, ...]:
    """What comes before any enquiry, of the gates that hold."""
    return tuple(gate.first.text(language()) for gate in explained.assessment.gates if gate.holds and gate.first)


def _level_max(explained: Explained) -> Level:
    """Never below the level that counts: a declared urgency is a floor that points do not know."""
    return min(explained.assessment.level_range.under_max, level_of(explained.place.level), key=LEVELS.index)


def _gate(row: GateRow, names: Mapping[str, str]) -> GateShown:
    is_open = row.holds and row.state == "reported" and row.at is not None
    return GateShown(
        code=row.code,
        title=row.title.text(language()),
        state=row.state,
        holds=row.holds,
        why=" ".join(why.text(language()) for why in row.why),
        by=named(row.by or "", names),
        at=row.at,
        confirm_by=row.at + timedelta(hours=row.confirm_within_hours) if is_open and row.at else None,
    )


def _block(block: BlockRow, factors: tuple[FactorRow, ...], names: Mapping[str, str]) -> Block:
    return Block(
        code=block.block,
        title=block.title.text(language()),
        points_min=block.min,
        points_max=block.max,
        cap=block.cap,
        reasons=tuple(_reason(row, names) for row in factors if row.block == block.block),
    )


def _reason(row: FactorRow, names: Mapping[str, str]) -> Reason:
    return Reason(
        code=row.code,
        title=row.title.text(language()),
        state=row.state,
        by=named(row.by, names),
        at=row.at,
        points_min=row.points_min,
        points_max=row.points_max,
        note=row.note or "",
        refs=row.evidence
        if row.by != REPORTER
        else (),  # of a reporter: answers of the form, which the page shows in words
    )


def _enquiry(told: Assessment) -> Enquiry | None:
    if told.next_enquiry is None:
        return None
    return Enquiry(
        question=told.next_enquiry.question.text(language()),
        level_if_yes=told.next_enquiry.level_if_established,
        level_if_no=told.next_enquiry.level_if_contradicted,
    )
