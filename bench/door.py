"""The public door under an open-loop load, beside what disk and cryptography allow; writes bench/RESULTS-door.md.

    python -m bench.door                     form and API, both databases, 25 to 200 reports a second, 15 s each
    python -m bench.door --quick             5 s at 25 and 100 on SQLite; RESULTS-door.md untouched

A report by the form is three requests, each on a connection of its own (the face closes): the first screen, the ALTCHA challenge,
the last screen with every answer. The challenge is solved for real, by a thread of the generator; that time is the client's and is counted
apart. Every report has a source address of its own. After each load every receipt shown is looked for in the database.
"""

import argparse
import asyncio
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.load import Outcome, open_loop, share_below
from bench.senders import Api, Form, answers_of
from bench.served import Running, busy_s, cpu_s, new_partner, new_site, running, target_of
from tests.reliability.postgres import Cluster, can_run, cluster

from rempart.evidence.keys import Purpose, load_recipients
from rempart.evidence.sealing import seal
from rempart.intake.receipt import lookup_of
from rempart.web.config import Face, FaceConfig, Site

HERE = Path(__file__).resolve().parent
RATES, SECONDS = (25, 50, 100, 150, 200), 15.0
GOAL_RATE, GOAL_P99_S = 100, 0.250
ROW_BYTES, PARTNERS = 5_000, 10
QUIET_SHARE = 0.1
_SIGNED_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where reports are kept, and how it is looked at from outside."""

    name: str
    site: Site
    cluster: Cluster | None

    def rows(self, query: str) -> list[list[str]]:
        """Rows as text, read past every guard of the site."""
        if self.cluster:
            return [line.split("|") for line in self.cluster.sql(query).splitlines()]
        with closing(sqlite3.connect(f"file:{self.site.door_database}?mode=ro", uri=True)) as database:
            return [[str(value) for value in row] for row in database.execute(query)]

    def lookups(self) -> set[str]:
        """Every deposit by the hash of its code, hexadecimal."""
        on_postgresql, on_sqlite = (
            "SELECT encode(lookup, 'hex') FROM door_deposit",
            "SELECT hex(lookup) FROM door_deposit",
        )
        return {row[0].lower() for row in self.rows(on_postgresql if self.cluster else on_sqlite)}

    def in_lane(self, lane: str) -> int:
        """Reports of a lane."""
        counts = dict(self.rows("SELECT lane, count(*) FROM door_deposit GROUP BY lane"))
        return int(counts.get(lane, 0))

    def unsigned(self) -> int:
        """Leaves that no checkpoint covers yet."""
        signed = int((self.site.ledger / "checkpoint").read_text("utf-8").splitlines()[1])
        return int(self.rows("SELECT size FROM door_head")[0][0]) - signed

    def cpu_s(self) -> float:
        """Processor seconds of the database's own processes."""
        return cpu_s(self.cluster.process.pid) if self.cluster and self.cluster.process else 0.0


@contextmanager
def place_of(name: str, folder: Path) -> Iterator[Place]:
    """A new site on SQLite or on a throw-away PostgreSQL."""
    with ExitStack() as stack:
        folder.chmod(0o711)  # PostgreSQL runs as another user
        made = stack.enter_context(cluster(folder / "pg")) if name == "PostgreSQL" else None
        yield Place(name=name, site=new_site(folder / name, database=made.config if made else None), cluster=made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One load and what it cost. cpu_s: of the server by part; own_cpu_s: of the generator with its solver; others_share: of the
    processors, spent by programs that have nothing to do with it: above a tenth the line says little."""

    way: str
    place: str
    rate: int
    outcomes: Sequence[Outcome]
    cpu_s: dict[str, float]
    own_cpu_s: float
    others_share: float
    lost: int
    in_lane: int
    signed_after_s: float

    @property
    def good(self) -> list[Outcome]:
        """Those that ended with a receipt."""
        return [outcome for outcome in self.outcomes if not outcome.fault]

    def took_s(self, share: float) -> float:
        """Latency that a share of the good ones did not exceed, without the client's own work."""
        return share_below([outcome.took_s for outcome in self.good], share)

    @property
    def done_per_s(self) -> float:
        """Receipts a second, until the last one."""
        return len(self.good) / max((outcome.ended_s for outcome in self.good), default=1.0)

    def row(self) -> str:
        """A line of the table."""
        count = max(len(self.good), 1)
        cpu = sum(self.cpu_s.values()) / count * 1e3
        parts = ", ".join(f"{name} {spent / count * 1e3:.1f}" for name, spent in self.cpu_s.items() if spent)
        times = " | ".join(f"{self.took_s(share) * 1e3:,.0f}" for share in (0.5, 0.95, 0.99))
        late = share_below([outcome.late_s for outcome in self.outcomes], 0.99) * 1e3
        away = share_below([outcome.away_s for outcome in self.good], 0.5) * 1e3
        return (
            f"| {self.place} | {self.rate} | {self.done_per_s:.1f} | {times} | {len(self.outcomes) - len(self.good)} "
            f"| {self.lost} | {cpu:.1f} ({parts}) | {self.own_cpu_s / count * 1e3:.1f} | {away:.1f} | {late:.0f} "
            f"| {self.signed_after_s:.1f} | {self.others_share:.0%} |"
        )

    def remarks(self) -> list[str]:
        """What the line does not say: why some failed, and how many were in another lane than theirs."""
        faults = Counter(outcome.fault for outcome in self.outcomes if outcome.fault)
        told = [f"{self.way}, {self.place}, {self.rate}/s: {count} × {fault}" for fault, count in faults.most_common()]
        if self.others_share > QUIET_SHARE:
            told.append(f"{self.way}, {self.place}, {self.rate}/s: the machine was not quiet; measure this line again")
        if self.in_lane < len(self.good):
            told.append(f"{self.way}, {self.place}, {self.rate}/s: {self.in_lane} of {len(self.good)} in their lane")
        return told


_FORM_TITLE = "## By the form: first screen, challenge, solved proof, last screen, receipt"
_API_TITLE = "## By the API: `POST /p/reports`"
TABLE = (
    "| database | planned/s | done/s | p50 ms | p95 ms | p99 ms | failed | receipts lost | server CPU, ms a report | generator CPU, "
    "ms a report | solving p50 ms | generator late p99 ms | signed after s | other programs |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
)


def load(sender: Form | Api, place: Place, run: Running, *, rate: int, seconds: float) -> Load:
    """One load; then every receipt is looked for, and the signer is waited for."""
    faces = (Face.PUBLIC, Face.SIGNER)

    def spent() -> dict[str, float]:
        return {**{str(face): run.cpu_s(face) for face in faces}, "database": place.cpu_s()}

    before, lane_before = spent(), place.in_lane(sender.lane)
    began, own_before, busy_before = time.monotonic(), time.process_time(), busy_s()
    outcomes = asyncio.run(open_loop(sender.report, rate=rate, seconds=seconds))
    own_s, machine_s = time.process_time() - own_before, (time.monotonic() - began) * (os.cpu_count() or 1)
    others_s = busy_s() - busy_before - own_s - sum(spent().values()) + sum(before.values())
    ended, until = time.monotonic(), time.monotonic() + _SIGNED_S
    while place.unsigned() and time.monotonic() < until:
        time.sleep(0.1)
    after, known = spent(), place.lookups()
    return Load(
        way=sender.way,
        place=place.name,
        rate=rate,
        outcomes=outcomes,
        cpu_s={name: after[name] - before[name] for name in after},
        own_cpu_s=own_s,
        others_share=max(others_s / machine_s, 0.0),
        lost=sum(lookup_of(one.gives).hex() not in known for one in outcomes if one.gives),
        in_lane=place.in_lane(sender.lane) - lane_before,
        signed_after_s=time.monotonic() - ended,
    )


def wait_until_quiet(patience_s: float) -> None:
    """Returns when nobody else has used the processors for two seconds, or when patience ends."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        before = busy_s()
        time.sleep(2.0)
        if busy_s() - before < 2.0 * (os.cpu_count() or 1) * QUIET_SHARE:
            return


def limits(place: Place) -> list[str]:
    """What this disk and this processor can do at most, one after the other and nothing else."""
    keys = load_recipients(place.site.recipients).active(Purpose.INTAKE, Purpose.ESCROW)
    words = answers_of(1)["words"].encode("utf-8")
    with committing(place) as commit:
        rows = [("one row of 5,000 bytes a commit, durable", commit)]
        if place.cluster is None:
            rows.append(
                (f"`seal` of {len(words):,} bytes to {len(keys)} recipients", lambda: seal(words, recipients=keys))
            )
        return [_limit(place.name, name, act) for name, act in rows]


def _limit(place: str, name: str, act: Callable[[], object]) -> str:
    times, until = [], time.monotonic() + 3.0
    while time.monotonic() < until:
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    p50, p99 = (share_below(times, share) * 1e3 for share in (0.5, 0.99))
    return f"| {place}: {name} | {len(times) / sum(times):,.0f} | {p50:.2f} | {p99:.2f} |"


@contextmanager
def committing(place: Place) -> Iterator[Callable[[], object]]:
    """Commits a row to a table of its own, beside the site's database."""
    data = b"\x5a" * ROW_BYTES
    if place.cluster:
        import psycopg  # only where PostgreSQL is measured

        place.cluster.sql("CREATE TABLE bare (data bytea); GRANT INSERT ON bare TO rempart")
        with psycopg.connect(host=str(place.cluster.folder), user="rempart", dbname="rempart", autocommit=True) as bare:
            yield lambda: bare.execute("INSERT INTO bare VALUES (%s)", [data])
        place.cluster.sql("DROP TABLE bare")
        return
    path = place.site.door_folder / "bare.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE bare (data BLOB)")
        yield lambda: database.execute("INSERT INTO bare VALUES (?)", [data])
    path.unlink()


def measure(
    names: Sequence[str], rates: Sequence[int], *, seconds: float, patience_s: float
) -> tuple[list[str], list[Load]]:
    """Every load on every database: the lines of the limits, and the loads."""
    bare: list[str] = []
    loads: list[Load] = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="rb-") as work, place_of(name, Path(work)) as place:
            wait_until_quiet(patience_s)
            bare += limits(place)
            tokens = [new_partner(place.site, f"partner {number}") for number in range(PARTNERS)]
            target = target_of(place.site)
            with running(place.site, log=Path(work) / "log") as run:
                senders: tuple[Form | Api, ...] = (Form(target), Api(target, tokens=tokens))
                for sender in senders:
                    asyncio.run(open_loop(sender.report, rate=10, seconds=4))  # every thread has met the database
                    for rate in rates:
                        wait_until_quiet(patience_s)
                        loads.append(load(sender, place, run, rate=rate, seconds=seconds))
                        print(loads[-1].way, loads[-1].row(), *loads[-1].remarks(), sep="\n", flush=True)
    return bare, loads


def written(bare: Sequence[str], loads: Sequence[Load], *, seconds: float) -> list[str]:
    """Everything as Markdown."""
    face = FaceConfig()
    lines = [
        "# Results of `make bench-door`",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}.",
        f"The public face as it is started in production ({face.workers} processes of {face.threads} threads) and the signer; the generator, which "
        "also solves the proofs of work, runs on the same processors.",
        f"Open loop, {seconds:.0f} s a line: latency counts from the planned instant; the solving is the client's and is left out. "
        "Absolute figures are of this machine on that day.",
        "",
        "## What the disk and the processor allow",
        "",
        "| one after the other, nothing else | a second | p50 ms | p99 ms |",
        "|---|---|---|---|",
        *bare,
    ]
    for way, title in (("form", _FORM_TITLE), ("API", _API_TITLE)):
        lines += ["", title, "", *TABLE, *(one.row() for one in loads if one.way == way)]
    remarks = [f"- {remark}" for one in loads for remark in one.remarks()]
    goal = [one for one in loads if one.place == "SQLite" and one.way == "form" and one.rate == GOAL_RATE]
    told = [f"Goal, {GOAL_RATE} reports a second by the form on SQLite with p99 ≤ {GOAL_P99_S * 1e3:.0f} ms: {'met' if is_met(one) else 'missed'} "
            f"({one.done_per_s:.1f}/s, p99 {one.took_s(0.99) * 1e3:.0f} ms)." for one in goal]  # fmt: skip
    return [*lines, "", *told, *(["", "Remarks:", "", *remarks] if remarks else [])]


def is_met(one: Load) -> bool:
    """Whether a load kept the goal: all of them kept, and in time."""
    return len(one.good) == len(one.outcomes) and not one.lost and one.took_s(0.99) <= GOAL_P99_S


def main() -> int:
    """Measures and writes; 1 when the goal is missed or a receipt is lost."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--rates", type=int, nargs="+", default=RATES)
    arguments.add_argument("--seconds", type=float, default=SECONDS)
    arguments.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"], choices=["SQLite", "PostgreSQL"])
    arguments.add_argument(
        "--patience", type=float, default=0.0, help="seconds to wait for a quiet machine before each line"
    )
    given = arguments.parse_args()
    names, rates, seconds = (
        (["SQLite"], (25, 100), 5.0) if given.quick else (given.databases, given.rates, given.seconds)
    )
    if "PostgreSQL" in names and not can_run():
        print("PostgreSQL is not installed here; SQLite only.", file=sys.stderr)
        names = ["SQLite"]
    bare, loads = measure(names, rates, seconds=seconds, patience_s=given.patience)
    text = "\n".join(written(bare, loads, seconds=seconds)) + "\n"
    print(text)
    if not given.quick:
        (HERE / "RESULTS-door.md").write_text(text, "utf-8")
    goal = [one for one in loads if one.place == "SQLite" and one.way == "form" and one.rate == GOAL_RATE]
    return int(any(one.lost for one in loads) or not all(map(is_met, goal)))


if __name__ == "__main__":
    sys.exit(main())
