"""The page of care: one's own reading, the beats of pages, and a colleague's limit, lifted by somebody else with a reason."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from rempart.web.cases import care
from rempart.web.cases.events import history, of_person, of_report
from rempart.web.cases.models import Exposure
from rempart.web.people.access import Actor
from rempart.web.people.roles import Role
from tests.web.desk.desking import at_desk, said, text_of
from tests.web.team import by, cast, person, report

pytestmark = pytest.mark.usefixtures("rows")
MANY = (
    care.policy().break_after_s // care.policy().nominal_s
)  # items that count as long as one reads between two breaks


def now() -> datetime:
    """This instant: the page asks the clock itself."""
    return datetime.now(UTC)


def read(actor: Actor, *, items: int = 1, ago: timedelta = timedelta(0)) -> None:
    """This person asked to see words so often."""
    row = report(actor.person.organisation)
    for _ in range(items):
        care.count_item(by(actor, at=now() - ago), what="words", subject=of_report(row))


def lift(client: Client, actor: Actor, **fields: str) -> str:
    """The form, and what the page says then."""
    told = {"minutes": "30", "reason": "a child waits", "back": "/care/"}
    return said(client, client.post(f"/care/lift/{actor.person.pk}/", told | fields))


# -- one's own ------------------------------------------------------------------------------------------


def test_who_has_read_nothing_sees_zeros_and_no_table_of_others() -> None:
    """A listener too: everybody may see their own."""
    page = text_of(at_desk(cast().by_role[Role.LISTENER]).get("/care/"))

    assert "Today: 0 minutes of 120, 0 items." in page
    assert "0 minutes in 14 days." in page
    assert "Colleagues today" not in page
    assert "A break is due" not in page


def test_own_reading_is_told_in_numbers_and_day_by_day() -> None:
    """The picture has its table."""
    people = cast()
    read(people.bob, items=3)
    Exposure.objects.create(
        person=people.bob.person, day_date=now().date() - timedelta(days=3), seconds=1_200, items=9, limit_s=7_200
    )
    Exposure.objects.create(
        person=people.bob.person, day_date=now().date() - timedelta(days=14), seconds=6_000, items=9, limit_s=7_200
    )

    page = text_of(at_desk(people.bob).get("/care/"))

    assert "Today: 3 minutes of 120, 3 items." in page
    assert "23 minutes in 14 days." in page
    cells = re.findall(r'<th scope="row">(\d\d/\d\d)</th><td>(\d+)</td>', page)
    assert len(cells) == 14
    assert [minutes for _, minutes in cells if minutes != "0"] == ["20", "3"]


def test_a_break_and_a_limit_are_told_calmly() -> None:
    """First the one, then the other, never both."""
    people = cast()
    read(people.bob, items=MANY)
    due = text_of(at_desk(people.bob).get("/care/"))
    people.bob.person.daily_limit_s = 60
    Exposure.objects.filter(person=people.bob.person).update(limit_s=60)

    over = text_of(at_desk(people.bob).get("/care/"))

    assert "A break is due: leave the screen for 10 minutes." in due
    assert "Your limit of reading for today is reached." in over
    assert "A break is due" not in over


def test_after_a_break_none_is_due() -> None:
    """Who comes back from it is not sent away again, neither by the page nor by its beats."""
    people = cast()
    read(people.bob, items=MANY, ago=timedelta(minutes=11))
    client = at_desk(people.bob)

    page, beat = text_of(client.get("/care/")), client.post("/care/beat/").json()

    assert "A break is due" not in page
    assert not beat["is_break_due"]


# -- beats ----------------------------------------------------------------------------------------------


def test_a_beat_adds_the_time_since_the_last_word() -> None:
    """What was paid for when it was shown is not counted twice; the answer tells what the banner needs."""
    people = cast()
    read(people.bob)
    Exposure.objects.update(last_at=now() - timedelta(seconds=30), credit_s=10, seconds=100, since_break_s=1_490)

    told = at_desk(people.bob).post("/care/beat/").json()

    row = Exposure.objects.get()
    assert row.seconds in (120, 121)
    assert told == {"minutes": 2, "limit_minutes": 120, "is_over": False, "is_break_due": True}


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_a_page_of_ours_beats(method: str) -> None:
    """By a form of the desk; nothing is counted by opening an address."""
    client = at_desk(cast().bob)

    assert getattr(client, method)("/care/beat/").status_code == 405
    assert not Exposure.objects.exists()


def test_a_beat_without_the_mark_of_our_forms_is_refused() -> None:
    """Another site cannot use up somebody's day."""
    people = cast()
    client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    client.cookies = at_desk(people.bob).cookies

    assert client.post("/care/beat/").status_code == 403
    assert not Exposure.objects.exists()


def test_nobody_beats_for_somebody_else() -> None:
    """There is no field for it: the row is that of the session."""
    people = cast()
    read(people.bob)
    before = Exposure.objects.get().seconds

    at_desk(people.alice).post("/care/beat/", {"person": str(people.bob.person.pk)})

    assert Exposure.objects.get(person=people.bob.person).seconds == before


# -- lifting --------------------------------------------------------------------------------------------


def test_a_head_lifts_the_limit_of_a_colleague_with_a_reason() -> None:
    """It is an event of the colleague; on the next page they read on."""
    people = cast()
    head = people.by_role[Role.HEAD]
    read(people.bob)
    Exposure.objects.update(seconds=7_200)
    client = at_desk(head)
    page = text_of(client.get("/care/"))

    told = lift(client, people.bob)

    assert f"/care/lift/{people.bob.person.pk}/" in page
    assert "can go on today." in told
    assert not care.today(people.bob.person, now=now()).is_over
    event = history(of_person(people.bob.person))[-1]
    assert (event.action, event.actor) == ("limit_lifted", head.pseudonym)
    assert event.payload == {"reason": "a child waits", "minutes": 30}


def test_nobody_lifts_their_own() -> None:
    """Neither is it offered, nor taken."""
    people = cast()
    head = people.by_role[Role.HEAD]
    read(head)
    client = at_desk(head)

    offered = text_of(client.get("/care/"))

    assert f"/care/lift/{head.person.pk}/" not in offered
    assert "Nobody lifts their own limit." in lift(client, head)
    assert care.today(head.person, now=now()).limit_s == head.person.daily_limit_s


def test_another_organisation_is_not_there() -> None:
    """A head sees their own people only, and can lift for no others."""
    people = cast()
    read(people.chloe)
    client = at_desk(people.by_role[Role.HEAD])

    page = text_of(client.get("/care/"))
    answer = client.post(f"/care/lift/{people.chloe.person.pk}/", {"minutes": "30", "reason": "a child waits"})

    assert "Chloé" not in page
    assert answer.status_code == 404
    assert care.today(people.chloe.person, now=now()).limit_s == people.chloe.person.daily_limit_s


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.HEAD])
def test_no_other_role_lifts(role: Role) -> None:
    """Nor sees what colleagues read."""
    people = cast()
    read(people.bob)
    client = at_desk(people.by_role[role])

    answer = client.post(f"/care/lift/{people.bob.person.pk}/", {"minutes": "30", "reason": "a child waits"})

    assert answer.status_code == 403
    assert "Colleagues today" not in text_of(client.get("/care/"))
    assert care.today(people.bob.person, now=now()).limit_s == people.bob.person.daily_limit_s


@pytest.mark.parametrize("minutes", ["", "0", "-5", "121", "12.5", "²", "99999999999999999999"])
def test_what_is_no_number_of_minutes_is_told(minutes: str) -> None:
    """And changes nothing."""
    people = cast()
    read(people.bob)

    told = lift(at_desk(people.by_role[Role.HEAD]), people.bob, minutes=minutes)

    assert "Give from 1 to 120 minutes. Nothing was changed." in told
    assert care.today(people.bob.person, now=now()).limit_s == people.bob.person.daily_limit_s


def test_a_limit_is_not_lifted_without_a_reason() -> None:
    """Blanks are none."""
    people = cast()
    read(people.bob)

    told = lift(at_desk(people.by_role[Role.HEAD]), people.bob, reason="   ")

    assert "Say why." in told
    assert care.today(people.bob.person, now=now()).limit_s == people.bob.person.daily_limit_s


def test_two_heads_lift_for_each_other() -> None:
    """Who leads reads too."""
    people = cast()
    head = people.by_role[Role.HEAD]
    other = person("second head", head.person.organisation, Role.HEAD)
    read(head)

    assert "can go on today." in lift(at_desk(other), head)
