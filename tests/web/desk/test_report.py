"""The page of a report: why first, one look one event, words only when asked for, verbs that are open, and refusals that tell nothing."""

import pytest

from rempart.intake.report import Attachment, Category, Urgency
from rempart.web.cases import dossiers
from rempart.web.cases.events import history, of_report
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Event, Exposure, Leaf, Report
from rempart.web.config import Site
from rempart.web.people.roles import Role
from tests.web.conftest import NOON
from tests.web.desk.desking import (
    NARRATIVE,
    PHONE,
    actions,
    at_desk,
    open_page,
    opened,
    press,
    said,
    tell_motive,
    text_of,
    told,
)
from tests.web.entering import sign_lately
from tests.web.team import by, cast, dossier, person, report

pytestmark = pytest.mark.usefixtures("rows")


def test_nothing_is_shown_before_somebody_says_why(site: Site) -> None:
    """The page asks for a motive; it holds the number and no answer, and no event is written."""
    people, (row,) = cast(), opened(site)

    page = text_of(at_desk(people.bob).get(f"/reports/{row.number}/"))

    assert "Why do you open" in page
    assert "secrecy asked" not in page
    assert actions(row) == []


def test_without_a_choice_nothing_is_opened(site: Site) -> None:
    """An empty form leads back to the question."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)

    answer = tell_motive(bob, row, motive="")

    assert "Choose why you open this" in said(bob, answer)
    assert actions(row) == []


def test_each_look_is_one_event_with_its_motive(site: Site) -> None:
    """Two looks, two events; the motive is asked once a day."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row, "follow_up")

    for _ in range(2):
        bob.get(f"/reports/{row.number}/")

    looks = Event.objects.filter(subject=row.pk, action="consulted")
    assert list(looks.values_list("motive", "actor")) == [("follow_up", people.bob.pseudonym)] * 2


def test_a_note_to_the_motive_is_kept_sealed(site: Site) -> None:
    """What somebody adds stands in the history, not in clear."""
    people, (row,) = cast(), opened(site)

    at_desk(people.bob).post(f"/reports/{row.number}/motive/", {"motive": "authority", "note": "asked by telephone"})

    noted = [one for one in history(of_report(row)) if one.action == "motive_told"]
    assert [one.payload for one in noted] == [{"note": "asked by telephone"}]


def test_words_and_contact_are_not_on_the_page_until_asked_for(site: Site) -> None:
    """Answers in words, the length of the text, and not the text."""
    people, (row,) = cast(), opened(site)

    page = open_page(at_desk(people.bob), row)

    assert "secrecy asked" in page
    assert f"Hidden: {len(NARRATIVE)} signs" in page
    assert NARRATIVE not in page
    assert PHONE not in page


def test_words_that_are_asked_for_are_counted_and_shown(site: Site) -> None:
    """One “shown” event, one item of the day; hidden again at will."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    press(bob, row, "show", show="words")
    page = text_of(bob.get(f"/reports/{row.number}/"))
    press(bob, row, "hide")
    again = text_of(bob.get(f"/reports/{row.number}/"))

    assert NARRATIVE in page
    assert NARRATIVE not in again
    assert actions(row).count("shown") == 1
    assert Exposure.objects.get(person=people.bob.person).items == 1


def test_words_are_not_shown_beyond_the_limit_of_the_day(site: Site) -> None:
    """Neither asked for anew, nor left on the page from before."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)
    press(bob, row, "show", show="words")
    Exposure.objects.update(limit_s=0)

    page = text_of(bob.get(f"/reports/{row.number}/"))
    answer = press(bob, row, "show", show="words", back=f"/reports/{row.number}/")

    assert NARRATIVE not in page
    assert "limit of reading" in said(bob, answer)
    assert actions(row).count("shown") == 1


def test_the_item_that_reaches_the_limit_is_shown_for_its_time(site: Site) -> None:
    """What was counted in advance is not taken away before it was seen."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    people.bob.person.daily_limit_s = 60
    people.bob.person.save()
    tell_motive(bob, row)

    press(bob, row, "show", show="words")

    assert NARRATIVE in text_of(bob.get(f"/reports/{row.number}/"))


def test_words_are_not_shown_without_a_motive(site: Site) -> None:
    """A demand sent by hand leads to the question."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)

    press(bob, row, "show", show="words")

    assert "Why do you open" in text_of(bob.get(f"/reports/{row.number}/"))
    assert "shown" not in actions(row)


def test_contact_is_for_the_custodian_only(site: Site) -> None:
    """The custodian sees it when asking; an analyst is refused, and told that there is one."""
    people, (row,) = cast(), opened(site)
    bob, custodian = at_desk(people.bob), at_desk(people.by_role[Role.CUSTODIAN])
    tell_motive(custodian, row)

    refused = press(bob, row, "contact")
    press(custodian, row, "contact")

    assert refused.status_code == 403
    assert PHONE in text_of(custodian.get(f"/reports/{row.number}/"))
    assert "The custodian of identities may read it" in open_page(bob, row)


def test_what_shows_words_of_a_person_is_escaped(site: Site) -> None:
    """A text that looks like a page stays a text."""
    people, (row,) = cast(), opened(site, told(narrative="<script>alert(1)</script>", addresses=("javascript:x",)))
    bob = at_desk(people.bob)
    tell_motive(bob, row)
    press(bob, row, "show", show="words")

    raw = bob.get(f"/reports/{row.number}/").content.decode()

    assert "<script>alert" not in raw
    assert 'href="javascript' not in raw


def test_the_reporter_is_told_that_somebody_read(site: Site) -> None:
    """Once, when who sorts reports asks for the words; a supervisor's look tells nothing."""
    from rempart.web.door.models import Mailbox

    people, (row,) = cast(), opened(site)
    box = Mailbox.objects.filter(lookup=bytes(row.lookup))
    head, bob = at_desk(people.by_role[Role.HEAD]), at_desk(people.bob)
    for client in (head, bob):
        tell_motive(client, row)

    press(head, row, "show", show="words")
    before = box.get().status
    press(bob, row, "show", show="words")

    assert (before, box.get().status) == ("received", "read")


@pytest.mark.parametrize("where", ["other_organisation", "absent", "restricted"])
def test_strangers_get_the_same_404(site: Site, where: str) -> None:
    """Absent, of another organisation, or in a restricted dossier: the same bytes."""
    people, (row,) = cast(), opened(site)
    hidden = opened(site)[0]
    case = dossier(people.alice, hidden)
    dossiers.restrict(case, is_restricted=True, by=by(people.alice))
    who = people.chloe if where == "other_organisation" else people.bob
    number = {"other_organisation": row.number, "absent": 99_999, "restricted": hidden.number}[where]
    client = at_desk(who)
    reference = client.get("/reports/88888/")

    answers = [client.get(f"/reports/{number}/"), press(client, row if where != "absent" else _fake(99_999), "pass-on")]

    assert answers[0].status_code == 404
    assert answers[0].content == reference.content
    if where != "restricted":
        assert answers[1].content == reference.content


def _fake(number: int) -> Report:
    return Report(number=number)


@pytest.mark.parametrize("role", [Role.LISTENER, Role.VOLUNTEER, Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_roles_without_content_get_403(site: Site, role: Role) -> None:
    """Whether there is such a report or not, with the same bytes."""
    people, (row,) = cast(), opened(site)
    client = at_desk(people.by_role[role])

    there, absent = client.get(f"/reports/{row.number}/"), client.get("/reports/99999/")

    assert (there.status_code, absent.status_code) == (403, 403)
    assert there.content == absent.content


def test_a_volunteer_cannot_pull_a_report_into_an_own_dossier(site: Site) -> None:
    """To write in a dossier is not to read reports."""
    people, (row,) = cast(), opened(site)
    volunteer = people.by_role[Role.VOLUNTEER]
    both = person("Volunteer and lead", volunteer.person.organisation, Role.VOLUNTEER)
    case = dossier(both)

    answer = press(at_desk(both), row, "attach", choice=str(case.number))

    row.refresh_from_db()
    assert answer.status_code == 403
    assert row.dossier is None


def test_a_step_tells_what_it_did_and_needs_a_reason(site: Site) -> None:
    """The refusal is told on the page; nothing has moved."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    refused = said(bob, press(bob, row, "pass-on", reason="  ", back=f"/reports/{row.number}/"))
    row.refresh_from_db()
    before = row.status
    done = said(bob, press(bob, row, "pass-on"))
    row.refresh_from_db()

    assert "Say why" in refused
    assert before == Status.TO_TRIAGE
    assert "to be qualified" in done
    assert row.status == Status.TO_QUALIFY


def test_only_the_verbs_that_are_open_are_offered(site: Site) -> None:
    """From this state, to this person; while a colleague works on it, none."""
    people, (row,) = cast(), opened(site)
    bob, alice = at_desk(people.bob), at_desk(people.alice)

    first = open_page(bob, row)
    press(bob, row, "take")
    other = open_page(alice, row)

    assert f"/reports/{row.number}/pass-on/" in first
    assert f"/reports/{row.number}/reopen/" not in first
    assert f"/reports/{row.number}/pass-on/" not in other
    assert "works on this report now" in other


def test_a_verb_pressed_twice_is_refused_the_second_time(site: Site) -> None:
    """The second form finds that the report has moved on."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)
    press(bob, row, "pass-on")

    again = press(bob, row, "pass-on", back=f"/reports/{row.number}/")

    assert "moved on meanwhile" in said(bob, again)
    assert actions(row).count("pass_on") == 1


def test_a_stated_gate_moves_the_level_and_says_why(site: Site) -> None:
    """P2 → P0 because …, with the advice to telephone first; taken back, it moves again."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)
    before = row.level

    sentence = said(bob, press(bob, row, "facts", code="G1", state="established", evidence="call of 10:02\n"))
    row.refresh_from_db()
    page = text_of(bob.get(f"/reports/{row.number}/"))
    entry = Event.objects.get(subject=row.pk, action="fact_stated")
    back = said(bob, press(bob, row, f"facts/{entry.pk}/back"))

    assert before > 0
    assert (row.level, "→ P0" in sentence, "child with the person of interest now" in sentence) == (0, True, True)
    assert "telephone first" in page
    assert "P0 → " in back
    row.refresh_from_db()
    assert row.level == before
    assert Leaf.objects.filter(subject=entry.pk).exists()


def test_a_fact_without_reason_or_of_no_code_is_refused(site: Site) -> None:
    """Nothing is ordered by half a statement."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)
    back = f"/reports/{row.number}/"

    sentences = [
        said(bob, press(bob, row, "facts", code="G1", state="established", reason="", back=back)),
        said(bob, press(bob, row, "facts", code="sex", state="established", back=back)),
        said(bob, press(bob, row, "facts", code="G2", state="established", event_at="soon", back=back)),
        said(bob, press(bob, row, "facts", code="volume", state="established", at_least="many", back=back)),
    ]

    assert all("Nothing was changed" in one or "nothing was changed" in one for one in sentences)
    assert "fact_stated" not in actions(row)


def test_qualifying_marks_the_files_as_assessed(site: Site) -> None:
    """Nobody has to look at the same bytes again."""
    same = Attachment(name="export.txt", sha256="a" * 64, size_bytes=10, address="b" * 64, reader="text")
    people, rows = cast(), opened(site, told(attachments=(same,)), told(attachments=(same,), narrative="Another time."))
    bob = at_desk(people.bob)
    tell_motive(bob, rows[0])

    press(bob, rows[0], "qualify", outcome="national", basis="article named by the jurist")

    assert "need not be seen again" in open_page(bob, rows[1])


def test_a_baseline_waits_for_another_reader(site: Site) -> None:
    """Who read first is told so; the second reader has the box and the two verbs."""
    people, (row,) = cast(), opened(site)
    both = person("Édith", people.bob.person.organisation, Role.ANALYST, Role.SECOND_READER)
    edith, dora = at_desk(both), at_desk(people.dora)
    tell_motive(edith, row)
    press(edith, row, "qualify", outcome="baseline", basis="named list")

    own, other = text_of(edith.get(f"/reports/{row.number}/")), open_page(dora, row, "second_reading")
    refused = said(edith, press(edith, row, "confirm-reading", back=f"/reports/{row.number}/"))
    press(dora, row, "confirm-reading")

    assert "nobody confirms their own reading" in own
    assert "confirm-reading" not in own
    assert "illegal everywhere (baseline)" in other
    assert "confirm-reading" in other
    assert "somebody else than the first" in refused
    row.refresh_from_db()
    assert row.status == Status.QUALIFIED


def test_a_hold_asks_twice(site: Site) -> None:
    """A grave act needs its tick."""
    people, (row,) = cast(), opened(site)
    alice = at_desk(people.alice)
    tell_motive(alice, row)

    unsure = said(alice, press(alice, row, "hold", back=f"/reports/{row.number}/"))
    press(alice, row, "hold", sure="1")

    assert "Tick that you are sure" in unsure
    row.refresh_from_db()
    assert row.is_held


def test_a_report_is_given_only_to_who_could_open_it(site: Site) -> None:
    """Not to another organisation, not to a role that reads nothing."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)
    back = f"/reports/{row.number}/"

    stranger = said(bob, press(bob, row, "assign", choice=str(people.chloe.person.pk), back=back))
    auditor = said(bob, press(bob, row, "assign", choice=str(people.by_role[Role.AUDITOR].person.pk), back=back))
    given = said(bob, press(bob, row, "assign", choice=str(people.alice.person.pk)))

    assert "of your organisation" in stranger
    assert "could not open" in auditor
    assert "was given to Alice" in given


def test_a_dossier_is_opened_with_the_report_in_it_and_the_report_comes_out_again(site: Site) -> None:
    """Both tell it; an empty title is refused."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    empty = said(bob, press(bob, row, "open-dossier", title=" ", back=f"/reports/{row.number}/"))
    opened_one = said(bob, press(bob, row, "open-dossier", title="Trial", purpose="to see"))
    row.refresh_from_db()
    inside = row.dossier
    press(bob, row, "detach")
    row.refresh_from_db()

    assert "is empty" in empty
    assert "You lead it" in opened_one
    assert inside is not None
    assert row.dossier is None
    assert actions(row)[-3:] == ["consulted", "attached", "detached"] or "detached" in actions(row)


def test_the_history_names_people_and_leaves(site: Site) -> None:
    """Who, what, why, and the number in the journal."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)
    tell_motive(bob, row)
    press(bob, row, "pass-on", reason="enough is known for now")

    page = text_of(bob.get(f"/reports/{row.number}/"))

    assert "enough is known for now" in page
    assert people.bob.person.user.get_username() in page
    assert people.bob.pseudonym not in page
    assert "passed on to be qualified" in page


def test_a_report_that_cannot_be_opened_says_so_and_can_be_worked_on() -> None:
    """It stands in the queue by what was declared; its page has no words, and no failure."""
    people = cast()
    row = report(people.bob.person.organisation, failure="damaged")

    page = open_page(at_desk(people.bob), row)

    assert "cannot be opened here now" in page
    assert "its sealed bytes are damaged" in page
    assert "pass-on" in page


def test_the_words_of_an_urgent_declaration_come_first(site: Site) -> None:
    """Declared danger: the page says what to do, and that nobody has confirmed it."""
    people, (row,) = cast(), opened(site, told(urgency=Urgency.NOW, category=Category.MEETING))

    page = open_page(at_desk(people.bob), row)

    assert row.level == 0
    assert "Perhaps a child is in danger now" in page
    assert "17 (police, gendarmerie) or 112" in page
    assert row.received_at <= NOON


@pytest.mark.parametrize("verb", ["refer", "police-first"])
def test_what_leaves_the_house_asks_again_who_one_is(site: Site, verb: str) -> None:
    """A screen that was left open refers nothing; with a fresh signature the step is taken."""
    people, (row,) = cast(), opened(site)
    Report.objects.filter(pk=row.pk).update(status="qualified", outcome="national")
    bob = at_desk(people.bob)
    tell_motive(bob, row)

    asked = press(bob, row, verb)
    row.refresh_from_db()
    assert (asked.status_code, row.status) == (200, "qualified")

    sign_lately(bob, people.bob.person.user)
    press(bob, row, verb)
    row.refresh_from_db()
    assert row.status == {"refer": "referred", "police-first": "police_first"}[verb]
