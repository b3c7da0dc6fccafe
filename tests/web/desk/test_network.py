"""The network page: complete without a script, every number with its messages, filters in the address, a searched name never in it."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from rempart.network.measures import load_measures
from rempart.web.cases import dossiers
from rempart.web.cases.models import Analysis, AnalysisPart, Assessed
from rempart.web.desk import shown_network
from rempart.web.desk.network_filters import Filters, chosen, read_filters
from tests.web.desk.desk_team import Visitor, looks, text, visitor
from tests.web.desk.found import network_section, small_sections
from tests.web.desk.furnished import Case, furnish
from tests.web.entering import HEADERS
from tests.web.team import cast, report

pytestmark = pytest.mark.usefixtures("rows")
VENDOR = Path(shown_network.__file__).parent / "static" / "desk" / "vendor"
VENDORED = {  # as npm has them: sigma 3.0.3 (dist/sigma.min.js), graphology 0.26.0 (dist/graphology.umd.min.js)
    "sigma/sigma.min.js": "58e30383ab428f832068d9d16a5215c65ba12430d438ed091c5703f398de9e16",
    "graphology/graphology.umd.min.js": "dc337efa23903f61e064c8e7e7f93a429e6855dccfc2458802b4ed30c621c087",
}
CODES = [measure.code for measure in load_measures()]


def opened() -> tuple[Visitor, Case]:
    """Alice with a furnished dossier; the motive is told."""
    people = cast()
    case = furnish(people.alice, report(people.alice.person.organisation), report(people.alice.person.organisation))
    seen = visitor(people.alice)
    seen.says_why(case.dossier)
    return seen, case


def page(seen: Visitor, case: Case, query: str = "") -> str:
    """The network page."""
    return text(seen.client.get(f"/analyses/{case.analysis}/network/{query}", **HEADERS))


def table(html: str) -> list[str]:
    """Names in the table, in order."""
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]+)</a>', html)


def test_the_table_holds_everybody_and_says_what_it_does_not_mean() -> None:
    """Without a script nothing is missing; nobody is accused."""
    seen, case = opened()

    shown = page(seen, case)

    assert table(shown) == ["Bob", "Zoe"]
    assert "says nothing of a person" in shown
    assert "do not tell anybody" not in shown


def test_each_look_is_one_event_also_with_the_drawing_in_the_page() -> None:
    """The drawing comes with the page, so that a look stays a look."""
    seen, case = opened()
    before = looks(case.dossier.pk)

    shown = page(seen, case)

    drawing = json.loads(re.search(r'id="network-drawing"[^>]*>(.*?)</script>', shown, re.S)[1])  # type: ignore[index]
    assert looks(case.dossier.pk) == before + 1
    assert [node[0] for node in drawing["nodes"]] == [0, 1]
    assert drawing["names"] == ["Bob", "Zoe"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Bob", "Zoe"]),
        ("?child=1", ["Bob"]),
        ("?unlisted=1", ["Bob"]),
        ("?least=2", ["Bob"]),
        ("?least=3", []),
        ("?community=1", ["Bob", "Zoe"]),
        ("?community=2", []),
        ("?country=FR", ["Bob"]),
        ("?country=unknown", ["Zoe"]),
        ("?country=<b>&least=x&community=-1&sort=no", ["Bob", "Zoe"]),
    ],
)
def test_filters_choose_and_what_they_cannot_mean_is_passed_over(query: str, names: list[str]) -> None:
    """An address that somebody made up shows the page, and nothing of itself."""
    seen, case = opened()

    shown = page(seen, case, query)

    assert table(shown) == names
    assert "<b>" not in shown


def test_a_name_is_searched_by_a_form_and_stands_in_no_address() -> None:
    """Case does not matter; earlier names count too."""
    seen, case = opened()

    shown = text(seen.send("network", case.analysis, q="ROBERT"))

    assert table(shown) == ["Bob"]
    assert not re.search(r'href="[^"]*robert', shown, re.I)


def test_a_column_sorts_by_its_measure() -> None:
    """Those that were not examined come last."""
    section = network_section()

    assert chosen(section, Filters(sort="messages")) == [0, 1]
    assert chosen(section, read_filters({"sort": "files"}, needle="", codes=CODES)) == [0, 1]
    assert read_filters({"sort": "password"}, needle="", codes=CODES).sort == ""


def test_who_is_chosen_shows_every_measure_with_both_meanings_and_its_messages() -> None:
    """A number leads to messages; one that was not examined says so."""
    seen, case = opened()

    shown = page(seen, case, "?who=0")

    for measure in load_measures():
        assert measure.en.replace("'", "&#x27;") in shown
    assert "It does not say that the account made them" in shown
    assert f'href="/analyses/{case.analysis}/messages/?at=3#m3"' in shown
    assert "Not examined: " in shown
    assert "Robert, Bob" in shown


def test_a_message_of_a_measure_is_there_in_the_conversation() -> None:
    """From a key actor to the messages, through the pages."""
    seen, case = opened()
    shown = page(seen, case, "?who=0")
    address = re.search(r'href="(/analyses/[^"]+/messages/\?at=3)#m3"', shown)[1]  # type: ignore[index]

    answer = seen.client.get(address, **HEADERS)

    assert answer.status_code == 200
    assert 'id="m3"' in text(answer)


def test_somebody_who_is_not_there_is_not_known() -> None:
    """404, whatever the number."""
    seen, case = opened()

    assert seen.get("network_member", case.analysis, 2).status_code == 404
    assert seen.get("network_member", case.analysis, 10**8).status_code == 404
    assert seen.get("network_member", case.analysis, 1).status_code == 200
    assert 'id="who"' not in page(seen, case, "?who=99")


def test_an_analysis_made_before_says_so() -> None:
    """Nothing is made up for it, and it says what to do."""
    people = cast()
    case = furnish(people.alice, report(people.alice.person.organisation), report(people.alice.person.organisation))
    seen = visitor(people.alice)
    seen.says_why(case.dossier)
    fresh = Analysis.objects.get(dossier=case.dossier)
    copy = Analysis.objects.create(
        **{
            field.attname: getattr(fresh, field.attname)
            for field in fresh._meta.concrete_fields
            if field.attname != "id"
        },
        id=case.person,
    )

    shown = [text(seen.get(name, copy.pk)) for name in ("network", "files", "analysis")]

    assert not AnalysisPart.objects.filter(analysis=copy).exists()
    assert all("analysed before Rempart" in one for one in shown)


def test_a_fact_stated_from_a_finding_names_its_messages_and_moves_the_level() -> None:
    """The statement is the person's; what it rests on is its evidence, and is assessed then."""
    seen, case = opened()
    before = Assessed.objects.count()

    silent = text(seen.post("finding_fact", case.analysis, code="G1", state="established", places="3 4", who="0"))
    told = text(
        seen.post("finding_fact", case.analysis, code="G1", state="established", places="3 4", who="0", reason="read")
    )

    case.dossier.refresh_from_db()
    facts = dossiers.contents(case.dossier).facts
    assert "Say why." in silent
    assert "→ P0 because" in told
    assert [fact.words["evidence"] for fact in facts] == [
        ["sha256:cdcdcdcdcdcd/@270-359", "sha256:cdcdcdcdcdcd/@360-449"]
    ]
    assert case.dossier.level == 0
    assert Assessed.objects.count() == before + 2


@pytest.mark.parametrize("places", ["99", "x", "-1", "3,4"])
def test_messages_that_there_are_not_are_no_evidence(places: str) -> None:
    """A form that somebody made up states nothing."""
    seen, case = opened()

    seen.post("finding_fact", case.analysis, code="G1", state="established", places=places, reason="read")

    assert dossiers.contents(case.dossier).facts == []


def test_the_files_page_says_listed_by_and_never_is() -> None:
    """The words are those of the list."""
    seen, case = opened()

    shown = text(seen.get("files", case.analysis))

    assert "Listed by Member 3 as category 2 on 2026-10-01" in shown
    assert "?at=3#m3" in shown
    assert "1 medium" in shown


def test_pieces_lie_sealed() -> None:
    """No name and no sentence in the tables."""
    _seen, _case = opened()

    sealed = b"".join(bytes(part.sealed) for part in AnalysisPart.objects.all())

    assert len(AnalysisPart.objects.all()) == len(small_sections())
    assert not any(word in sealed for word in (b"Bob", b"Listed by", b"33639980001"))


def test_what_others_made_is_unchanged_has_its_licence_and_evaluates_nothing() -> None:
    """Byte for byte as published; the policy of the pages allows no eval."""
    for name, digest in VENDORED.items():
        raw = (VENDOR / name).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == digest
        assert not re.search(rb"\beval\(|new Function\(", raw)
        assert "Permission is hereby granted, free of charge" in (VENDOR / name).with_name("LICENSE.txt").read_text()
    files = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert files == {*VENDORED, "sigma/LICENSE.txt", "graphology/LICENSE.txt"}
