"""Plausible time zones from the hours of activity, with their likelihood and an honest width.

Each member's hours (UTC) are laid against a usual day, low at night and high in the evening, moved by each whole hour. A day counts as
one observation, because messages of one evening are not independent; and the day of people differs (early birds, night work), so
the likelihood is widened by a spread of HABIT_H hours. What is told is the smallest set of offsets that holds SURE of it.
Rows whose zone is unknown are left out. Members with fewer than MIN_DAYS days of activity are not examined.
An offset is not a country: UTC+1 in winter reaches from Norway to Angola. Summer time moves it by one hour.
Source: La Morgia, Mei, Raponi, Stefa 2018, IEEE ICDCS; theirs is a reading of crowds, and so is `crowd` here. Tier: source-verified; the
usual day is rounded by us and unverified on exports.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rempart.engine.queries import Engine, Query
from rempart.network import examples
from rempart.network.graph import Codes
from rempart.records import NotExamined

OFFSETS = tuple(range(-11, 13))  # hours east of UTC; +13 and +14 read as -11 and -10, half hours as their neighbours
MIN_DAYS = 14
SURE = 0.95
HABIT_H = 2.0  # spread of people's habits around the usual day; ours, wide on purpose
Floats = npt.NDArray[np.float64]

HOURS = """
WITH told AS (
  SELECT m.account_id, epoch_us(m.sent_at) // 3600000000 AS slot
  FROM messages m LEFT JOIN copies c ON c.exhibit_sha256 = m.exhibit_sha256 AND c.row = m.row
  WHERE m.kind = 'message' AND m.zone <> 'unknown' AND m.account_id IS NOT NULL AND m.sent_at IS NOT NULL
    AND epoch_us(m.sent_at) >= 0 AND c.row IS NULL),
slots AS (SELECT DISTINCT account_id, slot FROM told),
days AS (SELECT account_id, COUNT(DISTINCT slot // 24) AS days FROM slots GROUP BY account_id)
SELECT s.account_id, s.slot % 24 AS hour, d.days, COUNT(*) AS slots
FROM slots s JOIN days d ON d.account_id = s.account_id
WHERE d.days >= {least} GROUP BY s.account_id, s.slot % 24, d.days
ORDER BY s.account_id, hour
"""


class Language(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of a language, and the countries that it makes candidates."""

    code: Annotated[str, msgspec.Meta(min_length=2, max_length=3)]
    countries: tuple[str, ...]
    words: tuple[str, ...]


class PlaceData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`place.toml`. day: parts of a day's activity by local hour. verified: whether exports confirmed it."""

    version: str
    date: str
    source: str
    verified: bool
    day: Annotated[tuple[float, ...], msgspec.Meta(min_length=24, max_length=24)]
    language: tuple[Language, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """members: account_id, days, best (offset in hours), likelihood of best, offsets (the smallest set holding SURE), width_h.

    crowd: for each of OFFSETS the mean likelihood over the members examined; empty when none was. unknown: members not examined.
    """

    members: pa.Table
    crowd: tuple[float, ...]
    unknown: int
    not_examined: tuple[NotExamined, ...]


@lru_cache(maxsize=1)
def load_places() -> PlaceData:
    """The usual day and the languages."""
    raw = tomllib.loads(resources.files("rempart.network").joinpath("place.toml").read_text("utf-8"))
    return msgspec.convert(raw, PlaceData)


def find_zones(tables: Path, *, engine: Engine, copies: pa.Table, volume: pa.Table) -> Zones:
    """Plausible zones of the members with enough days; volume: account_id and zone_unknown, one row for each who wrote."""
    hours = engine.query(HOURS.format(least=MIN_DAYS), {"messages": tables / "messages.parquet", "copies": copies})
    accounts = pc.unique(hours["account_id"])
    code = pc.index_in(hours["account_id"], value_set=accounts).to_numpy().astype(np.int64)
    counts = np.zeros((len(accounts), 24))
    counts[code, hours["hour"].to_numpy().astype(np.int64)] = hours["slots"].to_numpy()
    days = np.zeros(len(accounts))
    days[code] = hours["days"].to_numpy()
    likelihood = zone_likelihood(counts, days)
    unzoned = int(pc.sum(pc.greater(volume["zone_unknown"], 0)).as_py() or 0)
    few = volume.num_rows - len(accounts)
    return Zones(
        members=_members(accounts, days, likelihood),
        crowd=tuple(likelihood.mean(axis=0).tolist()) if len(accounts) else (),
        unknown=few,
        not_examined=_not_examined(few, unzoned),
    )


def zone_likelihood(counts: Floats, days: Floats) -> Floats:
    """Likelihood of each of OFFSETS for each member, rows adding up to 1.

    counts: members x 24, different hours of activity by hour of UTC; days: different days of activity.
    """
    day = np.asarray(load_places().day)
    day = day / day.sum()
    utc = np.arange(24)
    expected = np.stack([np.log(day[(utc + offset) % 24]) for offset in OFFSETS], axis=1)
    slots = np.maximum(counts.sum(axis=1), 1)
    score = counts @ expected * (np.minimum(days, slots) / slots)[:, None]
    sharp = np.exp(score - score.max(axis=1, keepdims=True))
    wide = sharp @ _habits()
    result: Floats = wide / wide.sum(axis=1, keepdims=True)
    return result


def _habits() -> Floats:
    """How likely a habit makes one offset look like another: a normal spread around the clock."""
    places = np.asarray(OFFSETS)
    apart = np.abs(places[:, None] - places[None, :])
    apart = np.minimum(apart, 24 - apart)
    spread: Floats = np.exp(-0.5 * (apart / HABIT_H) ** 2)
    return spread


def _members(accounts: pa.Array, days: Codes | Floats, likelihood: Floats) -> pa.Table:
    order = np.argsort(-likelihood, axis=1, kind="stable")
    sums = np.cumsum(np.take_along_axis(likelihood, order, axis=1), axis=1)
    width = np.minimum((sums < SURE).sum(axis=1) + 1, len(OFFSETS))
    places = np.asarray(OFFSETS)
    best = places[order[:, 0]] if len(accounts) else np.zeros(0, np.int64)
    inside = [sorted(places[row[:count]].tolist()) for row, count in zip(order, width, strict=True)]
    top = likelihood.max(axis=1) if len(accounts) else np.zeros(0)
    return pa.table(
        {
            "account_id": accounts,
            "days": pa.array(days.astype(np.int64)),
            "best": pa.array(best),
            "likelihood": pa.array(top),
            "offsets": pa.array(inside, pa.list_(pa.int64())),
            "width_h": pa.array(width.astype(np.int64)),
        }
    )


def _not_examined(few: int, unzoned: int) -> tuple[NotExamined, ...]:
    told = (
        NotExamined(
            one="{count} account whose time zone is not examined",
            many="{count} accounts whose time zone is not examined",
            number=few,
            reason="fewer than 14 days of activity whose hour is known",
        ),
        NotExamined(
            one="{count} account with messages in a local time of unknown zone",
            many="{count} accounts with messages in a local time of unknown zone",
            number=unzoned,
            reason="those messages are left out of the hours",
        ),
    )
    return tuple(one for one in told if one.number)


def _example() -> Mapping[str, pa.Table]:
    copies = pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]})
    return {"messages": examples.tables()["messages"], "copies": copies}


QUERIES = (Query(name="hours", sql=HOURS.format(least=1), example=_example),)
