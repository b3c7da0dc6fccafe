"""The border of detection: conversation tables in, alerts and what could not be looked at out."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from rempart.conversations.store import load_table, texts_at
from rempart.detection.ages import Age
from rempart.detection.alerts import Alert, Kin, Stated, find_kin, raise_alerts, stated_ages
from rempart.detection.behaviour import Behaviour, observe
from rempart.detection.pairs import NOBODY, Timeline, build_timeline
from rempart.detection.tactics import Sight, shared_reader
from rempart.engine.queries import DuckEngine, Engine
from rempart.records import NotExamined

RULES_VERSION = "2026.11.2"
MAX_TEXT_CHARS = 20_000  # a longer text is looked at up to here, and told (see _not_examined)
GAPS = (  # what detection may not have looked at, in the order of `_not_examined`; `number` is filled in there
    NotExamined(
        one="{count} service line or message without an author",
        many="{count} service lines or messages without an author",
        number=0,
        reason="nobody is told as their author, so they belong to no pair",
    ),
    NotExamined(
        one="{count} very long text",
        many="{count} very long texts",
        number=0,
        reason="looked at up to 20,000 characters",
    ),
    NotExamined(
        one="the hour of {count} message",
        many="the hour of {count} messages",
        number=0,
        reason="the export gives no instant that can be told for certain",
    ),
)
_KIN_NAME = re.compile(
    r"\W*(?:maman|papa|mamie|mamy|papi|papy|mum|mom|mummy|mommy|dad|daddy|nan|nana|gran|grandma|grandad|grandpa)\b",
    re.I,
)
ANSWER_WITHIN = 5  # an age is the answer to a question when it comes within five messages of the pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Alerts with their behaviour, the sights they rest on (by timeline index), stated ages, and the third answer."""

    timeline: Timeline
    sights: Mapping[int, Sight]
    stated: Stated
    kin: Kin
    alerts: tuple[Alert, ...]
    behaviours: tuple[Behaviour, ...]
    examined: int
    not_examined: tuple[NotExamined, ...]


def run(
    folder: Path, *, jobs: int = 1, engine: Engine | None = None, progress: Callable[[int], None] | None = None
) -> Detection:
    """Looks at every message of the tables in `folder`; `progress` is told the messages passed.

    jobs: processes to use at most. engine: where the texts are looked at, this machine when None. The outcome depends on neither.
    """
    path = folder / "messages.parquet"
    timeline = build_timeline(folder)
    results = (engine or DuckEngine()).map_row_groups(look_at_group, path, jobs=jobs, progress=progress)
    sights, cut = _place(results, timeline, pq.read_metadata(path).num_rows)
    stated = stated_ages(timeline, sights, _answers(folder, timeline, sights))
    kin = find_kin(timeline, sights, _named_as_kin(folder, timeline))
    alerts = tuple(raise_alerts(timeline, sights, stated, kin))
    return Detection(
        timeline=timeline,
        sights=sights,
        stated=stated,
        kin=kin,
        alerts=alerts,
        behaviours=tuple(_behaviour(timeline, alert) for alert in alerts),
        examined=len(timeline.position),
        not_examined=tuple(_not_examined(timeline, pq.read_metadata(path).num_rows, cut)),
    )


def look_at_group(path: Path, group: int) -> tuple[int, list[tuple[int, Sight]], int]:
    """(rows, sights by row of the group, texts cut short) of one row group; runs in any process."""
    texts = pq.ParquetFile(path).read_row_group(group, columns=["text"])["text"].to_pylist()
    reader = shared_reader()
    found: list[tuple[int, Sight]] = []
    cut = 0
    for row, text in enumerate(texts):
        if len(text) > MAX_TEXT_CHARS:
            text, cut = text[:MAX_TEXT_CHARS], cut + 1  # noqa: PLW2901 - the rest is told as not examined
        sight = reader.read(text)
        if sight.hits or sight.marks or sight.ages or sight.taken_back:
            found.append((row, sight))
    return len(texts), found, cut


def _place(
    results: Iterable[tuple[int, list[tuple[int, Sight]], int]], timeline: Timeline, rows: int
) -> tuple[dict[int, Sight], int]:
    """Sights by timeline index, in its order; service lines and messages without an author have none."""
    index_of = np.full(rows, NOBODY, np.int64)
    index_of[timeline.position] = np.arange(len(timeline.position))
    sights: dict[int, Sight] = {}
    passed = cut = 0
    for count, found, shortened in results:
        for row, sight in found:
            index = int(index_of[passed + row])
            if index != NOBODY:
                sights[index] = sight
        passed, cut = passed + count, cut + shortened
    return dict(sorted(sights.items())), cut


def _answers(folder: Path, timeline: Timeline, sights: Mapping[int, Sight]) -> dict[int, Age]:
    """Ages in short answers to a question about age, by timeline index."""
    asked: set[int] = set()
    for index, sight in sights.items():
        if any(hit.tactic == "age_enquiry" and hit.strong for hit in sight.hits):
            members = timeline.members_of(int(timeline.exchange[index]))
            after = members[timeline.rank[index] + 1 : timeline.rank[index] + 1 + ANSWER_WITHIN]
            asked.update(int(i) for i in after if timeline.speaker[i] != timeline.speaker[index] and i not in sights)
    texts = texts_at(folder, [int(timeline.position[index]) for index in asked])
    reader = shared_reader()
    ages = {index: reader.read_answer(texts[int(timeline.position[index])]) for index in sorted(asked)}
    return {index: age for index, age in ages.items() if age is not None}


def _named_as_kin(folder: Path, timeline: Timeline) -> dict[int, bool]:
    """Account codes whose display name begins with a word for a relative, as phones name them: Maman, Dad (work)."""
    codes = {account: code for code, account in enumerate(timeline.accounts)}
    rows = load_table(folder, "accounts", columns=["account_id", "names"]).to_pylist()
    return {
        codes[row["account_id"]]: any(_KIN_NAME.match(name) for name in row["names"])
        for row in rows
        if row["account_id"] in codes
    }


def _behaviour(timeline: Timeline, alert: Alert) -> Behaviour:
    first = min(index for item in alert.evidence if item.strong for index in item.indexes)
    return observe(timeline, speaker=alert.speaker, addressee=alert.addressee, first_strong=first)


def _not_examined(timeline: Timeline, rows: int, cut: int) -> Iterable[NotExamined]:
    counts = (rows - len(timeline.position), cut, int((~timeline.known_at).sum()))
    for gap, number in zip(GAPS, counts, strict=True):
        if number:
            yield replace(gap, number=number)
