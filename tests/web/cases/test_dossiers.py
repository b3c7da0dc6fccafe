"""What people write into a dossier: every entry has an author and an instant, and can be taken back but not lost."""

from uuid import uuid4

import pytest

from rempart.web.cases import dossiers, facts
from rempart.web.cases.checklists import review_points
from rempart.web.cases.events import history, of_dossier, of_report
from rempart.web.cases.keys import Erased, identity_for
from rempart.web.cases.lifecycle import Stage, WrongState
from rempart.web.cases.models import Dossier, Event, SubjectKey, Tombstone
from rempart.web.cases.reports import NoReason
from rempart.web.people.roles import Role
from tests.web.conftest import NOON
from tests.web.team import by, cast, dossier, report

pytestmark = pytest.mark.usefixtures("rows")


def test_a_dossier_needs_a_title() -> None:
    """Nothing is made of blanks."""
    people = cast()

    with pytest.raises(dossiers.NotWritten):
        dossiers.open_dossier(title="  ", purpose="", by=by(people.alice))

    assert not Dossier.objects.exists()


def test_its_words_are_sealed_in_the_tables() -> None:
    """Who copies the database reads no title and no note."""
    people = cast()
    row = dossier(people.alice, title="Titre reconnaissable")
    dossiers.write_note(row, text="Une note reconnaissable", by=by(people.alice))

    sealed = b"".join(bytes(event.sealed or b"") for event in Event.objects.all())
    assert b"reconnaissable" not in sealed
    assert dossiers.contents(row).title == "Titre reconnaissable"
    assert dossiers.contents(row).notes[0].text("text") == "Une note reconnaissable"


def test_a_report_goes_in_and_out_with_a_reason_and_both_tell_it() -> None:
    """Undoing is an act of its own."""
    people = cast()
    told = report(people.alice.person.organisation)
    row = dossier(people.alice, told)

    with pytest.raises(NoReason):
        dossiers.detach_report(row, told, by=by(people.alice, ""))
    dossiers.detach_report(row, told, by=by(people.alice, "a mistake"))

    told.refresh_from_db()
    assert told.dossier_id is None
    assert [event.action for event in history(of_report(told)) if event.actor != "worker"] == ["attached", "detached"]


def test_a_report_of_another_dossier_is_not_taken_away() -> None:
    """A report is in one dossier at a time."""
    people = cast()
    told = report(people.alice.person.organisation)
    first, second = dossier(people.alice, told), dossier(people.alice)

    with pytest.raises(dossiers.NotThere):
        dossiers.attach_report(second, told, by=by(people.alice))

    told.refresh_from_db()
    assert told.dossier_id == first.pk


def test_a_report_of_another_organisation_is_not_attached() -> None:
    """Rows of others do not exist here."""
    people = cast()
    told = report(people.chloe.person.organisation)
    row = dossier(people.alice)

    with pytest.raises(dossiers.NotThere):
        dossiers.attach_report(row, told, by=by(people.alice))


def test_an_entry_that_is_taken_back_no_longer_counts_and_stays_in_the_history() -> None:
    """Nothing is deleted."""
    people = cast()
    row = dossier(people.alice)
    note = dossiers.write_note(row, text="wrong dossier", by=by(people.alice))

    dossiers.take_back(row, note, by=by(people.alice, "meant for another one"))

    assert dossiers.contents(row).notes == []
    assert "note_written" in {event.action for event in history(of_dossier(row))}
    with pytest.raises(dossiers.NotThere):
        dossiers.take_back(row, note, by=by(people.alice, "again"))


def test_a_person_bears_identities_with_dates_and_source() -> None:
    """A name is a statement with its source; a judgement is another person's, and the last one counts."""
    people = cast()
    row = dossier(people.alice)
    someone = dossiers.add_person(row, label="compte 3", role="person_of_interest", by=by(people.alice))
    told = {"kind": "nickname", "value": "exemple_17", "source": "export", "since": "2025-01-02", "until": ""}
    name = dossiers.add_identity(row, someone, by=by(people.alice), words_told=told)

    dossiers.judge_identity(row, name, judgement="unsure", by=by(people.alice, "a common name"))
    dossiers.judge_identity(row, name, judgement="positive", by=by(people.alice, "same telephone"))

    (shown,) = dossiers.contents(row).identities
    assert (shown.text("value"), shown.text("since"), shown.words["until"]) == ("exemple_17", "2025-01-02", None)
    assert (shown.judgement, shown.judged_reason) == ("positive", "same telephone")


@pytest.mark.parametrize(
    "change", [{"kind": "gender"}, {"value": " "}, {"source": ""}, {"since": "yesterday"}], ids=lambda told: str(*told)
)
def test_an_identity_without_kind_value_source_or_with_a_wrong_date_is_refused(change: dict[str, str]) -> None:
    """What cannot be checked is not kept."""
    people = cast()
    row = dossier(people.alice)
    someone = dossiers.add_person(row, label="compte 3", role="person_of_interest", by=by(people.alice))
    told = {"kind": "nickname", "value": "exemple_17", "source": "export", "since": "", "until": ""}

    with pytest.raises(dossiers.NotWritten):
        dossiers.add_identity(row, someone, by=by(people.alice), words_told=told | change)


def test_an_identity_of_nobody_is_refused() -> None:
    """Identities belong to a person of this dossier."""
    people = cast()
    row = dossier(people.alice)

    with pytest.raises(dossiers.NotThere):
        dossiers.add_identity(row, uuid4(), by=by(people.alice), words_told={})


def test_a_stated_fact_moves_the_dossier_and_taking_it_back_moves_it_again() -> None:
    """Only people establish; the order follows, and follows back."""
    people = cast()
    row = dossier(people.alice)
    someone = dossiers.add_person(row, label="compte 3", role="person_of_interest", by=by(people.alice))
    told = {"subject": str(someone), "code": "G1", "state": "established", "evidence": ["exhibit 1, message 12"]}

    fact = facts.state_fact(row, by=by(people.alice, "read and checked"), words_told=told)
    row.refresh_from_db()
    assert row.level == 0

    dossiers.take_back(row, fact, by=by(people.alice, "another account"))
    row.refresh_from_db()
    assert row.level > 0


@pytest.mark.parametrize(
    "change", [{"code": "sex"}, {"code": "nationality"}, {"state": "certain"}, {"event_at": "noon"}]
)
def test_a_fact_outside_the_vocabulary_is_refused(change: dict[str, str]) -> None:
    """Forbidden inputs cannot be stated at all."""
    people = cast()
    row = dossier(people.alice)
    told = {"subject": "", "code": "G1", "state": "established"}

    with pytest.raises(dossiers.NotWritten):
        facts.state_fact(row, by=by(people.alice), words_told=told | change)


def test_a_fact_needs_a_reason() -> None:
    """A click alone establishes nothing."""
    people = cast()
    row = dossier(people.alice)

    with pytest.raises(NoReason):
        facts.state_fact(row, by=by(people.alice, ""), words_told={"code": "G1", "state": "established"})


def test_it_is_not_ready_before_every_point_of_the_review_is_answered() -> None:
    """What speaks for the person of interest is looked for before anything leaves."""
    people = cast()
    row = dossier(people.alice)
    dossiers.step(row, "begin_review", by=by(people.alice))

    with pytest.raises(dossiers.NotComplete):
        dossiers.step(row, "make_ready", by=by(people.alice))
    for point in review_points():
        dossiers.answer_check(row, point=point.code, answer="yes", said="looked", by=by(people.alice))
    dossiers.step(row, "make_ready", by=by(people.alice))

    row.refresh_from_db()
    assert row.status == Stage.READY


def test_a_step_that_is_not_open_changes_nothing() -> None:
    """A dossier is not handed over from the drawer."""
    people = cast()
    row = dossier(people.alice)

    with pytest.raises(WrongState):
        dossiers.step(row, "hand_over", by=by(people.alice))


def test_a_task_is_done_once() -> None:
    """Who pressed twice did it once."""
    people = cast()
    row = dossier(people.alice)
    task = dossiers.add_task(row, text="ask for the log", by=by(people.alice))

    dossiers.finish_task(row, task, by=by(people.bob))
    with pytest.raises(dossiers.NotThere):
        dossiers.finish_task(row, task, by=by(people.bob))

    assert dossiers.contents(row).tasks[0].done_by == people.bob.pseudonym


def test_only_colleagues_who_read_dossiers_work_on_one() -> None:
    """Not somebody of another organisation, not somebody without such a role, and nobody without a reason."""
    people = cast()
    row = dossier(people.alice)

    for actor, error in (
        (people.chloe, dossiers.NotThere),
        (people.zoe, dossiers.CannotRead),
        (people.by_role[Role.CUSTODIAN], dossiers.CannotRead),
    ):
        with pytest.raises(error):
            dossiers.add_member(row, actor.person, by=by(people.alice))
    with pytest.raises(NoReason):
        dossiers.add_member(row, people.bob.person, by=by(people.alice, " "))

    assert row.members.count() == 1


def test_the_lead_cannot_be_put_out_of_the_dossier() -> None:
    """Somebody answers for every dossier."""
    people = cast()
    row = dossier(people.alice)
    dossiers.add_member(row, people.bob.person, by=by(people.alice))

    dossiers.end_membership(row, people.bob.person, by=by(people.alice))
    with pytest.raises(dossiers.NotThere):
        dossiers.end_membership(row, people.alice.person, by=by(people.alice))


def test_when_the_key_is_destroyed_nothing_can_be_read_and_the_journal_still_stands() -> None:
    """Erasing is destroying a key; that something was here stays provable."""
    people = cast()
    row = dossier(people.alice, title="Titre reconnaissable")
    events = Event.objects.count()

    Tombstone.objects.create(subject=row.pk, erased_at=NOON, ground="retention")
    SubjectKey.objects.filter(subject=row.pk).delete()

    assert dossiers.contents(row).title == ""
    assert dossiers.contents(row).is_erased
    assert Event.objects.count() == events
    with pytest.raises(Erased):
        identity_for(row.pk)
