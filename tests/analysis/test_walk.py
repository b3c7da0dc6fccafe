"""The walk: what it writes, what it promises, what it refuses."""

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest

from rempart.analysis.walk import BadFolder, Options, analyse
from rempart.conversations.reading import UnknownFormat
from rempart.errors import BadInput
from rempart.priority.facts import BadFacts
from tests.analysis.case import EXTORTION, SUBJECT, Silent, analysed
from tests.detection.chat import export, said

SCHEMA = Path(__file__).parents[2] / "docs" / "analysis.schema.json"
FACTS = """
[[fact]]
subject = "telegram:user1"
factor = "works_with_children"
state = "established"
by = "Alice Martin"
at = 2026-01-06T09:00:00Z
evidence = ["letter 12"]

[[gate]]
subject = "telegram:user1"
gate = "G4"
state = "established"
by = "Alice Martin"
at = 2026-01-05T09:00:00Z
event_at = 2026-01-05T08:06:00Z
"""


def test_refuses_a_file_of_no_known_format_and_writes_nothing(tmp_path: Path) -> None:
    """The sentence says what was looked for; no folder appears."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear all,\nthe meeting is on Monday.\n")

    with pytest.raises(UnknownFormat, match="Looked for"):
        analyse([path], out=tmp_path / "out", options=Options(), observer=Silent())
    assert not (tmp_path / "out" / "analysis.json").exists()


def test_refuses_to_write_inside_the_exhibit(tmp_path: Path) -> None:
    """Results inside the evidence would change it."""
    (tmp_path / "chat.json").write_bytes(export(EXTORTION))

    with pytest.raises(BadFolder, match="inside the exhibit"):
        analyse([tmp_path], out=tmp_path / "out", options=Options(), observer=Silent())


def test_refuses_a_forbidden_fact(tmp_path: Path) -> None:
    """Nobody can rank by nationality."""
    text = FACTS.replace("works_with_children", "nationality")

    with pytest.raises(BadFacts):
        analysed(tmp_path, options=Options(facts_text=text))


def test_a_wrong_file_beside_a_good_one_loses_nothing_already_there(tmp_path: Path) -> None:
    """A refused run leaves an earlier analysis untouched."""
    outcome = analysed(tmp_path)
    before = (outcome.folder / "analysis.json").read_bytes()
    (tmp_path / "bad.bin").write_bytes(b"\x00\x01\x02")

    with pytest.raises(BadInput):
        analyse(
            [tmp_path / "chat.json", tmp_path / "bad.bin"], out=outcome.folder, options=Options(), observer=Silent()
        )
    assert (outcome.folder / "analysis.json").read_bytes() == before


def test_a_quiet_chat_gives_no_alert_and_says_so(tmp_path: Path) -> None:
    """Looked and found nothing is an answer of its own."""
    outcome = analysed(tmp_path, said("Ann|the match was great", "Bob|yes, see you at school"))

    assert outcome.document.alerts == ()
    assert outcome.document.ranking == ()
    assert "No alert" in (outcome.folder / "report.html").read_text("utf-8")


def test_the_document_is_of_the_published_schema(tmp_path: Path) -> None:
    """`analysis.json` can be read by anybody who reads docs/analysis.schema.json."""
    outcome = analysed(tmp_path, options=Options(facts_text=FACTS))
    document = json.loads((outcome.folder / "analysis.json").read_text("utf-8"))

    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    assert list(document)[:2] == ["rempart", "as_of"]
    assert {"exhibits", "totals", "alerts", "ranking", "not_examined"} <= set(document)


def test_every_alert_cites_messages_that_stand_at_their_locators(tmp_path: Path) -> None:
    """A locator leads to the bytes of the message in the exhibit."""
    outcome = analysed(tmp_path)
    raw = (tmp_path / "chat.json").read_bytes()
    sha256 = hashlib.sha256(raw).hexdigest()
    alert = outcome.document.alerts[0]

    assert alert.level == "immediate"
    for tactic in alert.tactics:
        assert tactic.message_ids
        for number, locator in zip(tactic.message_ids, tactic.locators, strict=True):
            place, _, span = locator.rpartition("@")
            start, end = map(int, span.split("-"))
            assert place == f"sha256:{sha256[:12]}/"
            assert json.loads(raw[start:end])["id"] == int(number)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Documents and tables repeat to the byte, wherever and however often they are made."""
    first, second = analysed(tmp_path / "a"), analysed(tmp_path / "b")
    names = sorted(path.relative_to(first.folder) for path in first.folder.rglob("*") if path.is_file())

    assert len(names) == 9
    for name in names:
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name


def test_the_machine_alone_gives_no_points_and_no_level(tmp_path: Path) -> None:
    """Alerts order the reading and suggest; points wait for a person."""
    ranked = analysed(tmp_path).document.ranking[0]

    assert (ranked.subject, ranked.level, ranked.points.min) == (SUBJECT, "unranked", 0)
    assert {gate.state for gate in ranked.gates} <= {"suggested", "unknown"}
    assert not any(gate.holds for gate in ranked.gates)
    assert any(gate.code == "G4" and gate.evidence for gate in ranked.gates)


def test_a_stated_fact_gives_points_and_names_its_author(tmp_path: Path) -> None:
    """Established facts count in full and are signed."""
    ranked = analysed(tmp_path, options=Options(facts_text=FACTS)).document.ranking[0]
    factor = next(factor for factor in ranked.factors if factor.code == "works_with_children")

    assert ranked.points.min > 0
    assert (factor.state, factor.by) == ("established", "Alice Martin")
    assert ranked.confirmed_by == ("Alice Martin",)
    assert ranked.level in {"P0", "P1"}
    assert ranked.next_enquiry is not None


def test_a_fact_about_somebody_else_is_told_not_dropped(tmp_path: Path) -> None:
    """A fact whose account is not in the exhibits stays in sight."""
    document = analysed(tmp_path, options=Options(facts_text=FACTS.replace("user1", "user99"))).document

    assert any("telegram:user99" in gap.what for gap in document.not_examined)


def test_an_exhibit_given_twice_is_read_once(tmp_path: Path) -> None:
    """The same bytes are one exhibit."""
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(export(EXTORTION))
    outcome = analyse(
        [tmp_path / "a.json", tmp_path / "b.json"], out=tmp_path / "out", options=Options(), observer=Silent()
    )

    assert len(outcome.document.exhibits) == 1
    assert outcome.document.totals.messages == len(EXTORTION)


def test_a_cut_file_is_read_up_to_the_cut_and_is_not_complete(tmp_path: Path) -> None:
    """Everything before the cut, one unread row, and the outcome says incomplete."""
    raw = export(EXTORTION)
    (tmp_path / "cut.json").write_bytes(raw[: len(raw) - 60])
    outcome = analyse([tmp_path / "cut.json"], out=tmp_path / "out", options=Options(), observer=Silent())

    assert not outcome.is_complete
    assert outcome.document.totals.messages == len(EXTORTION) - 1
    assert [row.code for row in outcome.document.exhibits[0].unread] == ["cut"]
