"""What people do with a report, and what they may not."""

import pytest

from rempart.errors import RempartError
from rempart.web.cases import reports
from rempart.web.cases.events import Motive, history, of_report
from rempart.web.cases.lifecycle import Closure, Outcome, Status, WrongState
from rempart.web.cases.models import Event, Leaf, Report
from rempart.web.cases.reports import Finding, Held, NoReason, OwnReading
from rempart.web.people.access import NotForYou
from tests.web.conftest import NOON
from tests.web.team import by, cast, report

pytestmark = pytest.mark.usefixtures("rows")


def test_nothing_changes_without_a_reason() -> None:
    """Every step says why; blanks are no reason."""
    people = cast()
    row = report(people.bob.person.organisation)

    with pytest.raises(NoReason):
        reports.step(row, "pass_on", by=by(people.bob, "   "))

    row.refresh_from_db()
    assert row.status == Status.TO_TRIAGE
    assert not Event.objects.exists()


def test_a_step_is_one_event_with_author_reason_and_leaf() -> None:
    """The journal tells who moved a report, from where to where, and why."""
    people = cast()
    row = report(people.bob.person.organisation)

    reports.step(row, "pass_on", by=by(people.bob, "enough is known"))

    (told,) = history(of_report(row))
    assert told.actor == people.bob.pseudonym
    assert told.payload == {"reason": "enough is known", "from": "to_triage", "to": "to_qualify"}
    assert Leaf.objects.filter(subject=told.id).count() == 1


def test_a_step_that_is_not_open_any_more_changes_nothing() -> None:
    """Two people who press at once do not undo each other."""
    people = cast()
    row = report(people.bob.person.organisation, status="closed", is_open=False)

    with pytest.raises(WrongState):
        reports.step(row, "pass_on", by=by(people.bob))

    assert not Event.objects.exists()


def test_a_role_without_the_right_cannot_take_a_step() -> None:
    """The second reader does not triage, and the analyst does not read a second time."""
    people = cast()
    row = report(people.bob.person.organisation)

    with pytest.raises(NotForYou):
        reports.step(row, "pass_on", by=by(people.dora))


def test_undetermined_is_never_referred() -> None:
    """What nobody could determine does not become illegal on its way (SCART's fault)."""
    people = cast()
    row = report(people.bob.person.organisation)

    reports.qualify(row, finding=Finding(outcome=Outcome.UNDETERMINED), by=by(people.bob))

    row.refresh_from_db()
    assert row.status == Status.QUALIFIED
    with pytest.raises(WrongState):
        reports.step(row, "refer", by=by(people.bob))


def test_the_database_itself_refuses_undetermined_among_the_referred() -> None:
    """A mistake in the program cannot do it either."""
    from django.db import IntegrityError, transaction

    people = cast()
    row = report(people.bob.person.organisation, outcome="undetermined")

    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=row.pk).update(status="referred")


def test_not_illegal_is_closed_at_once() -> None:
    """Two reports in five are not illegal: that is one step, with its reason."""
    people = cast()
    row = report(people.bob.person.organisation)

    reports.qualify(row, finding=Finding(outcome=Outcome.NOT_ILLEGAL), by=by(people.bob))

    row.refresh_from_db()
    assert (row.status, row.closure, row.is_open) == (Status.CLOSED, Closure.NOT_ILLEGAL, False)
    assert row.erase_date is not None


def test_baseline_waits_for_a_second_reader() -> None:
    """Nobody declares the gravest alone."""
    people = cast()
    row = report(people.bob.person.organisation)

    reports.qualify(row, finding=Finding(outcome=Outcome.BASELINE), by=by(people.bob))
    row.refresh_from_db()
    assert row.status == Status.SECOND_READING

    reports.step(row, "confirm_reading", by=by(people.dora))
    row.refresh_from_db()
    assert row.status == Status.QUALIFIED


def test_nobody_confirms_their_own_reading() -> None:
    """Even with both roles."""
    from rempart.web.people.roles import Role
    from tests.web.team import person

    people = cast()
    both = person("Édith", people.bob.person.organisation, Role.ANALYST, Role.SECOND_READER)
    row = report(people.bob.person.organisation)
    reports.qualify(row, finding=Finding(outcome=Outcome.NATIONAL, needs_second=True), by=by(both))

    with pytest.raises(OwnReading):
        reports.step(row, "confirm_reading", by=by(both))


def test_the_most_urgent_is_taken_first_and_two_people_get_two() -> None:
    """Nobody works on what a colleague has just taken."""
    people = cast()
    here = people.bob.person.organisation
    later, first = report(here, order=20), report(here, order=10)

    assert reports.take_next(by(people.bob)).pk == first.pk
    assert reports.take_next(by(people.alice)).pk == later.pk
    with pytest.raises(reports.NothingThere):
        reports.take_next(by(people.by_role[next(iter(people.by_role))]))


def test_what_a_colleague_holds_cannot_be_changed() -> None:
    """A lock keeps two people from working on the same report; it ends by itself."""
    people = cast()
    row = report(people.bob.person.organisation)
    reports.take(row, by=by(people.bob))

    with pytest.raises(Held):
        reports.step(row, "pass_on", by=by(people.alice))

    reports.step(row, "pass_on", by=by(people.alice, at=NOON + reports.LOCK * 2))


def test_each_look_is_exactly_one_event_with_its_motive() -> None:
    """Who looked, and why, is asked by law."""
    people = cast()
    row = report(people.bob.person.organisation)

    reports.look(row, motive=Motive.FOLLOW_UP, by=by(people.bob))

    (told,) = history(of_report(row))
    assert (told.action, told.motive, told.actor) == ("consulted", "follow_up", people.bob.pseudonym)


def test_a_hold_is_told_and_lifted() -> None:
    """Nothing of a held report is erased; both acts have a reason."""
    people = cast()
    row = report(people.bob.person.organisation)
    lawyer = people.alice

    reports.hold(row, is_held=True, by=by(lawyer))
    with pytest.raises(RempartError):
        reports.hold(row, is_held=True, by=by(lawyer))
    reports.hold(row, is_held=False, by=by(lawyer))

    assert [told.action for told in history(of_report(row))] == ["hold_set", "hold_lifted"]


def test_reopening_forgets_the_outcome_but_not_its_history() -> None:
    """A report that comes back is judged anew; what was found stands in the journal."""
    people = cast()
    row = report(people.bob.person.organisation)
    reports.qualify(row, finding=Finding(outcome=Outcome.NOT_ILLEGAL), by=by(people.bob))

    reports.step(row, "reopen", by=by(people.bob, "new facts"))

    row.refresh_from_db()
    assert (row.status, row.outcome, row.closure, row.is_open) == ("reopened", "", "", True)
    assert [told.action for told in history(of_report(row))] == ["qualify", "reopen"]
