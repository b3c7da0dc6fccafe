"""The page of presumed identities: a suggestion is a question, only a person answers it, and the answer can be taken back."""

import pytest

from rempart.web.cases import dossiers
from rempart.web.cases.events import history, of_dossier
from rempart.web.cases.identities import judged, statements
from rempart.web.cases.models import Member
from rempart.web.people.roles import Role
from tests.web.desk.desk_team import Visitor, looks, text, visitor
from tests.web.desk.found import HOMONYM, SAME_NAME, SHARED
from tests.web.desk.furnished import Case, furnish
from tests.web.team import cast, person, report

pytestmark = pytest.mark.usefixtures("rows")
PAIR = {"left": "t:1", "right": "t:2"}


def opened() -> tuple[Visitor, Case]:
    """Alice with a furnished dossier; the motive is told."""
    people = cast()
    case = furnish(people.alice, report(people.alice.person.organisation), report(people.alice.person.organisation))
    seen = visitor(people.alice)
    seen.says_why(case.dossier)
    return seen, case


def answer(seen: Visitor, case: Case, told: str, reason: str = "same voice", **more: str) -> str:
    """Answers the pair; the page afterwards."""
    return text(seen.post("dossier_pair", case.dossier.number, **{**PAIR, "answer": told, "reason": reason, **more}))


def test_a_pair_is_shown_with_its_reasons_rivals_and_rows() -> None:
    """What speaks for it, what else may explain it, and where to check."""
    seen, case = opened()

    shown = text(seen.get("dossier_identities", case.dossier.number))

    for sentence in (SAME_NAME, HOMONYM, SHARED, "97.00", "+33639980001", "in the export"):
        assert sentence in shown
    assert f"/analyses/{case.analysis}/messages/?at=4#m4" in shown
    assert looks(case.dossier.pk) == 1


def test_accepted_they_are_presumed_one_person_by_whom_and_when() -> None:
    """Never a fact for others; the people of the dossier stay as they were."""
    seen, case = opened()

    shown = answer(seen, case, "positive")

    assert "Presumed the same person, judged by" in shown
    assert judged(statements(case.dossier)).groups == (("t:1", "t:2"),)
    assert len(dossiers.contents(case.dossier).identities) == 1
    assert dossiers.contents(case.dossier).facts == []


def test_refused_they_are_not_suggested_again() -> None:
    """A negative answer holds the pair back, and is told."""
    seen, case = opened()

    shown = answer(seen, case, "negative")

    assert "No pair waits to be judged." in shown
    assert "1 pair is not asked again" in shown
    assert "held not to be one person&#x27;s" in shown


def test_left_open_they_are_asked_again_with_what_was_said() -> None:
    """Unsure is an answer, and no end."""
    seen, case = opened()

    shown = answer(seen, case, "unsure", "one source only")

    assert "judged before" in shown
    assert "one source only" in shown


def test_a_later_answer_supersedes_and_the_earlier_stays_to_be_seen() -> None:
    """Nothing is overwritten."""
    seen, case = opened()
    answer(seen, case, "negative", "first thought")

    shown = answer(seen, case, "positive", "second thought")

    told = [event for event in history(of_dossier(case.dossier)) if event.action == "pair_judged"]
    assert [event.payload["answer"] for event in told] == ["negative", "positive"]
    assert told[1].supersedes == told[0].id
    assert "replaced by a later one" in shown
    assert "first thought" in shown


def test_taken_back_the_answer_before_counts_again() -> None:
    """With a reason; the history keeps everything."""
    seen, case = opened()
    answer(seen, case, "negative", "first thought")
    answer(seen, case, "positive", "second thought")
    last = statements(case.dossier)[-1]

    silent = text(seen.post("dossier_pair_back", case.dossier.number, last.id, reason=" "))
    seen.post("dossier_pair_back", case.dossier.number, last.id, reason="misread")

    assert "Say why." in silent
    assert [str(one.judgement.answer) for one in statements(case.dossier)] == ["negative"]
    assert len([event for event in history(of_dossier(case.dossier)) if event.action == "pair_judged"]) == 2


@pytest.mark.parametrize(
    "changed",
    [{"reason": ""}, {"right": "t:9"}, {"right": "t:1"}, {"told": "certainly"}],
    ids=["no reason", "a stranger", "with itself", "another word"],
)
def test_an_answer_that_cannot_be_is_refused(changed: dict[str, str]) -> None:
    """Nothing is kept of it."""
    seen, case = opened()

    answer(seen, case, changed.pop("told", "positive"), **changed)

    assert statements(case.dossier) == ()


def test_the_people_of_the_dossier_are_fed_by_a_click_only() -> None:
    """Each account becomes a statement with its days and its source."""
    seen, case = opened()
    answer(seen, case, "positive")

    text(seen.post("dossier_pair_people", case.dossier.number, accounts="t:1\r\nt:2", person=str(case.person)))

    added = [item for item in dossiers.contents(case.dossier).identities if item.text("kind") == "account"]
    assert [item.text("value") for item in added] == ["t:1", "t:2"]
    assert {item.text("since") for item in added} == {"2026-11-01"}
    assert all("judged at the desk" in item.text("source") for item in added)


def test_accounts_that_nobody_judged_are_not_put_there() -> None:
    """A suggestion alone feeds nothing."""
    seen, case = opened()

    seen.post("dossier_pair_people", case.dossier.number, accounts="t:1\nt:2", person=str(case.person))

    assert len(dossiers.contents(case.dossier).identities) == 1


def test_who_only_reads_sees_the_pair_and_cannot_answer() -> None:
    """The right to read conversations shows it; another one answers."""
    _seen, case = opened()
    eve = person("Eve", case.dossier.organisation, Role.VOLUNTEER)
    Member.objects.create(dossier=case.dossier, person=eve.person, since_at=case.dossier.opened_at)
    reading = visitor(eve)
    reading.says_why(case.dossier)

    shown = text(reading.get("dossier_identities", case.dossier.number))
    refused = reading.send("dossier_pair", case.dossier.number, **PAIR, answer="positive", reason="x")

    assert SAME_NAME in shown
    assert 'name="answer"' not in shown
    assert refused.status_code == 403
