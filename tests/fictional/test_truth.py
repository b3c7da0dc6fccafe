"""What is planted in the groups is there, and the truth says what stands in the exports."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rempart.fictional.case import DEMO_SCALE, Files, write_case
from rempart.fictional.files import SharedFile
from rempart.fictional.hashlists import lists_of
from rempart.fictional.members import RATES
from tests.analysis.case import Silent
from tests.cli.shell import ask

KNOWN = 500
Line = Mapping[str, Any]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small case with its files and lists."""
    folder = tmp_path_factory.mktemp("media")
    write_case(folder, scale=DEMO_SCALE, observer=Silent(), files=Files(known=KNOWN))
    return folder


def rows(case: Path, name: str) -> list[dict[str, str]]:
    """The rows of a file of the truth."""
    return list(csv.DictReader((case / "truth" / f"{name}.csv").read_text("utf-8").splitlines()))


def lines_of_groups(case: Path) -> Iterator[tuple[Path, int, Line]]:
    """(folder, chat id, line) of every line of every group, in the order of each."""
    for path in sorted((case / "exports").glob("group*/result.json")):
        chat = json.loads(path.read_text("utf-8"))
        for line in chat["messages"]:
            yield path.parent, chat["id"], line


def shared(case: Path) -> Iterator[tuple[Path, int, Line]]:
    """(path of the file, chat id, line) of every reference to a file."""
    for folder, chat, line in lines_of_groups(case):
        if path := line.get("photo") or line.get("file"):
            yield folder / path, chat, line


def account(line: Line) -> str:
    """The account of a line, as the truth names it."""
    return f"telegram:{line.get('from_id') or line['actor_id']}"


def digest(path: Path, kind: str = "sha256") -> str:
    """A digest of the file."""
    return hashlib.new(kind, path.read_bytes(), usedforsecurity=False).hexdigest()


def test_without_media_nothing_lies_beside_the_chats(tmp_path: Path) -> None:
    """The case as most exports are: names and sizes, no file, no list, no digest."""
    write_case(tmp_path, scale=DEMO_SCALE, observer=Silent())

    assert not (tmp_path / "lists").exists()
    assert {path.suffix for path in (tmp_path / "exports").rglob("*") if path.is_file()} == {".json"}
    assert not any(row["sha256"] for row in rows(tmp_path, "files"))


def test_media_change_nothing_but_the_references(case: Path, tmp_path: Path) -> None:
    """The same people say the same things at the same time with and without the files."""
    write_case(tmp_path, scale=DEMO_SCALE, observer=Silent())
    told = ("id", "date", "from_id", "text", "forwarded_from", "action")

    def plain(folder: Path) -> list[tuple[int, list[object]]]:
        return [(chat, [line.get(name) for name in told]) for _, chat, line in lines_of_groups(folder)]

    assert plain(case) == plain(tmp_path)


def test_the_same_media_repeat_to_the_byte(case: Path, tmp_path: Path) -> None:
    """Files, lists and truth are the same when made again."""
    write_case(tmp_path, scale=DEMO_SCALE, observer=Silent(), files=Files(known=KNOWN))

    def digests(folder: Path) -> dict[str, str]:
        return {path.relative_to(folder).as_posix(): digest(path) for path in folder.rglob("*") if path.is_file()}

    assert digests(case) == digests(tmp_path)


def test_every_reference_leads_to_the_file_that_the_truth_tells(case: Path) -> None:
    """References, first sharers, first messages and digests are those of the exports."""
    found = list(shared(case))
    first: dict[str, tuple[str, str, str, str]] = {}
    for path, chat, line in sorted(found, key=lambda item: int(item[2]["date_unixtime"])):
        first.setdefault(digest(path), (account(line), str(chat), str(line["id"]), f"{line['date']}Z"))
    told = {
        row["sha256"]: (row["first_account_id"], row["first_chat_id"], row["first_message_id"], row["first_at"])
        for row in rows(case, "files")
    }

    assert first == told
    assert Counter(digest(path) for path, _, _ in found) == {
        row["sha256"]: int(row["references"]) for row in rows(case, "files")
    }


def test_few_files_get_most_references(case: Path) -> None:
    """The tail is heavy: the first tenth of the files has more than a third of the references, most are seen once."""
    counts = sorted((int(row["references"]) for row in rows(case, "files")), reverse=True)

    assert sum(counts[: len(counts) // 10]) > sum(counts) / 3
    assert counts[len(counts) * 3 // 4] == 1


def test_the_truth_counts_what_people_did(case: Path) -> None:
    """Shares by account, files first shared, and roles are those of the lines."""
    shares = Counter(account(line) for _, _, line in shared(case))
    roles = {"create_group": "creator", "invite_members": "inviter"} | dict.fromkeys(
        ("pin_message", "edit_group_title"), "administrator"
    )
    acts = Counter(
        (account(line), str(chat), roles[line["action"]])
        for _, chat, line in lines_of_groups(case)
        if line.get("action") in roles
    )

    assert {
        row["account_id"]: int(row["shares"]) for row in rows(case, "communities") if row["shares"] != "0"
    } == shares
    assert {(r["account_id"], r["chat_id"], r["role"]): int(r["lines"]) for r in rows(case, "admins")} == acts
    assert sum(int(row["files_first_shared"]) for row in rows(case, "first_sharers")) == 160


def test_members_share_mostly_what_goes_round_at_home(case: Path) -> None:
    """Of the references to files of one community, most are by its own members; bridges share as much elsewhere."""
    home = {row["account_id"]: row["community"] for row in rows(case, "communities")}
    crossing = {row["account_id"] for row in rows(case, "bridges")}
    of_file = {row["sha256"]: row["community"] for row in rows(case, "files")}
    pairs = [(account(line), of_file[digest(path)]) for path, _, line in shared(case)]
    at_home = [home[who] == where for who, where in pairs if where and who not in crossing]

    assert sum(at_home) > 0.9 * len(at_home)
    assert sum(home[who] != where for who, where in pairs if where and who in crossing) >= len(crossing)


def test_the_community_that_never_meets_talks_to_nobody(case: Path) -> None:
    """Its members share files and answer no message; they have no group."""
    silent = {row["account_id"] for row in rows(case, "communities") if row["meets"] == "no"}
    lines = [line for _, _, line in lines_of_groups(case) if account(line) in silent]

    assert any("photo" in line for line in lines)
    assert not any("reply_to_message_id" in line for line in lines)


def test_new_files_come_mostly_from_those_planted_to_bring_them(case: Path) -> None:
    """Of what no list knows, more than half enters by few accounts; others bring some too."""
    told = [(row["planted_producer"], int(row["unlisted_first_shared"])) for row in rows(case, "first_sharers")]
    planted = sum(count for is_planted, count in told if is_planted == "yes")

    assert planted > 0.5 * sum(count for _, count in told)
    assert any(count for is_planted, count in told if is_planted == "no")
    assert sum(is_planted == "yes" for is_planted, _ in told) < 0.3 * len(told)


def test_every_kind_of_identity_is_planted(case: Path) -> None:
    """Each kind at least once; second accounts are one person, homonyms and households are not."""
    people = [row for row in rows(case, "people") if row["plant"]]
    persons = {kind: [row["person"] for row in people if row["plant"] == kind] for kind in RATES}

    for kind in ("same phone", "same e-mail", "other letters", "changed identity"):
        assert len(set(persons[kind])) * 2 == len(persons[kind]) > 0
    for kind in ("recycled phone", "family phone", "homonym"):
        assert len(set(persons[kind])) == len(persons[kind]) > 1


def test_planted_accounts_say_what_links_them_in_their_own_time(case: Path) -> None:
    """Who shares a recycled number or came back under another name never writes at the same time."""
    of = {row["account_id"]: row for row in rows(case, "people")}
    for kind in ("recycled phone", "changed identity"):
        texts: dict[str, list[tuple[int, str]]] = {}
        for _, _, line in lines_of_groups(case):
            if line["type"] == "message" and of[account(line)]["plant"] == kind:
                texts.setdefault(account(line), []).append((int(line["date_unixtime"]), line["text"]))
        first, second = sorted(texts.values())
        said = [{word for _, text in told for word in text.split() if word.isdigit()} for told in (first, second)]

        assert max(first)[0] < min(second)[0]
        assert said[0] & said[1]


def test_a_changed_name_is_shown_by_one_account(case: Path) -> None:
    """The same from_id under two names, the second later."""
    changed = {row["account_id"] for row in rows(case, "people") if row["plant"] == "changed name"}
    names = {name: [] for name in changed}  # type: dict[str, list[str]]
    for _, _, line in lines_of_groups(case):
        if line["type"] == "message" and account(line) in changed:
            names[account(line)].append(line["from"])

    assert changed
    assert all(len(set(told)) == 2 and told == sorted(told, key=told.index) for told in names.values())


def test_people_write_when_they_are_awake_where_they_live(case: Path) -> None:
    """By the offset that the truth tells, fewer than one message in eight is written in the quarter of the day from one to seven."""
    offset = {row["account_id"]: int(row["utc_offset_min"]) for row in rows(case, "zones")}
    hours = [
        (int(line["date_unixtime"]) // 60 + offset[account(line)]) // 60 % 24
        for _, _, line in lines_of_groups(case)
        if line["type"] == "message"
    ]

    assert sum(1 <= hour < 7 for hour in hours) < len(hours) / 8


def test_the_lists_hold_the_files_that_the_truth_says(case: Path) -> None:
    """The invented lists know two files in five, and nothing that the truth does not name, but for what fills up."""
    files = rows(case, "files")
    vics = json.loads((case / "lists" / "vics2.json").read_text("utf-8"))["value"]
    told = {
        name: {row["sha1"] for row in files if name in row["lists"].split()}
        for name in ("vics2", "ncmec", "sha1", "nsrl")
    }
    pages = "".join(path.read_text("utf-8") for path in sorted((case / "lists" / "ncmec").glob("page*.xml")))

    assert len(vics) == KNOWN
    assert {row["SHA1"].lower() for row in vics[: len(told["vics2"])]} == told["vics2"]
    assert set((case / "lists" / "sha1.txt").read_text("utf-8").split()) == told["sha1"]
    assert all(f"<sha1>{sha1}</sha1>" in pages for sha1 in told["ncmec"])
    assert pages.count("<deletedImage>") == sum(row["withdrawn"] == "yes" for row in files) > 0
    assert 0.35 < sum(bool(row["lists"]) for row in files) / len(files) < 0.5


def test_a_file_without_a_list_is_in_none() -> None:
    """Copies and what nobody listed stand in no list."""
    files = [SharedFile(number=number, community=0, is_photo=True, fate="unlisted") for number in range(10)]
    copies = [SharedFile(number=number, community=0, is_photo=True, fate="copy", copy_of=1) for number in range(10, 20)]

    assert all(lists_of(file) == () for file in (*files, *copies))


def test_the_readers_read_it_wholly(case: Path, tmp_path: Path) -> None:
    """Every byte of the exports is accounted for, and every file is found and hashed in the profile of an inquiry."""
    answer = ask("read", case / "exports", "--to", tmp_path / "tables", "--profile", "enquete")

    assert answer.code == 0, answer.err
    assert "1,460" in answer.out
    assert "0.00\u00a0%" in answer.out


def test_rows_for_a_list_need_the_files(tmp_path: Path) -> None:
    """A list without files to know would say nothing; the refusal writes nothing."""
    answer = ask("demo-case", "--to", tmp_path / "case", "--scale", "0.02", "--known", "10")

    assert answer.code == 2
    assert "--media" in answer.err
    assert not (tmp_path / "case").exists()
