"""The fictional case: repeatable, of the documented size, and as its truth says."""

import csv
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from rempart.errors import BadInput
from rempart.fictional.case import DEMO_SCALE, write_case
from tests.analysis.case import Silent
from tests.cli.shell import Answer, ask

PLOTS = tomllib.loads(resources.files("rempart.fictional").joinpath("plots.toml").read_text("utf-8"))["plot"]
LEVELS = {plot["code"]: plot["level"] for plot in PLOTS}


def made(folder: Path, scale: float = DEMO_SCALE) -> Path:
    """A case of the scale below `folder`."""
    write_case(folder, scale=scale, observer=Silent())
    return folder


def chats(case: Path) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The messages of every export of the case, by path below exports; of a whole account, those of all its chats."""
    exports = case / "exports"
    return {
        path.relative_to(exports).as_posix(): messages_of(json.loads(path.read_text("utf-8")))
        for path in sorted(exports.rglob("*.json"))
    }


def messages_of(export: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The messages of a chat, or of all chats of an account."""
    held = export["chats"]["list"] if "chats" in export else [export]
    return [message for chat in held for message in chat["messages"]]


def sizes(case: Path) -> dict[str, int]:
    """How much of everything the case holds."""
    messages = [message for chat in chats(case).values() for message in chat]
    media = [message.get("photo") or message.get("file_name") for message in messages]
    rows = list(csv.DictReader((case / "members.csv").read_text("utf-8").splitlines()))
    return {
        "messages": len(messages),
        "joins": sum(message.get("action") == "join_group_by_link" for message in messages),
        "media": sum(name is not None for name in media),
        "files": len({name for name in media if name is not None}),
        "members": len({row["account"] for row in rows}),
        "countries": len({row["country"] for row in rows}),
    }


def truth_of(case: Path) -> list[dict[str, Any]]:
    """The rows of the truth."""
    return [json.loads(line) for line in (case / "truth.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case that the demonstration shows."""
    return made(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def answer(case: Path) -> Answer:
    """What `rempart evaluate alerts` says of the case."""
    return ask("evaluate", "alerts", case / "exports", case / "truth.jsonl", "--json")


@pytest.mark.parametrize("scale", [0.0199, 0.0, -1.0])
def test_a_case_too_small_to_hold_its_scenes_is_refused(tmp_path: Path, scale: float) -> None:
    """Below the smallest scale nothing is written."""
    with pytest.raises(BadInput, match="at least"):
        made(tmp_path / "case", scale)
    assert not (tmp_path / "case").exists()


def test_the_same_scale_gives_the_same_bytes(case: Path, tmp_path: Path) -> None:
    """Every file repeats to the byte; another scale is another case."""

    def digests(folder: Path) -> dict[str, str]:
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    again, other = digests(made(tmp_path / "again")), digests(made(tmp_path / "other", 0.03))

    assert digests(case) == again
    assert other["exports/group/result.json"] != again["exports/group/result.json"]


@pytest.mark.parametrize("scale", [DEMO_SCALE, 0.05])
def test_a_smaller_case_shrinks_in_proportion(tmp_path: Path, scale: float) -> None:
    """Members, messages, references and files are the documented ones times the scale; every member joins."""
    assert sizes(made(tmp_path, scale)) == {
        "messages": round(73_000 * scale),
        "joins": round(10_000 * scale),
        "media": round(23_000 * scale),
        "files": round(8_000 * scale),
        "members": round(10_000 * scale),
        "countries": 50,
    }


def test_the_whole_case_is_of_the_documented_size(tmp_path: Path) -> None:
    """10,000 members, 73,000 messages, 23,000 references to 8,000 files, 50 countries."""
    found = sizes(made(tmp_path, 1))
    joined = {"joins": 10_000, "members": 10_000, "countries": 50}

    assert found == {"messages": 73_000, "media": 23_000, "files": 8_000, **joined}


def test_the_truth_names_every_private_chat_and_nothing_else(case: Path) -> None:
    """One row a private chat, none for the groups and the accounts; every plot is told at least once."""
    rows, found = truth_of(case), chats(case)

    assert {row["file"] for row in rows} == {name for name in found if name.startswith("chat_")}
    assert {name.partition("_")[0].partition("/")[0] for name in found} == {"chat", "group", "account"}
    assert {row["plot"] for row in rows} == set(LEVELS)
    assert all(row["level"] == LEVELS[row["plot"]] for row in rows)


def test_the_truth_points_at_the_speaker_and_the_completing_message(case: Path) -> None:
    """The message at `earliest_index` is the plot's completing line, said by the speaker; benign chats have neither."""
    plots, found = {plot["code"]: plot for plot in PLOTS}, chats(case)

    for row in truth_of(case):
        plot = plots[row["plot"]]
        if row["level"] == "none":
            assert (row["speaker"], row["earliest_index"]) == (None, None)
        else:
            message = found[row["file"]][row["earliest_index"]]
            assert (message["from"], message["text"]) == (row["speaker"], plot["lines"][plot["complete"]][2:])


def test_nobody_joins_twice_and_replies_lead_back(case: Path) -> None:
    """The groups are groups that could have been: replies name earlier messages, instants rise."""
    groups = {name: chat for name, chat in chats(case).items() if name.startswith("group")}
    joined = [line["actor_id"] for chat in groups.values() for line in chat if line.get("inviter")]

    assert len(joined) == len(set(joined)) == 200
    for chat in groups.values():
        assert all(0 < line.get("reply_to_message_id", line["id"] - 1) < line["id"] or line["id"] == 1 for line in chat)
        assert [line["date"] for line in chat] == sorted(line["date"] for line in chat)


@pytest.mark.parametrize("code", sorted(LEVELS))
def test_every_plot_alerts_as_its_truth_says(case: Path, answer: Answer, code: str) -> None:
    """The planted scenes are found at their level, by their speaker, with their message; benign ones are not."""
    assert answer.code == 0, answer.err
    results = {row["file"]: row for row in json.loads(answer.out)["results"]}
    planted = [(row, results[row["file"]]) for row in truth_of(case) if row["plot"] == code]

    assert planted
    for row, result in planted:
        assert (result["found"], result["other_speakers"]) == (row["level"], 0)
        assert result["right_speaker"] is (row["level"] != "none")
        assert result["latency_messages"] == (None if row["level"] == "none" else 0)


def test_the_groups_of_the_case_are_quiet(case: Path) -> None:
    """Benign talk in five languages, numbers and places that people state, raise no alert."""
    report = json.loads(ask("evaluate", "windows", *sorted((case / "exports").glob("group*")), "--json").out)

    assert report["windows"] > 10
    assert report["rates"][0]["alerting"] == 0


def test_the_shipped_case_is_what_the_program_makes(tmp_path: Path) -> None:
    """`examples/fictional-case` and `rempart demo` show the same bytes."""
    shipped = Path(__file__).parents[2] / "examples" / "fictional-case"
    write_case(tmp_path, scale=DEMO_SCALE, observer=Silent())
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())

    assert files == sorted(path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file())
    for name in files:
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes(), name
