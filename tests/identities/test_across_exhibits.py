"""Accounts of several exhibits, each read by its own reader, compared in one go."""

import json
from pathlib import Path

import pytest

from rempart.analysis.walk import Options, exhibits_read, read_exhibits
from rempart.engine.queries import DuckEngine
from rempart.identities.compare import Identities, compare
from tests.analysis.case import Silent

NUMBER, OTHER = "+33639981234", "+33639987701"  # of the range that is kept for fiction


def whatsapp(folder: Path, number: str) -> Path:
    """A chat in which somebody who is in no address book writes."""
    path = folder / "WhatsApp Chat with Aya.txt"
    spaced = f"{number[:3]} {number[3]} {number[4:6]} {number[6:8]} {number[8:10]} {number[10:]}"
    path.write_text(f"05/01/2026, 10:00 - {spaced}: hello\n05/01/2026, 10:01 - Aya: who is it?\n", "utf-8")
    return path


def signal(folder: Path, number: str) -> Path:
    """A group whose list of members tells numbers, as signal-export writes it."""
    chat = folder / "signal" / "Garden"
    chat.mkdir(parents=True)
    member = {"name": "Lucie Vartarden", "display_name": "L", "number": number, "other_groups": []}
    told = {"name": "Garden", "exported_by": "Me", "exported_on": "2026-03-12", "members": [member]}
    (chat / "meta.json").write_text(json.dumps(told), "utf-8")
    (chat / "chat.md").write_text("[2026-01-05 10:30] Lucie Vartarden: good morning  \n", "utf-8")
    return folder / "signal"


def compared(folder: Path, *exhibits: Path) -> Identities:
    """The exhibits read and compared."""
    readings = read_exhibits(exhibits, out=folder / "tables", options=Options(), observer=Silent())
    assert [exhibit.messages for exhibit in exhibits_read(readings)] == [2, 1]
    return compare(folder / "tables", engine=DuckEngine(threads=1))


def test_one_number_in_two_exhibits_joins_the_accounts(tmp_path: Path) -> None:
    """Written with blanks in the one, without in the other; both told by fields of the export."""
    found = compared(tmp_path, whatsapp(tmp_path, NUMBER), signal(tmp_path, NUMBER))
    (edge,) = found.hard.edges

    assert {edge.left.partition(":")[0], edge.right.partition(":")[0]} == {"whatsapp", "signal"}
    assert (edge.kind, edge.value, edge.bases) == ("phone", NUMBER, ("export", "export"))
    assert edge.own


@pytest.mark.parametrize("number", [OTHER, "+3363998", ""])
def test_another_number_or_none_joins_nothing(tmp_path: Path, number: str) -> None:
    """Nor half of one."""
    found = compared(tmp_path, whatsapp(tmp_path, NUMBER), signal(tmp_path, number))

    assert found.hard.edges == ()
    assert found.suggestions.open == ()


def test_one_name_in_two_exhibits_alone_joins_nothing(tmp_path: Path) -> None:
    """Names are never joined exactly: two people may bear one."""
    talk = tmp_path / "WhatsApp Chat with Lucie.txt"
    talk.write_text("05/01/2026, 10:00 - Lucie Vartarden: hello\n05/01/2026, 10:01 - Aya: hi\n", "utf-8")
    found = compared(tmp_path, talk, signal(tmp_path, OTHER))

    assert found.hard.edges == ()
    assert found.judged.groups == ()
