"""Links: what belongs together is proposed, a person judges, and everything can be taken back."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.intake.report import Account, Attachment, Contact, Report
from rempart.web.cases import models
from rempart.web.cases.dossiers import detach_report, open_dossier
from rempart.web.cases.events import history, of_dossier, of_report
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.likeness import HOT, NEWEST, Proposal
from rempart.web.cases.links import (
    ChangedSince,
    JudgedMeanwhile,
    StillUrgent,
    TwoDossiers,
    join_reports,
    joins_per_day,
    refuse_link,
    undo_link,
)
from rempart.web.cases.models import Cursor, Link
from rempart.web.cases.opening import _keep_links
from rempart.web.cases.reports import Held, NoReason, step, take
from rempart.web.config import Site
from rempart.web.people.models import Organisation
from tests.web.cases.arriving import (
    LONG,
    a_person,
    a_report,
    arrive,
    by,
    empty_tables,
    home,
    on_account,
    open_all,
    urgent,
)
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")
COPIED = LONG.replace("Depuis trois semaines", "Depuis quatre semaines")
OTHER = (
    "La semaine dernière un inconnu a menacé ma fille de publier une conversation si elle ne lui envoyait pas de "
    "l'argent avant dimanche soir; elle n'ose plus retourner au collège."
)
COLUMNS = ("status", "is_open", "closure", "duplicate_of_id", "dossier_id", "assigned_to_id", "closed_at", "erase_date")


def pairs() -> dict[tuple[int, int], str]:
    """Every link by the numbers of its reports, with what they share."""
    return {(link.a.number, link.b.number): link.kinds for link in Link.objects.select_related("a", "b")}


def stand(row: models.Report) -> dict[str, object]:
    """How a row stands now, but for its rank."""
    row.refresh_from_db()
    return {name: getattr(row, name) for name in COLUMNS}


def acts(row: models.Report) -> list[str]:
    """Actions in the history of a report."""
    return [told.action for told in history(of_report(row))]


def two(
    site: Site, first: Report | None = None, second: Report | None = None
) -> tuple[models.Report, models.Report, Link]:
    """Two reports on one account, with the proposal to join them."""
    a, b = arrive(site, first or on_account("nova.exemple"), second or on_account("nova.exemple"))
    return a, b, Link.objects.get()


# -- not proposed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (a_report(narrative=LONG), a_report(narrative=OTHER)),
        (a_report(narrative="Trop court."), a_report(narrative="Trop court.")),
        (on_account("nova.exemple"), on_account("vega.exemple")),
        (
            a_report(accounts=(Account(service="Instagram", name="nova.exemple"),)),
            a_report(accounts=(Account(service="Discord", name="nova.exemple"),)),
        ),
        (a_report(narrative="Il se nomme @nova.exemple"), a_report(narrative="Un certain @nova.exemple")),
        (
            a_report(contact=Contact(email="parent@example.org", phone="06 12 34 56 78")),
            a_report(contact=Contact(email="parent@example.org", phone="06 12 34 56 78")),
        ),
        (a_report(narrative="J'ai appelé le 3018."), a_report(narrative="Le 3018 m'a conseillé.")),
        (on_account("inconnu"), on_account("inconnu")),
    ],
    ids=["texts", "short", "accounts", "services", "bare name", "own contact", "helpline", "unknown"],
)
def test_what_singles_nothing_out_proposes_nothing(site: Site, one: Report, other: Report) -> None:
    """A name without its service, the reporter's own number, a helpline, “unknown”: no proposal."""
    arrive(site, one, other)

    assert pairs() == {}


# -- proposed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (on_account("nova.exemple"), on_account("@Nova.Exemple"), "account"),
        (
            a_report(addresses=("https://Example.ORG:443/page?utm_source=x",)),
            a_report(addresses=("http://example.org/page",)),
            "address",
        ),
        (a_report(narrative="Il écrit de nova@example.org"), a_report(addresses=("NOVA@example.org",)), "email"),
        (a_report(narrative="Son numéro: 06 12 34 56 78"), a_report(narrative="Appelle du +33612345678"), "phone"),
        (a_report(narrative=LONG), a_report(narrative=COPIED), "text"),
    ],
    ids=["account", "address", "email", "phone", "text"],
)
def test_what_singles_something_out_is_proposed(site: Site, one: Report, other: Report, kind: str) -> None:
    """One pair, told with what they share, in whatever form it was written."""
    arrive(site, one, other)

    assert list(pairs()) == [(1, 2)]
    assert kind in pairs()[1, 2].split()
    assert Link.objects.get().state == "proposed"


def test_the_same_file_is_proposed(site: Site) -> None:
    """By the SHA-256 of its bytes, whatever its name."""
    file = Attachment(name="a.json", sha256="ab" * 32, size_bytes=10, address="cd" * 32, reader="other")

    arrive(site, a_report(attachments=(file,)), a_report(attachments=(msgspec.structs.replace(file, name="b.json"),)))

    assert pairs() == {(1, 2): "file"}


def test_two_names_without_service_are_something(site: Site) -> None:
    """One bare name is borne by many; the same two together are not."""
    arrive(
        site, a_report(narrative="@nova.exemple et @vega.exemple"), a_report(narrative="@vega.exemple, @nova.exemple")
    )

    assert pairs() == {(1, 2): "handle"}


def test_texts_are_compared_and_the_share_is_told(site: Site) -> None:
    """A proposal by text carries how alike they are; one by an account alone says that nothing was compared."""
    arrive(site, a_report(narrative=LONG), a_report(narrative=COPIED), on_account("nova"), on_account("nova"))

    told = {(link.a.number, link.b.number): link.similarity for link in Link.objects.all()}
    assert told[3, 4] is None
    assert told[1, 2] is not None
    assert 0.6 <= told[1, 2] < 1


def test_links_are_found_between_batches_and_within_one(site: Site) -> None:
    """Three reports on one account, opened two and one: three pairs, none twice, and the earlier first."""
    arrive(site, on_account("nova.exemple"), on_account("nova.exemple"))
    arrive(site, on_account("nova.exemple"), start=3)

    assert sorted(pairs()) == [(1, 2), (1, 3), (2, 3)]


def test_what_very_many_share_is_proposed_to_the_newest_and_to_the_dossier(site: Site) -> None:
    """An address sent round by many makes no web of pairs: NEWEST links, and the one that is in a dossier."""
    rows = arrive(site, *[on_account("nova.exemple", narrative=f"Mot {number}") for number in range(HOT + 1)])
    before = Link.objects.count()
    open_dossier(title="Essai", purpose="", by=by(a_person()), reports=(rows[3],))

    (late,) = arrive(site, on_account("nova.exemple"), start=500)

    new = {link.a.number for link in Link.objects.filter(b=late)}
    assert new == {4, *range(HOT + 2 - NEWEST, HOT + 2)}
    assert Link.objects.count() == before + NEWEST + 1


@settings(max_examples=15, deadline=None)
@given(names=st.lists(st.sampled_from(["nova", "vega", "lyra", "orion"]), max_size=10), limit=st.integers(1, 4))
def test_batches_change_no_proposal(names: list[str], limit: int) -> None:
    """However reports fall into batches, exactly the pairs on one account are proposed."""
    from rempart.web.settings import SITE
    from tests.web.cases.arriving import receive

    with empty_tables():
        for number, name in enumerate(names):
            receive(number, on_account(f"{name}.exemple", narrative=f"Mot {number}"))
        open_all(SITE, limit=limit)

        wanted = {(i, j) for j, one in enumerate(names, 1) for i, other in enumerate(names[: j - 1], 1) if one == other}
        assert set(pairs()) == wanted


# -- refused -------------------------------------------------------------------------------------------------


def test_a_judgement_needs_a_reason(site: Site) -> None:
    """Without one, nothing is changed."""
    _, _, link = two(site)

    for verb in (join_reports, refuse_link):
        with pytest.raises(NoReason):
            verb(link, by=by(a_person(f"p{verb.__name__[:6]}"), " "))

    link.refresh_from_db()
    assert link.state == "proposed"


def test_a_refused_link_is_never_proposed_again(site: Site) -> None:
    """Not even when everything is opened anew."""
    first, later, link = two(site)
    refuse_link(link, by=by(a_person()))

    _keep_links([Proposal(new=later.pk, other=first.pk, kinds=("account",), similarity=None)], NOON)
    Cursor.objects.update(mark=bytes(32))
    open_all(site)

    assert [one.state for one in Link.objects.all()] == ["refused"]
    assert acts(first)[1:] == acts(later)[1:] == ["link_refused"]
    assert stand(later)["status"] == Status.TO_TRIAGE


def test_what_was_judged_is_not_judged_again(site: Site) -> None:
    """The second click says that somebody was first."""
    _, _, link = two(site)
    person = a_person()
    join_reports(link, by=by(person))

    for verb in (join_reports, refuse_link):
        with pytest.raises(JudgedMeanwhile):
            verb(link, by=by(person))
    undo_link(link, by=by(person, minutes=1))
    with pytest.raises(JudgedMeanwhile):
        undo_link(link, by=by(person, minutes=2))


# -- joined --------------------------------------------------------------------------------------------------


def test_a_join_makes_the_later_a_duplicate_of_the_earlier(site: Site) -> None:
    """The later one leaves the queue, the earlier stays; both histories tell who and why."""
    first, later, link = two(site)

    join_reports(link, by=by(a_person(), "La même personne écrit."))

    assert stand(later) | {"erase_date": None} == {
        "status": Status.DUPLICATE,
        "is_open": False,
        "closure": "duplicate",
        "duplicate_of_id": first.pk,
        "dossier_id": None,
        "assigned_to_id": None,
        "closed_at": NOON,
        "erase_date": None,
    }
    assert stand(first)["status"] == Status.TO_TRIAGE
    told = history(of_report(later))[-1]
    assert (told.action, told.actor, told.payload["reason"], told.payload["other"]) == (
        "joined",
        "p-alice",
        "La même personne écrit.",
        first.number,
    )
    assert acts(first) == ["opened", "joined_other"]


def test_a_join_joins_no_third(site: Site) -> None:
    """A with B, B with C: what that says of A and C is for a person to say."""
    rows = arrive(site, *[on_account("nova.exemple", narrative=f"Mot {number}") for number in range(3)])
    links = {(link.a.number, link.b.number): link for link in Link.objects.all()}

    join_reports(links[1, 2], by=by(a_person()))

    assert Link.objects.get(pk=links[1, 3].pk).state == Link.objects.get(pk=links[2, 3].pk).state == "proposed"
    assert stand(rows[2])["duplicate_of_id"] is None


def test_a_join_never_hides_an_urgency(site: Site) -> None:
    """The earlier one takes the place of the later one, when that is more urgent, and gives it back."""
    first, later, link = two(site, second=urgent(accounts=(Account(service="Instagram", name="nova.exemple"),)))
    assert (first.level, later.level) == (4, 0)
    person = a_person()

    join_reports(link, by=by(person))

    first.refresh_from_db()
    assert (first.level, first.due_at) == (0, NOON + timedelta(hours=1))
    assert acts(first) == ["opened", "rank_moved", "joined_other"]
    undo_link(link, by=by(person, minutes=1))
    first.refresh_from_db()
    assert first.level == 4


def test_an_urgent_report_does_not_leave_the_queue_behind_a_closed_one(site: Site) -> None:
    """Somebody reopens the earlier one first."""
    first, later, link = two(site, second=urgent(accounts=(Account(service="Instagram", name="nova.exemple"),)))
    person = a_person()
    step(first, "out_of_remit", by=by(person))

    with pytest.raises(StillUrgent):
        join_reports(link, by=by(person))

    assert stand(later)["is_open"] is True


def test_what_a_colleague_works_on_is_not_closed_under_their_hands(site: Site) -> None:
    """The later report is held: ask first."""
    _, later, link = two(site)
    take(later, by=by(a_person("bob")))

    with pytest.raises(Held):
        join_reports(link, by=by(a_person("alice"), minutes=1))

    assert Link.objects.get().state == "proposed"


def test_a_join_with_a_report_in_a_dossier_brings_the_other_there(site: Site) -> None:
    """Both are in the dossier then, whichever came first; both and the dossier tell it."""
    first, later, link = two(site)
    person = a_person()
    dossier = open_dossier(title="Essai", purpose="", by=by(person), reports=(later,))

    join_reports(link, by=by(person, minutes=1))

    assert stand(first)["dossier_id"] == stand(later)["dossier_id"] == dossier.pk
    assert stand(first)["is_open"] is True
    assert [told.action for told in history(of_dossier(dossier))].count("report_attached") == 2


def test_two_dossiers_are_not_made_one(site: Site) -> None:
    """That is another act."""
    first, later, link = two(site)
    person = a_person()
    for row in (first, later):
        open_dossier(title="Essai", purpose="", by=by(person), reports=(row,))

    with pytest.raises(TwoDossiers):
        join_reports(link, by=by(person))

    assert Link.objects.get().state == "proposed"


# -- taken back ----------------------------------------------------------------------------------------------


def test_an_undone_join_leaves_everything_as_it_was(site: Site) -> None:
    """Status, holder, duplicate: as before; the history keeps both acts, and the later names the earlier."""
    person = a_person()
    first, later, link = two(site)
    take(later, by=by(person))
    step(later, "pass_on", by=by(person))
    before = stand(first), stand(later)
    join_reports(link, by=by(person, minutes=1))

    undo_link(link, by=by(person, "Ce n'était pas la même.", minutes=2))

    assert (stand(first), stand(later)) == before
    assert Link.objects.get().state == "proposed"
    joined, undone = history(of_report(later))[-2:]
    assert (joined.action, undone.action, undone.supersedes) == ("joined", "link_undone", joined.id)


def test_an_undone_join_takes_the_report_out_of_the_dossier(site: Site) -> None:
    """Only the one that the join brought there."""
    first, later, link = two(site)
    person = a_person()
    dossier = open_dossier(title="Essai", purpose="", by=by(person), reports=(first,))
    join_reports(link, by=by(person, minutes=1))

    undo_link(link, by=by(person, minutes=2))

    assert (stand(first)["dossier_id"], stand(later)["dossier_id"]) == (dossier.pk, None)


def test_a_join_that_somebody_went_on_from_is_not_undone_over_their_head(site: Site) -> None:
    """A duplicate that was reopened, or a report that was taken out of the dossier: the later step goes first."""
    first, later, link = two(site)
    person = a_person()
    join_reports(link, by=by(person))
    step(later, "reopen", by=by(person, minutes=1))
    with pytest.raises(ChangedSince):
        undo_link(link, by=by(person, minutes=2))
    assert stand(later)["status"] == Status.REOPENED

    a, b = arrive(site, on_account("vega.exemple"), on_account("vega.exemple"), start=10)
    other = Link.objects.get(a=a)
    dossier = open_dossier(title="Essai", purpose="", by=by(person), reports=(a,))
    join_reports(other, by=by(person, minutes=3))
    b.refresh_from_db()
    detach_report(dossier, b, by=by(person, minutes=4))
    with pytest.raises(ChangedSince):
        undo_link(other, by=by(person, minutes=5))
    assert first.pk != later.pk


def test_a_refusal_is_taken_back(site: Site) -> None:
    """The proposal waits again, and can be joined."""
    first, later, link = two(site)
    person = a_person()
    refuse_link(link, by=by(person))

    undo_link(link, by=by(person, minutes=1))
    join_reports(link, by=by(person, minutes=2))

    assert stand(later)["duplicate_of_id"] == first.pk
    assert acts(later) == ["opened", "link_refused", "link_undone", "joined"]


@settings(max_examples=20, deadline=None)
@given(verbs=st.lists(st.sampled_from(["join", "refuse", "undo"]), max_size=8))
def test_any_row_of_judgements_ends_as_its_last_one_says(verbs: list[str]) -> None:
    """Joined: a duplicate; refused or proposed: both as at first. What is not open is refused, and changes nothing."""
    from rempart.web.settings import SITE

    with empty_tables():
        person = a_person()
        first, later, link = two(SITE)
        before = stand(first), stand(later)
        state = "proposed"
        acts_of = {
            "join": (join_reports, "joined"),
            "refuse": (refuse_link, "refused"),
            "undo": (undo_link, "proposed"),
        }
        for place, verb in enumerate(verbs, start=1):
            act, leads_to = acts_of[verb]
            if (verb == "undo") == (state == "proposed"):
                with pytest.raises(JudgedMeanwhile):
                    act(link, by=by(person, minutes=place))
            else:
                act(link, by=by(person, minutes=place))
                state = leads_to

        assert Link.objects.get().state == state
        assert stand(later)["is_open"] is (state != "joined")
        if state != "joined":
            assert (stand(first), stand(later)) == before


# -- counted -------------------------------------------------------------------------------------------------


def test_joins_of_a_day_are_counted_once_and_undone_ones_not(site: Site) -> None:
    """A pair counts once, on its day; of another organisation, none."""
    person = a_person()
    rows = arrive(
        site,
        *[
            on_account(f"{name}.exemple", narrative=f"{name} {place}")
            for name in ("nova", "vega")
            for place in range(2)
        ],
    )
    one, other = Link.objects.order_by("a__number")
    join_reports(one, by=by(person))
    join_reports(other, by=by(person, minutes=24 * 60))
    span = {"since_at": NOON - timedelta(days=1), "until_at": NOON + timedelta(days=5)}

    counted = joins_per_day(home(), **span)
    undo_link(other, by=by(person, minutes=24 * 60 + 1))
    after = joins_per_day(home(), **span)
    elsewhere = Organisation.objects.create(name="Association B")

    assert [(day.day_date, day.joins) for day in counted] == [(NOON.date(), 1), (NOON.date() + timedelta(days=1), 1)]
    assert [(day.day_date, day.joins) for day in after] == [(NOON.date(), 1)]
    assert joins_per_day(elsewhere, **span) == ()
    assert len(rows) == 4
