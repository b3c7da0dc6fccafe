"""Faults that peers' tools had, each once, so that this one does not have them (reference/workflow.md §5.6).

Not here yet, because what they are about is not: XML order and XSD validity of a referral (coop #477), its victim block (#846), the
mapping of ICCAM codes there and back (SCART), the threshold and feedback kept with each PDQ match (HMA #1873): no recipient and
no list of hashes exists before the issues on referral and matching. TLS verification everywhere (SCART) is in tests/web/duties; a
reporter who cannot leave without acknowledging the code (GL #4865) in tests/journeys.
"""

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.urls import get_resolver

from rempart.intake.report import Category, Kind
from rempart.web.cases import dossiers, reports
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Event, Leaf, Report
from rempart.web.config import Site
from rempart.web.desk.histories import ACTIONS
from rempart.web.door.models import Message, StatusChange
from rempart.web.people.access import actor_of
from rempart.web.people.accounts import grant_role
from rempart.web.people.roles import ROLES, Permission, Role
from tests.web.conftest import NOON
from tests.web.desk.desking import actions, at_desk, open_page, opened, press, said, tell_motive, text_of, told
from tests.web.entering import sign_lately
from tests.web.team import by, cast, dossier, person

pytestmark = pytest.mark.usefixtures("rows")


def test_a_report_of_words_only_reaches_the_queue_and_its_reader(site: Site) -> None:
    """coop #661: text-only reports of an approach reached nobody. No file, no address: it is ranked, listed and read."""
    words = "Somebody writes every evening and asks to keep it a secret."
    people = cast()
    (row,) = opened(site, told(kind=Kind.CONVERSATION, category=Category.SECRECY_ASKED, narrative=words))
    bob = at_desk(people.bob)

    queue = text_of(bob.get("/"))
    tell_motive(bob, row)
    press(bob, row, "show", show="words")

    assert f"R-{row.number:06d}" in queue
    assert row.reasons
    assert words in text_of(bob.get(f"/reports/{row.number}/"))


def test_a_step_that_fails_shows_an_error_and_nothing_leaves_the_queue(site: Site) -> None:
    """coop #1233: a failed resolution took the report out of the queue in silence."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    sentence = said(bob, press(bob, row, "close", choice="no_follow_up", reason="", back="/"))

    row.refresh_from_db()
    assert "nothing was changed" in sentence
    assert (row.status, row.is_open) == (Status.TO_TRIAGE, True)
    assert f"R-{row.number:06d}" in text_of(bob.get("/"))


def test_a_step_that_breaks_in_the_middle_leaves_the_report_where_it_was(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """coop #1233, the other half: when the journal cannot be written, the column is not changed either, and the page says so."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    bob.raise_request_exception = False

    def breaks(*_args: object, **_named: object) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr(reports, "record", breaks)
    answer = press(bob, row, "close", choice="no_follow_up")

    row.refresh_from_db()
    assert answer.status_code == 500
    assert (row.status, row.is_open) == (Status.TO_TRIAGE, True)


def test_what_was_seen_is_told_by_view_events_only(site: Site) -> None:
    """coop l. 927: “viewed” was a field that anybody could set. Here “shown” is written by showing, and by nothing else."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    open_page(bob, row)
    press(bob, row, "pass-on", shown="1", viewed="true", seconds="500")

    assert "shown" not in actions(row)
    press(bob, row, "show", show="words")
    (event,) = Event.objects.filter(subject=row.pk, action="shown")
    assert event.actor == people.bob.pseudonym
    assert Leaf.objects.filter(subject=event.pk).exists()
    assert not any("view" in field.name or "seen" in field.name for field in Report._meta.get_fields())


def test_a_restricted_report_stays_restricted_when_roles_change(site: Site) -> None:
    """coop #1154: a restricted queue lost its restriction at a reconfiguration. More roles open no restricted dossier."""
    people, (row,) = cast(), opened(site)
    dossiers.restrict(dossier(people.alice, row), is_restricted=True, by=by(people.alice))
    somebody = person("Édith", people.bob.person.organisation).person

    for role in Role:
        grant_role(somebody, role=role, by="owner", at=NOON)
    client = at_desk(actor_of(somebody))

    assert f"R-{row.number:06d}" not in text_of(client.get("/"))
    assert client.get(f"/reports/{row.number}/").status_code == 404
    assert press(client, row, "pass-on").status_code == 404


@pytest.mark.parametrize("role", [Role.LISTENER, Role.VOLUNTEER, Role.SECOND_READER, Role.CUSTODIAN, Role.AUDITOR])
def test_a_low_role_saves_nothing_that_leads_outside(site: Site, role: Role) -> None:
    """coop #504: a low role could save the settings of referrals. Here the steps that lead outside are refused by the server."""
    people, (row,) = cast(), opened(site)
    Report.objects.filter(pk=row.pk).update(status=Status.QUALIFIED, outcome="national")
    client = at_desk(people.by_role[role])

    answers = [press(client, row, verb).status_code for verb in ("refer", "police-first", "close", "answer", "hold")]

    row.refresh_from_db()
    assert answers == [403] * 5
    assert row.status == Status.QUALIFIED


def test_a_reason_and_a_note_are_never_sent(site: Site) -> None:
    """AbuseIO #339: an internal note was mailed to the reporter. Only the form of the answer writes to the mailbox."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    press(bob, row, "ask-more", reason="an internal remark on the family")
    press(bob, row, "more-received", reason="an internal remark, again")
    press(bob, row, "open-dossier", title="Trial", purpose="an internal purpose")
    row.refresh_from_db()
    assert row.dossier is not None
    dossiers.write_note(row.dossier, text="an internal note", by=by(people.bob))

    assert not Message.objects.filter(from_reporter=False).exists()
    assert not StatusChange.objects.exists()


def test_undetermined_is_not_baseline(site: Site) -> None:
    """SCART: what nobody had determined was exported as baseline. It is a finding of its own and leads nowhere that illegal goes."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    press(bob, row, "qualify", outcome="undetermined", basis="the age cannot be told")
    page = text_of(bob.get(f"/reports/{row.number}/"))
    sign_lately(bob, people.bob.person.user)
    refused = said(bob, press(bob, row, "refer", back=f"/reports/{row.number}/"))

    row.refresh_from_db()
    assert (row.outcome, row.status) == ("undetermined", Status.QUALIFIED)
    assert f"/reports/{row.number}/refer/" not in page
    assert "undetermined stays undetermined" in refused


@pytest.mark.parametrize("outcome", ["", "illegal", "baseline ", "BASELINE"])
def test_a_form_without_a_finding_finds_nothing(site: Site, outcome: str) -> None:
    """SCART, the other half: no value, or another word, never falls back to one."""
    people, (row,) = cast(), opened(site)

    press(at_desk(people.bob), row, "qualify", outcome=outcome)

    row.refresh_from_db()
    assert (row.outcome, row.status) == ("", Status.TO_TRIAGE)


def test_what_brings_a_report_back_carries_its_reason(site: Site) -> None:
    """GL #4597: a reminder did not say why. Overdue, drawn, given by somebody, a new message: each is told on the line itself."""
    people, (row,) = cast(), opened(site)
    press(at_desk(people.bob), row, "assign", choice=str(people.alice.person.pk), reason="she knows the family")
    Report.objects.filter(pk=row.pk).update(is_drawn=True, messages=1, due_at=NOON.replace(year=2020))

    mine = text_of(at_desk(people.alice).get("/mine/"))
    page = open_page(at_desk(people.alice), row)

    assert all(reason in mine for reason in ("overdue by", "drawn for reading", "1 new message", "given to"))
    assert "she knows the family" in page


def test_who_writes_cannot_delete(site: Site) -> None:
    """IRIS #977: to write included to delete. No role has such a right, no address deletes, and the tables refuse it."""
    people, (row,) = cast(), opened(site)
    press(at_desk(people.bob), row, "pass-on")
    event = Event.objects.filter(subject=row.pk).latest("seq")

    assert not [permission for permission in Permission if "delete" in permission]
    assert not [name for name in get_resolver().reverse_dict if isinstance(name, str) and "delete" in name]
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        event.delete()
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM desk_leaf")


def test_nobody_confirms_themself_whatever_their_roles(site: Site) -> None:
    """Primero self_approve: to confirm one's own is a right that no role has, all roles together neither."""
    people, (row,) = cast(), opened(site)
    every = person("Édith", people.bob.person.organisation, *Role)
    client = at_desk(every)
    tell_motive(client, row)
    press(client, row, "qualify", outcome="baseline")

    sentence = said(client, press(client, row, "confirm-reading", back=f"/reports/{row.number}/"))

    row.refresh_from_db()
    assert "somebody else than the first" in sentence
    assert row.status == Status.SECOND_READING
    assert not any("self" in permission for permissions in ROLES.values() for permission in permissions)


def test_every_act_on_a_report_is_told_in_words(site: Site) -> None:
    """ActivityInfo and others show codes to readers of a history: here each verb that writes an event has its words."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)
    press(bob, row, "take")
    press(bob, row, "facts", code="G1", state="reported")
    press(bob, row, "pass-on")
    press(bob, row, "qualify", outcome="not_illegal")
    press(bob, row, "reopen")

    written = set(Event.objects.filter(subject=row.pk).values_list("action", flat=True))

    assert written <= set(ACTIONS)
