"""A planted network as conversation tables: communities, first sharers, countries; the same seed gives the same bytes.

Written with arrays and no loop over messages, so that the bench can ask for scale 100. Everything is invented.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.conversations.tables import TABLES

EXHIBIT = "ab" * 32
START_US = 1_767_225_600_000_000  # 2026-01-01 00:00 UTC
DAY_US = 86_400_000_000
OFFSETS = (-5, 0, 1, 2, 8)
PREFIXES = ("+1212555", "+44207946", "+3361234", "+49309018", "+8613910990")
COUNTRIES = ("US", "GB", "FR", "DE", "CN")
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What was planted. community: per member, -1 for those who share nowhere special; introducer: per file, -1 unused.

    offset_h: hours east of UTC of each member's day. new: per file, True where no list knows it.
    """

    folder: Path
    community: Codes
    introducer: Codes
    offset_h: Codes
    new: npt.NDArray[np.bool_]

    def account(self, member: int) -> str:
        """The account of a member."""
        return f"telegram:user{member}"

    def sha256(self, file: int) -> str:
        """The digest of a file."""
        return f"{file:064x}"


def plant(
    folder: Path, *, members: int = 400, files: int = 600, shares: int = 3000, messages: int = 4000, seed: int = 7
) -> Planted:
    """Writes the seven tables below `folder` and tells what is in them."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    groups = max(4, int(np.sqrt(members) / 3))
    size = rng.dirichlet(np.full(groups, 4.0))
    community = rng.choice(groups, members, p=size)
    file_group = rng.choice(groups, files, p=size)
    activity = 1 / (1 + rng.permutation(members)) ** 0.6
    fame = 1 / (1 + rng.permutation(files)) ** 0.5
    file = np.r_[np.arange(files), rng.choice(files, max(0, shares - files), p=fame / fame.sum())]
    stray = rng.random(len(file)) < 0.1
    group_of_share = np.where(stray, rng.choice(groups, len(file), p=size), file_group[file])
    who = _members_of(rng, group_of_share, community, activity)
    introducer = who[:files].copy()
    born = rng.uniform(0, 60, files)
    day = np.where(np.arange(len(file)) < files, born[file], born[file] + 1 + rng.exponential(20, len(file)))
    offset = np.asarray(OFFSETS)[rng.integers(0, len(OFFSETS), members)]
    talk = max(0, messages - len(file))
    speaker = np.r_[who, _members_of(rng, rng.choice(groups, talk, p=size), community, activity)]
    days = np.r_[day, rng.uniform(0, 90, talk)].astype(np.int64)
    at = START_US + days * DAY_US + _moment_of_day(rng, offset[speaker])
    medium = np.r_[file, np.full(talk, -1)]
    room = np.where(rng.random(len(speaker)) < 0.7, community[speaker], groups)
    order = np.lexsort((at, room))
    new = rng.random(files) < 0.3
    planted = Planted(folder=folder, community=community, introducer=introducer, offset_h=offset, new=new)
    _write_messages(planted, rng, speaker[order], at[order], room[order], medium[order])
    _write_people(planted, rng, speaker, room, groups)
    return planted


def matches_of(planted: Planted) -> pa.Table:
    """What the hash lists say: every file that is not new is listed; rows of the messages that carry one."""
    media = pq.read_table(planted.folder / "media.parquet", columns=["exhibit_sha256", "row", "sha256"])
    number = np.array([int(digest, 16) for digest in media["sha256"].to_pylist()], dtype=np.int64)
    kept = media.filter(pa.array(~planted.new[number]))
    count = kept.num_rows
    return pa.table(
        {
            "exhibit_sha256": kept["exhibit_sha256"],
            "row": kept["row"],
            "method": pa.array(["sha256"] * count),
            "distance": pa.array(np.zeros(count, np.int32)),
            "list_id": pa.array(["a-list"] * count),
            "listing_row": pa.array(np.arange(count)),
        }
    )


def _members_of(rng: np.random.Generator, groups: Codes, community: Codes, weight: npt.NDArray[np.float64]) -> Codes:
    """One member for each entry, of that community, the active ones more often."""
    found = np.zeros(len(groups), np.int64)
    for group in np.unique(groups):
        inside = np.flatnonzero(community == group)
        inside = inside if len(inside) else np.arange(len(community))
        places = np.flatnonzero(groups == group)
        found[places] = rng.choice(inside, len(places), p=weight[inside] / weight[inside].sum())
    return found


def _moment_of_day(rng: np.random.Generator, offset: Codes) -> Codes:
    """Microseconds into the UTC day: awake from about 8 to 24 local, most in the evening."""
    local = np.clip(rng.normal(17.5, 4.0, len(offset)), 7.5, 25.5)
    return (((local - offset) % 24) * 3_600_000_000).astype(np.int64)


def _texts(prefix: str, numbers: Codes) -> pa.Array:
    return pa.array(np.char.add(prefix, numbers.astype(str)).astype(object), pa.string())


def _same(value: str | None, count: int) -> pa.Array:
    return pa.array([value], pa.string()).take(pa.array(np.zeros(count, np.int64)))


def _table(name: str, columns: dict[str, pa.Array], count: int) -> pa.Table:
    """The table with the columns told; the others null, or empty where null is not allowed."""
    empty = {pa.string(): "", pa.int64(): 0, pa.bool_(): False}
    arrays = []
    for field in TABLES[name]:
        if field.name in columns:
            arrays.append(columns[field.name].cast(field.type))
        elif field.nullable:
            arrays.append(pa.nulls(count, field.type))
        elif pa.types.is_list(field.type):
            arrays.append(pa.ListArray.from_arrays(np.zeros(count + 1, np.int32), pa.array([], pa.string())))
        else:
            arrays.append(pa.array([empty[field.type]]).take(pa.array(np.zeros(count, np.int64))))
    return pa.table(arrays, schema=TABLES[name])


def _write(planted: Planted, name: str, columns: dict[str, pa.Array], count: int) -> None:
    path = planted.folder / f"{name}.parquet"
    pq.write_table(_table(name, columns, count), path, compression="zstd", row_group_size=32_768)


def _write_messages(
    planted: Planted, rng: np.random.Generator, speaker: Codes, at: Codes, room: Codes, medium: Codes
) -> None:
    count = len(speaker)
    rows = np.arange(1, count + 1)
    back = rng.integers(1, 20, count)
    answers = (rng.random(count) < 0.2) & (rows - back >= 1)
    answers &= room == room[np.maximum(rows - back - 1, 0)]
    reply = pa.array((rows - back).astype(str).astype(object), pa.string(), mask=~answers)
    words = np.asarray(["bonjour", "voici la suite", "merci pour le fichier", "see you", "quelqu un a la liste ?"])
    columns = {
        "exhibit_sha256": _same(EXHIBIT, count),
        "row": pa.array(rows),
        "conversation_id": _texts(f"telegram:{EXHIBIT[:8]}/", room),
        "sequence": pa.array(rows),
        "message_id": _texts("", rows),
        "kind": _same("message", count),
        "account_id": _texts("telegram:user", speaker),
        "text": pa.array(words[rng.integers(0, len(words), count)].astype(object), pa.string()),
        "sent_at": pa.array(at),
        "zone": _same("utc", count),
        "reply_to": reply,
    }
    _write(planted, "messages", columns, count)
    held = np.flatnonzero(medium >= 0)
    digests = pa.array([f"{number:064x}" for number in range(len(planted.new))]).take(pa.array(medium[held]))
    shared = {
        "exhibit_sha256": _same(EXHIBIT, len(held)),
        "row": pa.array(rows[held]),
        "kind": _same("photo", len(held)),
        "state": _same("in_export", len(held)),
        "name": _texts("picture_", medium[held]),
        "size_bytes": pa.array(1000 + medium[held]),
        "sha256": digests,
    }
    _write(planted, "media", shared, len(held))


def _write_people(planted: Planted, rng: np.random.Generator, speaker: Codes, room: Codes, groups: int) -> None:
    members = np.arange(len(planted.community))
    place = np.searchsorted(np.asarray(OFFSETS), planted.offset_h)
    told = rng.random(len(members)) < 0.3
    line = [f"{PREFIXES[zone]}{number % 10_000:04d}" for zone, number in zip(place, members, strict=True)]
    accounts = {
        "exhibit_sha256": _same(EXHIBIT, len(members)),
        "account_id": _texts("telegram:user", members),
        "platform": _same("telegram", len(members)),
        "id_kind": _same("platform", len(members)),
        "native_id": _texts("user", members),
        "names": pa.array([[f"Person {number}"] for number in members], pa.list_(pa.string())),
        "phone": pa.array(line, pa.string(), mask=~told),
    }
    _write(planted, "accounts", accounts, len(members))
    pairs, counts = np.unique(room * len(members) + speaker, return_counts=True)
    memberships = {
        "exhibit_sha256": _same(EXHIBIT, len(pairs)),
        "conversation_id": _texts(f"telegram:{EXHIBIT[:8]}/", pairs // len(members)),
        "account_id": _texts("telegram:user", pairs % len(members)),
        "basis": _same("wrote", len(pairs)),
        "messages": pa.array(counts),
    }
    _write(planted, "memberships", memberships, len(pairs))
    rooms = np.arange(groups + 1)
    conversations = {
        "exhibit_sha256": _same(EXHIBIT, len(rooms)),
        "conversation_id": _texts(f"telegram:{EXHIBIT[:8]}/", rooms),
        "platform": _same("telegram", len(rooms)),
        "title": _texts("Group ", rooms),
        "kind": _same("group", len(rooms)),
        "native_kind": _same("private_supergroup", len(rooms)),
        "messages": pa.array(np.bincount(room, minlength=len(rooms))),
    }
    _write(planted, "conversations", conversations, len(rooms))
    for name in ("reactions", "unread"):
        _write(planted, name, {}, 0)
