"""Messages that a person has judged: nobody is shown them a second time without saying why, and nobody is stuck."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from rempart.web.cases import care, dossiers
from rempart.web.cases.assessing import places_named
from rempart.web.cases.events import history, of_dossier
from rempart.web.cases.models import Assessed, Dossier, Exposure
from rempart.web.people.access import Actor
from rempart.web.people.roles import Role
from tests.web.desk.desk_team import Visitor, text, visitor
from tests.web.desk.furnished import furnish
from tests.web.desk.talk import Talk, invented_talk
from tests.web.entering import HEADERS
from tests.web.team import by, cast, person, report

pytestmark = pytest.mark.usefixtures("rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Alice leads, Bob reads with her. evidence: what the suggestion of the gate G4 names, and where that stands."""

    alice: Visitor
    bob: Visitor
    dossier: Dossier
    analysis: object
    evidence: tuple[str, ...]
    places: tuple[int, ...]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """The chat with the alert, analysed once."""
    return invented_talk(tmp_path_factory.mktemp("talk"))


@pytest.fixture
def case(talk: Talk) -> Case:
    """A dossier with the analysed chat; both have said why they look."""
    people = cast()
    home = people.alice.person.organisation
    made = furnish(people.alice, report(home), report(home), analysed=(talk.small, talk.rows))
    dossiers.add_member(made.dossier, people.bob.person, by=by(people.alice))
    alice, bob = _visits(people.alice, made.dossier), _visits(people.bob, made.dossier)
    evidence = next(gate.evidence for gate in talk.small.ranking[0].gates if gate.code == "G4")
    return Case(
        alice=alice,
        bob=bob,
        dossier=made.dossier,
        analysis=made.analysis,
        evidence=evidence,
        places=places_named(talk.small, evidence),
    )


def _visits(actor: Actor, dossier: Dossier) -> Visitor:
    seen = visitor(actor)
    seen.says_why(dossier)
    return seen


def judge(
    case: Case, *, state: str = "established", evidence: tuple[str, ...] | None = None, reason: str = "lu"
) -> str:
    """Alice states the gate or that it is not so; the page that follows."""
    lines = "\n".join(case.evidence if evidence is None else evidence)
    return text(case.alice.post("analysis_fact", case.analysis, code="G4", state=state, reason=reason, evidence=lines))


def ask(seen: Visitor, case: Case, *positions: int, **fields: str) -> Any:
    """What the script is answered."""
    sent = {"show": [str(at) for at in positions], **fields}
    address = f"/analyses/{case.analysis}/messages/show/"
    return json.loads(seen.client.post(address, sent, HTTP_ACCEPT="application/json", **HEADERS).content)


def test_before_anybody_has_judged_all_texts_are_given(case: Case, talk: Talk) -> None:
    """A suggestion by itself covers nothing."""
    told = ask(case.bob, case, *case.places)

    assert len(told["texts"]) == len(case.places) > 1
    assert (told["covered"], told["said"]) == ([], "")


@pytest.mark.parametrize("state", ["established", "contradicted"])
def test_what_a_person_has_judged_is_left_covered_for_others(case: Case, talk: Talk, state: str) -> None:
    """Whether it was so or not; the others of the demand are shown, and only they are counted and written down."""
    judge(case, state=state)
    other = next(at for at in range(len(talk.rows)) if at not in case.places and talk.rows[at].text)
    told = ask(case.bob, case, other, *case.places)

    assert list(told["texts"]) == [str(other)]
    assert told["covered"] == list(case.places)
    assert "stay covered: somebody has assessed them" in told["said"]
    assert Exposure.objects.get(person=case.bob.actor.person).items == 1
    event = history(of_dossier(case.dossier))[-1]
    assert (event.action, event.payload) == ("shown", {"what": f"messages {case.analysis} {other}"})


def test_when_all_stays_covered_nothing_is_counted_or_written(case: Case) -> None:
    """To be spared something is no consultation."""
    judge(case)
    before = len(history(of_dossier(case.dossier)))

    ask(case.bob, case, *case.places)
    ask(case.bob, case, *case.places, reason="   ")

    assert not Exposure.objects.filter(person=case.bob.actor.person).exists()
    assert len(history(of_dossier(case.dossier))) == before


def test_with_a_reason_they_are_shown_counted_and_the_reason_is_kept(case: Case) -> None:
    """Sealed, in the event of what was shown, and to be read in the history of the dossier."""
    judge(case)
    told = ask(case.bob, case, *case.places, reason="the judge asks")

    assert sorted(map(int, told["texts"])) == list(case.places)
    assert told["covered"] == []
    event = history(of_dossier(case.dossier))[-1]
    assert (event.action, event.payload["reason"]) == ("shown", "the judge asks")
    assert Exposure.objects.get(person=case.bob.actor.person).items == len(case.places)
    assert "the judge asks" in text(case.bob.get("dossier_history", case.dossier.number))


def test_a_reason_where_nothing_was_assessed_is_not_kept(case: Case) -> None:
    """Nobody asked for one."""
    ask(case.bob, case, 0, reason="the judge asks")

    assert "reason" not in history(of_dossier(case.dossier))[-1].payload


def test_without_script_the_field_leads_to_the_words(case: Case, talk: Talk) -> None:
    """The page says how many were left; the form below it shows them, with the reason."""
    judge(case)
    page = text(case.bob.send("conversation_show", case.analysis, show="page", at="0"))
    form = page.partition('id="again-form"')[2].partition("</form>")[0]
    fields = {"show": [str(at) for at in case.places], "at": "0", "reason": "the judge asks"}
    shown = text(case.bob.send("conversation_show", case.analysis, **fields))

    assert f"{len(case.places)} texts stay covered" in page
    assert all(f'name="show" value="{at}"' in form for at in case.places)
    assert "send me 100 dollars" not in page
    assert "send me 100 dollars" in shown


def test_who_has_just_judged_goes_on_with_the_same_words(case: Case) -> None:
    """A second point of the same alert needs them again; after a while it is asked why, like of everybody."""
    judge(case)
    now = ask(case.alice, case, *case.places)
    row = Assessed.objects.first()
    assert row is not None
    Assessed.objects.update(at=row.at.replace(year=row.at.year - 1))
    later = ask(case.alice, case, *case.places)

    assert now["covered"] == []
    assert later["covered"] == list(case.places)


@pytest.mark.parametrize(
    ("state", "reason", "evidence"),
    [
        ("established", " ", None),
        ("unknown", "nobody knows", None),
        ("established", "seen elsewhere", ("place 1", "sha256:000000000000/@1-2", "A99", "")),
        ("invented", "lu", None),
    ],
    ids=["no reason", "no side taken", "other evidence", "no such state"],
)
def test_what_is_no_judgement_of_these_messages_covers_nothing(
    case: Case, state: str, reason: str, evidence: tuple[str, ...] | None
) -> None:
    """Refused, undecided, or resting on something else."""
    judge(case, state=state, reason=reason, evidence=evidence)

    assert not Assessed.objects.exists()
    assert ask(case.bob, case, *case.places)["covered"] == []


def test_an_alert_named_as_evidence_covers_all_its_messages(case: Case, talk: Talk) -> None:
    """A suggestion may rest on alerts as wholes."""
    judge(case, evidence=(talk.small.alerts[0].shown.id,))
    told = ask(case.bob, case, *range(len(talk.rows)))

    assert told["covered"] == list(talk.small.alerts[0].positions)


def test_the_same_message_in_another_dossier_is_covered_too(case: Case, talk: Talk) -> None:
    """One look is enough for everybody: the mark is of the file and its row."""
    judge(case)
    home = case.dossier.organisation
    other = person("Dina", home, Role.INVESTIGATOR)
    made = furnish(other, report(home), report(home), analysed=(talk.small, talk.rows))
    seen = _visits(other, made.dossier)
    sent = {"show": [str(at) for at in case.places]}
    address = f"/analyses/{made.analysis}/messages/show/"
    told = json.loads(seen.client.post(address, sent, HTTP_ACCEPT="application/json", **HEADERS).content)

    assert told["covered"] == list(case.places)


def test_taking_the_statement_back_uncovers_nothing(case: Case) -> None:
    """What was read was read."""
    judge(case)
    (fact,) = dossiers.contents(case.dossier).facts
    dossiers.take_back(case.dossier, fact.id, by=by(case.alice.actor, "misread"))

    assert ask(case.bob, case, *case.places)["covered"] == list(case.places)


def test_at_the_limit_a_reason_shows_nothing(case: Case) -> None:
    """One protection does not lift the other."""
    judge(case)
    asked = care.today(case.bob.actor.person, now=by(case.bob.actor).at)
    case.bob.actor.person.daily_limit_s = 1
    case.bob.actor.person.save()
    ask(case.bob, case, 0)
    told = ask(case.bob, case, *case.places, reason="the judge asks")

    assert asked.items == 0
    assert "limit of reading for today" in told["refused"]
    assert "texts" not in told
