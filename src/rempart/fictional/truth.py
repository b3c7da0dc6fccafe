"""The truth of the case as CSV files: files, people, communities, bridges, first sharers, administrators, zones."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rempart.fictional.communities import Bridge
from rempart.fictional.files import Printed, SharedFile
from rempart.fictional.groups import Cast, Told
from rempart.fictional.hashlists import lists_of

Row = Sequence[object]

README = """
truth/files.csv          every file that goes round: digests (with --media), which invented lists know it, who shared it first where
truth/people.csv         who holds which account; `plant` names what was planted, `linked_by` by what a pair can be found
truth/communities.csv    the community of every account, whether it meets in a group, how many files the account shared
truth/bridges.csv        accounts that share in two communities
truth/first_sharers.csv  who brought files first, how many that no list knows, and who was planted to bring new ones
truth/admins.csv         who opened which group, invited, pinned, renamed
truth/zones.csv          country, offset from UTC in minutes (no summer time), language, stated department, messages in groups
"""


def write_truth(
    folder: Path, cast: Cast, told: Told, *, bridges: Sequence[Bridge], printed: dict[int, Printed]
) -> None:
    """Writes the seven files; accounts stand as the tables name them. printed: empty where the files were left out."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "files.csv", _FILES, (_file_row(file, told, printed.get(file.number)) for file in told.files))
    _write(folder / "people.csv", "account_id,person,plant,linked_by", _people(cast))
    _write(folder / "communities.csv", "account_id,community,meets,shares", _communities(cast, told))
    _write(folder / "bridges.csv", "account_id,community,other_community,shares", _bridges(cast, told, bridges))
    _write(folder / "first_sharers.csv", _FIRSTS, _first_sharers(cast, told))
    _write(folder / "admins.csv", "account_id,chat_id,title,role,lines", _admins(cast, told))
    _write(folder / "zones.csv", "account_id,country,utc_offset_min,lang,department,messages", _zones(cast, told))


_FILES = (
    "file,name,kind,community,copy_of,lists,withdrawn,references,first_account_id,first_chat_id,first_message_id,first_at,"
    "sha256,sha1,md5,size_bytes"
)
_FIRSTS = "account_id,planted_producer,files_first_shared,unlisted_first_shared"


def _file_row(file: SharedFile, told: Told, printed: Printed | None) -> Row:
    first = told.firsts[file.number]
    prints = (printed.sha256, printed.sha1, printed.md5, printed.size_bytes) if printed else ("", "", "", "")
    return (
        file.number,
        file.name,
        "photo" if file.is_photo else "file",
        "" if file.community is None else file.community,
        "" if file.copy_of is None else file.copy_of,
        " ".join(lists_of(file)),
        _yes(file.fate == "withdrawn"),
        told.references[file.number],
        first.member.account_id,
        first.chat,
        first.message,
        datetime.fromtimestamp(first.at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        *prints,
    )


def _people(cast: Cast) -> Iterable[Row]:
    for member in cast.members:
        yield member.account_id, member.person, member.plant, member.link


def _communities(cast: Cast, told: Told) -> Iterable[Row]:
    shares: Counter[int] = Counter()
    for (place, _), count in told.shares.items():
        shares[place] += count
    home = {place: community for community in cast.communities for place in community.members}
    for member in cast.members:
        community = home[member.place]
        yield member.account_id, community.number, _yes(community.meets), shares[member.place]


def _bridges(cast: Cast, told: Told, bridges: Sequence[Bridge]) -> Iterable[Row]:
    for bridge in bridges:
        shares = sum(count for (place, _), count in told.shares.items() if place == bridge.member)
        yield cast.members[bridge.member].account_id, bridge.home, bridge.other, shares


def _first_sharers(cast: Cast, told: Told) -> Iterable[Row]:
    """A file that is a copy of another, was withdrawn, or is known as harmless is not counted as new."""
    producers = {place for community in cast.communities for place in community.producers}
    firsts = Counter(first.member.place for first in told.firsts.values())
    new = Counter(told.firsts[file.number].member.place for file in told.files if file.fate == "unlisted")
    for place in sorted(firsts):
        yield cast.members[place].account_id, _yes(place in producers), firsts[place], new[place]


def _admins(cast: Cast, told: Told) -> Iterable[Row]:
    for (place, chat, role), count in sorted(told.roles.items(), key=lambda item: (item[0][1], item[0][2], item[0][0])):
        yield cast.members[place].account_id, chat, told.titles[chat], role, count


def _zones(cast: Cast, told: Told) -> Iterable[Row]:
    for member in cast.members:
        told_of = (member.country, member.offset_min, member.lang, member.department or "")
        yield member.account_id, *told_of, told.messages[member.place]


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _write(path: Path, header: str, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)
