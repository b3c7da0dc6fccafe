"""The pages of a dossier: a motive first, one event a look, every verb with its author, and nothing that is lost when taken back."""

import re

import pytest
from django.urls import reverse

from rempart.web.cases import dossiers
from rempart.web.cases.checklists import review_points
from rempart.web.cases.events import Act, history, of_dossier, record_all, words
from rempart.web.cases.lifecycle import Stage
from rempart.web.cases.models import Dossier, Member
from rempart.web.people.models import Grant
from rempart.web.people.roles import Role
from tests.web.conftest import NOON
from tests.web.desk.desk_team import looks, text, visitor
from tests.web.team import by, cast, dossier, report

pytestmark = pytest.mark.usefixtures("rows")
TABS = (
    "dossier",
    "dossier_reports",
    "dossier_exhibits",
    "dossier_people",
    "dossier_timeline",
    "dossier_work",
    "dossier_review",
    "dossier_members",
    "dossier_history",
)


@pytest.mark.parametrize("name", TABS)
def test_nothing_is_shown_before_the_motive_is_told(name: str) -> None:
    """Only the number stands on the page that asks, and no look is written."""
    people = cast()
    row = dossier(people.alice, title="Titre reconnaissable")

    page = text(visitor(people.alice).get(name, row.number))

    assert "Titre reconnaissable" not in page
    assert 'name="motive"' in page
    assert looks(row.pk) == 0


@pytest.mark.parametrize("name", TABS)
def test_each_look_leaves_exactly_one_event_with_its_motive(name: str) -> None:
    """Article 25: who looked, when, why."""
    people = cast()
    row = dossier(people.alice, report(people.alice.person.organisation), title="Titre reconnaissable")
    seen = visitor(people.alice)
    seen.says_why(row)

    page = text(seen.get(name, row.number))

    assert "Titre reconnaissable" in page
    assert looks(row.pk) == 1
    assert history(of_dossier(row))[-1].motive == "follow_up"


@pytest.mark.parametrize("name", TABS)
def test_who_does_not_work_on_it_gets_the_same_answer_as_for_one_that_is_not_there(name: str) -> None:
    """404 in both cases, the same bytes; without the permission 403."""
    people = cast()
    row = dossier(people.alice)
    bob, chloe = visitor(people.bob), visitor(people.chloe)

    assert bob.get(name, row.number).status_code == 404
    assert _plain(bob.get(name, row.number)) == _plain(bob.get(name, 999_999))
    assert chloe.get(name, row.number).status_code == 404
    assert visitor(people.zoe).get(name, row.number).status_code == 403
    assert looks(row.pk) == 0


def test_the_motive_goes_on_to_the_page_that_was_wanted_and_to_no_other_site() -> None:
    """`next` is an address of ours or none."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    here = reverse("dossier_people", args=[row.number])

    wanted = seen.send("dossier_motive", row.number, motive="triage", next=here)
    foreign = seen.send("dossier_motive", row.number, motive="triage", next="//elsewhere.example/")
    none = seen.send("dossier_motive", row.number, motive="curiosity", back="/dossiers/")

    assert (wanted.status_code, wanted["Location"]) == (303, here)
    assert foreign["Location"] == reverse("dossier", args=[row.number])
    assert none["Location"] == "/dossiers/"


def test_a_stated_fact_tells_how_the_rank_moved_and_why() -> None:
    """P? → P0 because of the gate; with who and when on the page."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)

    page = text(
        seen.post("dossier_fact", row.number, code="G1", state="established", evidence="message 12", reason="lu")
    )

    row.refresh_from_db()
    assert row.level == 0
    assert re.search(r"→ P0 because: ", page)
    assert "message 12" in page


def test_a_fact_without_a_reason_or_outside_the_vocabulary_changes_nothing() -> None:
    """A click alone establishes nothing."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)

    without = text(seen.post("dossier_fact", row.number, code="G1", state="established", reason=" "))
    other = text(seen.post("dossier_fact", row.number, code="nationality", state="established", reason="x"))
    undated = text(seen.post("dossier_fact", row.number, code="G2", state="established", reason="x", event_at="soon"))

    assert "Say why." in without
    assert "none of the values" in other
    assert "none of the values" in undated
    assert dossiers.contents(row).facts == []


def test_an_instant_of_a_gate_is_taken_as_utc() -> None:
    """The field of a browser names no zone; the label does."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)

    seen.post("dossier_fact", row.number, code="G2", state="reported", event_at="2026-11-23T14:30", reason="dit")

    assert dossiers.contents(row).facts[0].text("event_at") == "2026-11-23T14:30:00+00:00"


def test_an_entry_that_is_taken_back_is_shown_struck_with_its_reason() -> None:
    """Nothing disappears from the page."""
    people = cast()
    row = dossier(people.alice)
    note = dossiers.write_note(row, text="mirabelle", by=by(people.alice))
    seen = visitor(people.alice)
    seen.says_why(row)

    page = text(seen.post("dossier_take_back", row.number, note, reason="autre dossier", page="dossier_work"))

    assert "<s>mirabelle</s>" in page
    assert "autre dossier" in page
    assert reverse("dossier_take_back", args=[row.number, note]) not in page


def test_an_entry_is_not_taken_back_without_a_reason() -> None:
    """Then it still counts."""
    people = cast()
    row = dossier(people.alice)
    note = dossiers.write_note(row, text="mirabelle", by=by(people.alice))
    seen = visitor(people.alice)
    seen.says_why(row)

    seen.post("dossier_take_back", row.number, note, reason="", page="dossier_work")

    assert [item.id for item in dossiers.contents(row).notes] == [note]


def test_a_person_with_an_identity_is_judged_on_the_page() -> None:
    """A name stays a statement until somebody judges it, with a reason."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)
    seen.post("dossier_person", row.number, label="compte 3", role="person_of_interest")
    someone = dossiers.contents(row).people[0].id
    fields = {
        "person": str(someone),
        "kind": "nickname",
        "value": "exemple_17",
        "source": "export",
        "since": "2025-01-02",
    }

    added = text(seen.post("dossier_identity", row.number, **fields))
    identity = dossiers.contents(row).identities[0].id
    judged = text(seen.post("dossier_judge", row.number, identity, judgement="unsure", reason="un nom courant"))

    assert "not judged yet" in added
    assert "it cannot be said" in judged
    assert "un nom courant" in judged


def test_accounts_moments_tasks_and_notes_stand_where_they_belong() -> None:
    """Each verb ends on the page where its entry is shown."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)

    account = text(seen.post("dossier_account", row.number, service="un jeu", name="joueur_1"))
    moment = text(seen.post("dossier_moment", row.number, text="premier contact", moment="2025-03-04", source="export"))
    written = text(seen.post("dossier_note", row.number, text="à relire"))
    seen.post("dossier_task", row.number, title="demander le journal", due="2020-01-02", to=str(people.alice.person.pk))
    task = dossiers.contents(row).tasks[0].id
    overdue = text(seen.get("dossier_work", row.number))
    ended = text(seen.post("dossier_task_done", row.number, task))

    assert "joueur_1" in account
    assert "4 Mar 2025" in moment
    assert "à relire" in written
    assert "overdue, was due" in overdue
    assert "done by" in ended


def test_a_task_goes_to_somebody_who_works_on_the_dossier() -> None:
    """Nobody else may know of it."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)

    page = text(seen.post("dossier_task", row.number, title="x", to=str(people.bob.person.pk)))

    assert "Only a colleague who works on the dossier" in page
    assert dossiers.contents(row).tasks == []


def test_the_review_names_what_is_missing_and_blocks_until_it_is_answered() -> None:
    """“Ready” waits for every point."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)
    seen.post("dossier_step", row.number, "begin_review", reason="assez réuni")
    first, *rest = review_points()
    seen.post("dossier_check", row.number, **{first.code: "yes", f"{first.code}-note": "cherché"})

    blocked = text(seen.post("dossier_step", row.number, "make_ready", reason="prêt"))
    fields = {point.code: "yes" for point in rest} | {f"{point.code}-note": "vu" for point in rest}
    complete = text(seen.post("dossier_check", row.number, **fields))
    seen.post("dossier_step", row.number, "make_ready", reason="prêt")

    assert rest[0].en.split("(")[0].strip()[:30] in blocked
    assert "Every point is answered." in complete
    row.refresh_from_db()
    assert row.status == Stage.READY


def test_a_step_asks_for_its_own_permission() -> None:
    """Who may read a dossier may not say that it is ready."""
    people = cast()
    row = dossier(people.alice)
    dossiers.step(row, "begin_review", by=by(people.alice))
    reader = people.by_role[Role.SECOND_READER]
    dossiers.add_member(row, reader.person, by=by(people.alice))

    assert visitor(reader).send("dossier_step", row.number, "make_ready", reason="x").status_code == 403
    assert visitor(people.alice).send("dossier_step", row.number, "fly", reason="x").status_code == 404


def test_a_report_is_put_in_by_its_number_and_one_of_others_is_not() -> None:
    """A number tells nothing about reports that one may not know of."""
    people = cast()
    own, other = report(people.alice.person.organisation), report(people.chloe.person.organisation)
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)

    put = text(seen.post("dossier_attach", row.number, report=f"R-{own.number:06d}", reason="même compte"))
    refused = text(seen.post("dossier_attach", row.number, report=str(other.number)))
    absent = text(seen.post("dossier_attach", row.number, report="999999"))
    seen.post("dossier_detach", row.number, report=str(own.number), reason="une erreur")

    assert f"R-{own.number:06d}" in put
    assert "is not for you. Nothing was changed." in refused
    assert "is not for you. Nothing was changed." in absent
    own.refresh_from_db()
    assert own.dossier_id is None


def test_a_hold_is_confirmed_and_marked() -> None:
    """A grave act needs its tick and a reason."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)

    unsure = text(seen.post("dossier_hold", row.number, reason="juge"))
    still_free = not Dossier.objects.get(pk=row.pk).is_held
    page = text(seen.post("dossier_hold", row.number, reason="juge", sure="1"))

    assert "Tick that you are sure." in unsure
    assert still_free
    assert Dossier.objects.get(pk=row.pk).is_held
    assert "legal hold" in page


def test_a_head_adds_a_colleague_and_restricts_and_then_no_longer_sees_it() -> None:
    """Only members know of a restricted dossier; the lead stays."""
    people = cast()
    row = dossier(people.alice)
    head = visitor(people.by_role[Role.HEAD])
    head.says_why(row)

    head.post("dossier_member_add", row.number, person=str(people.bob.person.pk), reason="aide")
    answer = head.send("dossier_restrict", row.number, reason="délicat", sure="1")

    assert Member.objects.filter(dossier=row, person=people.bob.person, until_at=None).exists()
    assert answer["Location"] == reverse("dossiers")
    assert head.get("dossier", row.number).status_code == 404
    assert visitor(people.bob).get("dossier", row.number).status_code == 200


def test_a_colleague_of_another_organisation_is_not_added() -> None:
    """There is no such colleague here."""
    people = cast()
    row = dossier(people.alice)
    head = visitor(people.by_role[Role.HEAD])
    head.says_why(row)

    page = text(head.post("dossier_member_add", row.number, person=str(people.chloe.person.pk), reason="aide"))

    assert "There is no such colleague." in page
    assert Member.objects.filter(dossier=row).count() == 1


def test_the_lead_adds_a_colleague_with_a_reason_and_takes_them_off_again() -> None:
    """Two named acts in the history of the dossier; the colleague sees it meanwhile, and no longer afterwards."""
    people = cast()
    row = dossier(people.alice)
    alice, bob = visitor(people.alice), visitor(people.bob)
    alice.says_why(row)
    number = str(people.bob.person.pk)

    form = text(alice.get("dossier_members", row.number))
    added = text(alice.post("dossier_member_add", row.number, person=number, reason="knows the game"))
    meanwhile = bob.get("dossier", row.number).status_code
    ended = text(alice.post("dossier_member_end", row.number, person=number, reason="other tasks"))
    history = text(alice.get("dossier_history", row.number))

    assert f'<option value="{number}"' in form
    assert "Restrict it" not in form
    assert "The colleague is added." in added
    assert "no longer works on this dossier" in ended
    assert (meanwhile, bob.get("dossier", row.number).status_code) == (200, 404)
    for said in ("knows the game", "other tasks", "colleague added", "colleague taken off"):
        assert said in history


def test_another_lead_who_works_on_it_is_refused_and_sees_no_form() -> None:
    """To lead one dossier gives no right on the next; who does not know of it is told nothing."""
    people = cast()
    row, own = dossier(people.alice), dossier(people.bob)
    bob, dora = visitor(people.bob), str(people.dora.person.pk)
    stranger = bob.send("dossier_member_add", row.number, person=dora, reason="aide").status_code
    dossiers.add_member(row, people.bob.person, by=by(people.alice))
    bob.says_why(row)

    page = text(bob.get("dossier_members", row.number))
    add = bob.send("dossier_member_add", row.number, person=dora, reason="aide")
    end = bob.send("dossier_member_end", row.number, person=str(people.bob.person.pk), reason="aide")
    theirs = bob.post("dossier_member_add", own.number, person=dora, reason="aide")

    assert "Add a colleague" not in page
    assert "Who leads the dossier, or a head of the organisation, adds colleagues" in page
    assert (stranger, add.status_code, end.status_code) == (404, 403, 403)
    assert "The colleague is added." in text(theirs)
    assert set(Member.objects.filter(dossier=row, until_at=None).values_list("person", flat=True)) == {
        people.alice.person.pk,
        people.bob.person.pk,
    }


def test_a_lead_who_lost_the_role_changes_nobody() -> None:
    """The right is of the role and of the lead together."""
    people = cast()
    row = dossier(people.alice)
    Grant.objects.filter(person=people.alice.person).update(role=Role.COORDINATOR)

    answer = visitor(people.alice).send("dossier_member_add", row.number, person=str(people.bob.person.pk), reason="x")

    assert answer.status_code == 403
    assert Member.objects.filter(dossier=row).count() == 1


@pytest.mark.parametrize("reason", ["", "   "])
def test_the_lead_says_why_and_stays_in_the_dossier(reason: str) -> None:
    """Without a reason nobody is added; nobody takes the lead off, the lead neither."""
    people = cast()
    row = dossier(people.alice)
    alice = visitor(people.alice)
    alice.says_why(row)

    silent = text(alice.post("dossier_member_add", row.number, person=str(people.bob.person.pk), reason=reason))
    alone = text(alice.post("dossier_member_end", row.number, person=str(people.alice.person.pk), reason="x"))

    assert "Say why." in silent
    assert "This person leads the dossier or does not work on it." in alone
    assert [member.person_id for member in Member.objects.filter(dossier=row, until_at=None)] == [
        people.alice.person.pk
    ]


def test_who_has_no_role_that_reads_dossiers_is_neither_offered_nor_added() -> None:
    """Nor somebody of another organisation, nor an account that is no longer used."""
    people = cast()
    row = dossier(people.alice)
    alice = visitor(people.alice)
    alice.says_why(row)
    gone, listener = people.by_role[Role.JURIST], people.by_role[Role.LISTENER]
    gone.person.user.is_active = False
    gone.person.user.save()

    form = text(alice.get("dossier_members", row.number))
    told = {
        actor.pseudonym: text(alice.post("dossier_member_add", row.number, person=str(actor.person.pk), reason="aide"))
        for actor in (people.zoe, listener, gone, people.chloe)
    }

    assert [
        actor for actor in (people.zoe, listener, gone, people.chloe) if f'<option value="{actor.person.pk}"' in form
    ] == []
    assert all("no role that reads dossiers" in told[actor.pseudonym] for actor in (people.zoe, listener, gone))
    assert "There is no such colleague." in told[people.chloe.pseudonym]
    assert Member.objects.filter(dossier=row).count() == 1


def test_who_may_only_read_sees_no_form_and_is_refused_when_sending_one() -> None:
    """Delete and write are never part of read."""
    people = cast()
    row = dossier(people.alice)
    dossiers.write_note(row, text="mirabelle", by=by(people.alice))
    reader = people.by_role[Role.COORDINATOR]
    dossiers.add_member(row, reader.person, by=by(people.alice))
    seen = visitor(reader)
    seen.says_why(row)

    page = text(seen.get("dossier_work", row.number))

    assert "mirabelle" in page
    assert "Keep the note" not in page
    assert "Take back" not in page
    assert seen.send("dossier_note", row.number, text="x").status_code == 403


def test_the_history_says_who_looked_why_and_with_which_leaf() -> None:
    """Consultations stand beside acts."""
    people = cast()
    row = dossier(people.alice, title="Titre reconnaissable")
    seen = visitor(people.alice)
    seen.says_why(row)
    seen.get("dossier", row.number)

    page = text(seen.get("dossier_history", row.number))

    assert "To go on working on it" in page
    assert "dossier opened" in page


def test_a_thousand_looks_do_not_slow_the_page_down() -> None:
    """Who only looked wrote nothing that the dossier holds; their words are not opened for a page."""
    people = cast()
    row = dossier(people.alice)
    acts = [Act(action="shown", actor="p-1", at=NOON, payload={"what": "messages 1"}) for _ in range(20)]
    record_all([(one, of_dossier(row)) for one in acts])

    told = words(of_dossier(row))

    assert {event.action for event in told} == {"dossier_opened"}


def test_hostile_words_are_escaped_on_every_page() -> None:
    """What people write is never markup."""
    people = cast()
    row = dossier(people.alice, title="<script>alert(1)</script>")
    someone = dossiers.add_person(row, label='"><img src=x onerror=alert(1)>', role="witness", by=by(people.alice))
    dossiers.write_note(row, text="<script>alert(2)</script>", by=by(people.alice))
    dossiers.add_moment(row, text="<b>x</b>", moment="<i>", source="<u>", by=by(people.alice))
    seen = visitor(people.alice)
    seen.says_why(row)

    pages = "".join(text(seen.get(name, row.number)) for name in TABS)

    assert someone
    for markup in ("<script>alert", "<img src=x", "<b>x</b>", "<u>"):
        assert markup not in pages


def _plain(answer: object) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", getattr(answer, "content"))  # noqa: B009


@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ("messages 3f2c 4-7 9", "messages 5-8, 10"),
        ("messages 3f2c 0", "messages 1"),
        ("messages", "messages"),
        ("words", "the person's words"),
    ],
)
def test_the_history_tells_places_as_people_count_them(what: str, shown: str) -> None:
    """From 1, and without the number that only the machine knows."""
    from django.utils.translation import override

    from rempart.web.desk.dossier_history import _shown

    with override("en"):
        assert _shown(what) == shown
