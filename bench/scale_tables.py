"""Conversation tables of any size, written straight as Parquet, with what is planted in them beside.

    python -m bench.scale_tables FOLDER --scale 100      7.3 million messages, 1 million members, 2.3 million files

One exhibit a unit of scale, each a group of 40 communities (one supergroup each) and 121 private chats, so that time and size are
linear by construction and memory stays that of one exhibit. Everything is invented and harmless: made-up names, talk of
`fictional/talk.toml`, random digests, telephone numbers of the range that is kept for fiction (+33 6 39 98).
Planted, and written to FOLDER/truth: the community of every member, who brought each file first and which files are listed, pairs of
accounts that state one telephone number. One message in fifty is written by a bridge from another community, also of another
exhibit; one repost in twenty carries one of 200 files that go round everywhere, so that hubs grow with the case.
The same scale and seed give the same bytes.
"""

import argparse
import hashlib
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.conversations.store import BATCH_ROWS
from rempart.conversations.tables import TABLES

MEMBERS, MESSAGES, MEDIA = 10_000, 73_000, 23_000  # of one exhibit: the case of the issue
SEED = 20_261_122
COMMUNITIES, PRODUCERS = 40, 8  # communities of an exhibit; members of each that bring new files
SIZE = MEMBERS // COMMUNITIES
CHATS = 121  # private chats of an exhibit
PRIVATE, SHARING, ABROAD, EVERYWHERE, LISTED = 0.10, 0.65, 0.02, 0.05, 0.40  # shares of messages, reposts, files
NEW = MEDIA / (MESSAGES * (1 - PRIVATE) * SHARING)  # share of the sharing messages that bring a file nobody had
HUBS = 200
PHONE_EVERY = 100  # one pair of accounts with one number per hundred members: 10,000 numbers at scale 100
START_US, DAYS = 1_772_409_600_000_000, 180  # 2026-03-02
OFFSETS_H = (0, 1, 1, 2, -5, -8, 9)  # zones that communities live in
HOURS = np.array([2, 1, 1, 1, 1, 1, 2, 4, 5, 5, 5, 5, 6, 6, 5, 5, 5, 6, 8, 10, 11, 10, 7, 4], float)  # local activity
LANGS = ("fr", "en", "de", "nl", "es")
TEXTS = 2_000  # different texts a language

Columns = dict[str, pa.Array | np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One exhibit's messages in order of time, one array each. file: number of the file, -1 for none; new: brought here first."""

    place: np.ndarray
    at_us: np.ndarray
    sender: np.ndarray
    file: np.ndarray
    new: np.ndarray
    text: np.ndarray
    reply: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, default=1)
    asked = parser.parse_args()
    began = time.perf_counter()
    write_tables(asked.folder, scale=asked.scale)
    print(f"scale {asked.scale}: {time.perf_counter() - began:.1f} s")


def write_tables(folder: Path, *, scale: int, seed: int = SEED) -> None:
    """Writes `tables/*.parquet`, as a reader would have, `truth/*.parquet`, and `truth/listed.txt`, SHA-256 of listed files."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / "truth").mkdir(exist_ok=True)
    hubs, talk = digests(np.random.default_rng([seed, 0]), HUBS), texts()
    with ExitStack() as stack:
        listed = stack.enter_context((folder / "truth" / "listed.txt").open("w", encoding="ascii"))
        writers: dict[str, pq.ParquetWriter] = {}
        for number in range(scale):
            rng = np.random.default_rng([seed, 1, number])
            rows = draw_rows(rng, number=number, scale=scale)
            for name, table in tables_of(rows, number=number, rng=rng, hubs=hubs, talk=talk):
                if name not in writers:
                    part = "truth" if name.startswith("truth_") else "tables"
                    path = folder / part / f"{name.removeprefix('truth_')}.parquet"
                    writers[name] = stack.enter_context(pq.ParquetWriter(path, table.schema, compression="zstd"))
                writers[name].write_table(table, row_group_size=BATCH_ROWS)
                if name == "truth_files":
                    listed.writelines(f"{told}\n" for told in table.filter(table["listed"])["sha256"].to_pylist())


def texts() -> pa.Array:
    """TEXTS texts of each language of LANGS, one language after the other; the first of all is empty."""
    talk = tomllib.loads(resources.files("rempart.fictional").joinpath("talk.toml").read_text("utf-8"))
    rng = np.random.default_rng(SEED)
    said = []
    for lang in LANGS:
        parts = [talk[lang][part] for part in ("starts", "middles", "ends")]
        picks = [rng.integers(0, len(part), TEXTS) for part in parts]
        said += [
            " ".join(part[i] for part, i in zip(parts, row, strict=True)).strip() for row in zip(*picks, strict=True)
        ]
    return pa.array(["", *said])


def digests(rng: np.random.Generator, count: int) -> tuple[pa.Array, pa.Array, pa.Array]:
    """(SHA-256, SHA-1, MD5) of `count` files that do not exist: random digits."""
    told = []
    for size in (32, 20, 16):
        digits = rng.bytes(size * count).hex()
        told.append(pa.array([digits[at : at + 2 * size] for at in range(0, len(digits), 2 * size)], pa.string()))
    return told[0], told[1], told[2]


def draw_rows(rng: np.random.Generator, *, number: int, scale: int) -> Rows:
    """The messages of exhibit `number`: where, when, by whom, with which file."""
    busy = 1 / np.sqrt(1 + np.arange(COMMUNITIES))
    group = rng.choice(COMMUNITIES, MESSAGES, p=busy / busy.sum())
    private = rng.random(MESSAGES) < PRIVATE
    place = np.where(private, COMMUNITIES + rng.integers(0, CHATS, MESSAGES), group)
    hour = rng.choice(24, MESSAGES, p=HOURS / HOURS.sum()) - zone_of(number, group)
    second = rng.integers(0, DAYS, MESSAGES) * 86_400 + hour * 3_600 + rng.integers(0, 3_600, MESSAGES)
    order = np.argsort(second, kind="stable")
    place, group, at_us = place[order], group[order], START_US + second[order] * 1_000_000
    file, new = draw_files(rng, np.where(place < COMMUNITIES, group, -1))
    sender = draw_senders(rng, place=place, new=new, number=number, scale=scale)
    lang = (number + np.where(place < COMMUNITIES, place, 0)) % len(LANGS)
    text = 1 + lang * TEXTS + rng.integers(0, TEXTS, MESSAGES)
    text[(file >= 0) & (rng.random(MESSAGES) < 0.5)] = 0
    return Rows(place=place, at_us=at_us, sender=sender, file=file, new=new, text=text, reply=draw_replies(rng, place))


def zone_of(number: int, group: np.ndarray) -> np.ndarray:
    """Hours ahead of UTC where the community lives."""
    return np.array(OFFSETS_H)[(group + number) % len(OFFSETS_H)]


def draw_files(rng: np.random.Generator, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(file of each message, -1 none, MEDIA and above a hub; whether it is brought here first). group: -1 in private chats."""
    count = len(group)
    sharing = (group >= 0) & (rng.random(count) < SHARING)
    fresh = np.flatnonzero(sharing & (rng.random(count) < NEW))[:MEDIA]
    new = np.zeros(count, bool)
    new[fresh] = True
    file = np.full(count, -1, np.int64)
    file[fresh] = np.arange(len(fresh))
    by_group = fresh[np.argsort(group[fresh], kind="stable")]  # brought files, community by community, in order of time
    first = np.searchsorted(group[by_group], np.arange(COMMUNITIES))
    for number in range(COMMUNITIES):
        own = np.flatnonzero(group == number)
        brought = np.cumsum(new[own])
        again = sharing[own] & ~new[own] & (brought > 0)
        pick = (brought[again] * rng.random(int(again.sum())) ** 2).astype(np.int64)  # the older, the more often
        file[own[again]] = file[by_group[first[number] + pick]]
    reposts = np.flatnonzero((file >= 0) & ~new)
    hubs = reposts[rng.random(len(reposts)) < EVERYWHERE]
    file[hubs] = MEDIA + (HUBS * rng.random(len(hubs)) ** 3).astype(np.int64)
    return file, new


def draw_senders(
    rng: np.random.Generator, *, place: np.ndarray, new: np.ndarray, number: int, scale: int
) -> np.ndarray:
    """Number of the member who wrote, over all exhibits: few write much, and few bring the new files."""
    count = len(place)
    weights = 1 / (1 + np.arange(SIZE)) ** 0.8
    inside = rng.choice(SIZE, count, p=weights / weights.sum())
    inside[new] = (PRODUCERS * rng.random(int(new.sum())) ** 2).astype(np.int64)
    sender = number * MEMBERS + np.minimum(place, COMMUNITIES - 1) * SIZE + inside
    private = place >= COMMUNITIES
    sender[private] = (
        number * MEMBERS + (2 * (place[private] - COMMUNITIES) + rng.integers(0, 2, int(private.sum()))) * 41
    )
    abroad = np.flatnonzero(~private & ~new & (rng.random(count) < ABROAD))
    sender[abroad] = (
        rng.integers(0, scale * COMMUNITIES, len(abroad)) * SIZE + SIZE - 1
    )  # the last of a community is its bridge
    return sender


def draw_replies(rng: np.random.Generator, place: np.ndarray) -> np.ndarray:
    """Row (from 0) of the message answered, -1 for none: one of the last few in the same chat."""
    order = np.argsort(place, kind="stable")
    rank = np.arange(len(place))
    start = np.searchsorted(place[order], place[order])
    target = rank - rng.geometric(0.4, len(place))
    told = (rng.random(len(place)) < 0.15) & (target >= start)
    reply = np.full(len(place), -1, np.int64)
    reply[order[told]] = order[target[told]]
    return reply


def tables_of(
    rows: Rows, *, number: int, rng: np.random.Generator, hubs: Sequence[pa.Array], talk: pa.Array
) -> Iterator[tuple[str, pa.Table]]:
    """(name, table) of the exhibit; the names of what is planted begin with `truth_`."""
    sha256 = hashlib.sha256(f"exhibit {number}".encode()).hexdigest()
    chats = pa.array(
        [f"telegram:{sha256[:8]}/{1_000_000 + number * 1_000 + place}" for place in range(COMMUNITIES + CHATS)]
    )
    known = [pa.concat_arrays([own, hub]) for own, hub in zip(digests(rng, MEDIA), hubs, strict=True)]
    members = np.unique(np.concatenate([rows.sender, number * MEMBERS + np.arange(MEMBERS)]))
    yield "messages", filled("messages", sha256, message_columns(rows, chats, talk))
    yield "media", filled("media", sha256, media_columns(rows, known))
    yield "accounts", filled("accounts", sha256, account_columns(members))
    yield "conversations", filled("conversations", sha256, chat_columns(rows, chats))
    yield "memberships", filled("memberships", sha256, membership_columns(rows, chats))
    for name in ("reactions", "unread"):
        yield name, TABLES[name].empty_table()
    home = number * MEMBERS + np.arange(MEMBERS)
    yield "truth_members", pa.table({"account_id": ids(home), "community": pa.array(home // SIZE)})
    brought = np.flatnonzero(rows.new)
    yield (
        "truth_files",
        pa.table(
            {
                "sha256": known[0].take(pa.array(rows.file[brought])),
                "account_id": ids(rows.sender[brought]),
                "listed": pa.array(rng.random(len(brought)) < LISTED),
            }
        ),
    )
    first = home[::PHONE_EVERY]
    yield "truth_pairs", pa.table({"first": ids(first), "second": ids(first + 1)})


def filled(name: str, sha256: str, columns: Columns) -> pa.Table:
    """The table of that schema; a column that is not given is null throughout, or empty text where null is not allowed."""
    rows = len(next(iter(columns.values())))
    arrays = []
    for field in TABLES[name]:
        told = columns.get(field.name)
        if field.name == "exhibit_sha256":
            told = pa.array([sha256]).take(pa.array(np.zeros(rows, np.int64)))
        elif told is None:
            told = pa.nulls(rows, field.type)
        arrays.append(pa.array(told, field.type) if not isinstance(told, pa.Array) else told.cast(field.type))
    return pa.table(arrays, schema=TABLES[name])


def constant(value: str, rows: int) -> pa.Array:
    """The value in every row."""
    return pa.array([value]).take(pa.array(np.zeros(rows, np.int64)))


def ids(members: np.ndarray) -> pa.Array:
    """`telegram:user<number>` of each."""
    return pc.binary_join_element_wise("telegram:user", pc.cast(pa.array(members), pa.string()), "")


def message_columns(rows: Rows, chats: pa.Array, talk: pa.Array) -> Columns:
    """Columns of `messages`; a repost names the community's producer as its source one time in five."""
    count = len(rows.place)
    number = np.arange(1, count + 1)
    reposted = (rows.file >= 0) & ~rows.new & (number % 5 == 0)
    source = rows.sender // SIZE * SIZE
    return {
        "row": number,
        "conversation_id": chats.take(pa.array(rows.place)),
        "sequence": number,
        "message_id": pc.cast(pa.array(number), pa.string()),
        "kind": constant("message", count),
        "account_id": ids(rows.sender),
        "text": talk.take(pa.array(rows.text)),
        "sent_at": pa.array(rows.at_us).cast(pa.timestamp("us", tz="UTC")),
        "zone": constant("utc", count),
        "reply_to": pc.cast(pa.array(rows.reply + 1, mask=rows.reply < 0), pa.string()),
        "forwarded_from": pc.if_else(pa.array(reposted), names(source), pa.scalar(None, pa.string())),
        "mentions": pa.ListArray.from_arrays(pa.array(np.zeros(count + 1, np.int32)), pa.array([], pa.string())),
        "part": constant("result.json", count),
        "byte_start": number * 400,
        "byte_end": number * 400 + 398,
    }


def names(members: np.ndarray) -> pa.Array:
    """A made-up display name of two syllabic words, not unique: homonyms are part of the case."""
    syllables = pa.array(
        ["ba", "de", "fi", "go", "lu", "mi", "no", "pe", "ra", "su", "ta", "vo", "zi", "ka", "le", "jo"]
    )
    draws = [(members * prime + 7) % 16 for prime in (3, 7, 11)] + [(members // size) % 16 for size in (16, 256, 4096)]
    parts = [syllables.take(pa.array(draw)) for draw in draws]
    return pc.binary_join_element_wise(
        pc.binary_join_element_wise(*parts[:3], ""), pc.binary_join_element_wise(*parts[3:], ""), " "
    )


def media_columns(rows: Rows, known: Sequence[pa.Array]) -> Columns:
    """Columns of `media`: one file a sharing message, one in seven a video."""
    at = np.flatnonzero(rows.file >= 0)
    file = rows.file[at]
    video = file % 7 == 0
    name = pc.binary_join_element_wise("file_", pc.cast(pa.array(file), pa.string()), "")
    return {
        "row": at + 1,
        "kind": pc.if_else(pa.array(video), "video", "photo"),
        "state": constant("in_export", len(at)),
        "name": name,
        "path": pc.binary_join_element_wise("files/", name, ""),
        "mime_type": pc.if_else(pa.array(video), "video/mp4", "image/jpeg"),
        "size_bytes": 20_000 + file * 37 % 3_000_000,
        "width_px": 640 + file % 9 * 160,
        "height_px": 480 + file % 7 * 120,
        "duration_s": pa.array(5.0 + file % 90, mask=~video),
        **{kind: digest.take(pa.array(file)) for kind, digest in zip(("sha256", "sha1", "md5"), known, strict=True)},
    }


def account_columns(members: np.ndarray) -> Columns:
    """Columns of `accounts`; two members in a hundred state the number that another states too."""
    count, inside = len(members), members % PHONE_EVERY
    numbers = [f"+33 6 39 98 {pair // 100 % 100:02d} {pair % 100:02d}" for pair in (members // PHONE_EVERY).tolist()]
    handle = pc.binary_join_element_wise("m", pc.cast(pa.array(members), pa.string()), "")
    return {
        "account_id": ids(members),
        "platform": constant("telegram", count),
        "id_kind": constant("platform", count),
        "native_id": pc.binary_join_element_wise("user", pc.cast(pa.array(members), pa.string()), ""),
        "names": pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32)), names(members)),
        "handle": pc.if_else(pa.array(members % 5 < 3), handle, pa.scalar(None, pa.string())),
        "phone": pc.if_else(pa.array(inside < 2), pa.array(numbers), pa.scalar(None, pa.string())),
        "is_bot": pa.array(np.zeros(count, bool)),
    }


def chat_columns(rows: Rows, chats: pa.Array) -> Columns:
    """Columns of `conversations`."""
    count = len(chats)
    first, last = np.full(count, 2**62), np.zeros(count, np.int64)
    np.minimum.at(first, rows.place, rows.at_us)
    np.maximum.at(last, rows.place, rows.at_us)
    group = pa.array(np.arange(count) < COMMUNITIES)
    return {
        "conversation_id": chats,
        "platform": constant("telegram", count),
        "title": pc.binary_join_element_wise("Chat ", pc.cast(pa.array(np.arange(count)), pa.string()), ""),
        "kind": pc.if_else(group, "group", "one_to_one"),
        "native_kind": pc.if_else(group, "private_supergroup", "personal_chat"),
        "complete": pa.array(np.ones(count, bool)),
        "messages": np.bincount(rows.place, minlength=count),
        "first_at": pa.array(first).cast(pa.timestamp("us", tz="UTC")),
        "last_at": pa.array(last).cast(pa.timestamp("us", tz="UTC")),
    }


def membership_columns(rows: Rows, chats: pa.Array) -> Columns:
    """Columns of `memberships`: who wrote where, in order of chat and member."""
    key = rows.place * 2**40 + rows.sender
    order = np.argsort(key, kind="stable")  # rows are in order of time, and stay so inside a chat and member
    pairs, first, written = np.unique(key[order], return_index=True, return_counts=True)
    at_us = rows.at_us[order]
    return {
        "conversation_id": chats.take(pa.array(pairs // 2**40)),
        "account_id": ids(pairs % 2**40),
        "basis": constant("wrote", len(pairs)),
        "messages": written,
        "first_at": pa.array(at_us[first]).cast(pa.timestamp("us", tz="UTC")),
        "last_at": pa.array(at_us[first + written - 1]).cast(pa.timestamp("us", tz="UTC")),
    }


if __name__ == "__main__":
    main()
