"""The desk at the size of a year: 170,000 reports opened, linked and ranked, and how long people wait for it.

    python -m bench.desk                          170,000 reports on SQLite; writes bench/RESULTS-desk.md
    python -m bench.desk --reports 2000           fewer; RESULTS-desk.md untouched
    python -m bench.desk --keep FOLDER            the site stays in FOLDER, and is used again by the next run

The reports are invented and neutral: words of made-up syllables, accounts, addresses and numbers that repeat as few repeat often. Every
hundredth has a mate further on, which shares an account, an address, a number or nearly its text: these pairs are planted, so that
what is not found can be counted. They are sealed and put into the door's tables with their leaves, as the door does, but many at a
time; everything after that is the product's own code, one process, as the worker runs it.
"""

import argparse
import hashlib
import json
import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import accumulate, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.served import new_site

from rempart.evidence.keys import load_recipients
from rempart.evidence.sealing import seal
from rempart.intake.report import (
    Account,
    AgeBand,
    Answer,
    Category,
    Kind,
    Report,
    ReporterKind,
    Urgency,
    encode,
    triage_of,
)
from rempart.web.config import Face, Site
from rempart.web.setup import django_as

HERE = Path(__file__).resolve().parent
REPORTS, BATCH, CHUNK = 170_000, 200, 2_000
YEAR = timedelta(days=365)
FIRST_AT = datetime(2025, 11, 22, tzinfo=UTC)
NOW = FIRST_AT + YEAR
PLANTED_EVERY, MATE_AFTER = 100, 37
PLANTED = ("account", "address", "phone", "text")
SHARED = 30_000  # accounts and addresses that more than one report may name
LETTERS, COPIES_EVERY = 12, 400  # form letters that many send: hot bands
_SYLLABLES = (
    "ba",
    "cor",
    "del",
    "fi",
    "gan",
    "hu",
    "jo",
    "kel",
    "li",
    "mar",
    "no",
    "pi",
    "ra",
    "sen",
    "tu",
    "vol",
    "ze",
)
_COMMON = (
    "le la les un une de du des et à il elle on nous vous que qui dans pour avec sur pas plus mon ma mes son sa ses message compte "
    "école secret âge rendez-vous argent menace photo groupe jeu soir matin téléphone parle demande écrit depuis semaine"
)
_KINDS = (Kind.CONVERSATION, Kind.ACCOUNT, Kind.CONTENT, Kind.SITUATION)
_SERVICES = ("Instagram", "Discord", "Snapchat", "TikTok", "Telegram")


# -- invented reports -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def vocabulary() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Words, and how often each comes up to its place: the rarer the later."""
    source = random.Random(1)
    words = list(
        dict.fromkeys(
            (*_COMMON.split(), *("".join(source.choices(_SYLLABLES, k=source.randint(2, 4))) for _ in range(9_000)))
        )
    )
    return tuple(words), tuple(accumulate(1 / (place + 3) for place in range(len(words))))


def text(source: random.Random, length: int) -> list[str]:
    """So many words."""
    words, weights = vocabulary()
    return source.choices(words, cum_weights=weights, k=length)


def planted(number: int) -> tuple[str, int] | None:
    """What this report shares with a planted mate, and the number of the pair; None when nothing was planted on it."""
    for base in (number, number - MATE_AFTER):
        if base >= 0 and base % PLANTED_EVERY == 0:
            return PLANTED[base // PLANTED_EVERY % len(PLANTED)], base
    return None


def pairs(count: int) -> Iterator[tuple[str, int, int]]:
    """Every planted pair: what it shares, and its two reports."""
    for base in range(0, count - MATE_AFTER, PLANTED_EVERY):
        yield PLANTED[base // PLANTED_EVERY % len(PLANTED)], base, base + MATE_AFTER


def report_of(number: int) -> Report:
    """The report of this number, the same in every run."""
    source = random.Random(number)
    words = text(source, source.randint(40, 180))
    if number % COPIES_EVERY < LETTERS:  # a letter that somebody wrote and many copy
        words = text(random.Random(f"letter {number % COPIES_EVERY}"), 90)
    accounts, addresses = _named(source)
    plan = planted(number)
    if plan:
        share, pair = plan
        if share == "account":
            accounts = (Account(service="Instagram", name=f"paire.{pair}"),)
        elif share == "address":
            addresses = (f"https://exemple.org/paire/{pair}",)
        elif share == "phone":
            words += ["numéro", f"06 {pair // 10_000 % 100:02} {pair // 100 % 100:02} {pair % 100:02} 17"]
        else:
            words = text(random.Random(f"pair {pair}"), 120)
            words[number % 120] = f"mot{number}"  # one word is another: three of the runs differ
    return Report(
        kind=source.choice(_KINDS),
        reporter=source.choice(list(ReporterKind)),
        language=source.choice(("fr", "fr", "fr", "en")),
        category=source.choice(list(Category)),
        urgency=source.choices(list(Urgency), weights=(55, 20, 18, 5, 2))[0],
        age_band=source.choice(list(AgeBand)),
        contact_going_on=source.choice(list(Answer)),
        narrative=" ".join(words),
        accounts=accounts,
        addresses=addresses,
    )


def _named(source: random.Random) -> tuple[tuple[Account, ...], tuple[str, ...]]:
    """Six of ten name an account, three an address; four of five of these are named by nobody else, and few by very many."""
    accounts: tuple[Account, ...] = ()
    addresses: tuple[str, ...] = ()
    if source.random() < 0.6:
        accounts = (Account(service=source.choice(_SERVICES), name=f"compte.{_told_of(source)}"),)
    if source.random() < 0.3:
        addresses = (f"https://exemple.org/page/{_told_of(source)}",)
    return accounts, addresses


def _told_of(source: random.Random) -> str:
    """The number of something that is told of; of what many tell of, the first the most."""
    if source.random() < 0.8:
        return f"seul{source.getrandbits(48)}"
    return f"connu{source.choices(range(SHARED), cum_weights=_shares())[0]}"


@lru_cache(maxsize=1)
def _shares() -> tuple[float, ...]:
    return tuple(accumulate(1 / (place + 20) for place in range(SHARED)))


def sealed_of(number: int, recipients: tuple[str, ...]) -> tuple[Report, bytes]:
    """A report and its sealed bytes."""
    report = report_of(number)
    return report, seal(encode(report), recipients=recipients)


# -- into the door ----------------------------------------------------------------------------------------


def fill(site: Site, count: int) -> None:
    """Puts the reports into the door, each with its leaf, in the order of their numbers; goes on where an earlier run ended."""
    from rempart.web.door.models import Deposit, Head, Leaf

    done = Deposit.objects.count()
    recipients = load_recipients(site.recipients).active()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        made = pool.map(partial(sealed_of, recipients=recipients), range(done, count), chunksize=200)
        numbers = iter(range(done, count))
        while chunk := list(islice(zip(numbers, made, strict=False), CHUNK)):
            rows = [deposit_of(Deposit, number, report, sealed, count) for number, (report, sealed) in chunk]
            _write(rows, Deposit, Leaf, Head)
            print(f"  {rows[-1].id} {chunk[-1][0] + 1} of {count} received", file=sys.stderr, flush=True)


def _write(rows: Sequence[Any], deposits: Any, leaves: Any, head: Any) -> None:
    from django.db import router, transaction
    from django.db.models import F

    with transaction.atomic(using=router.db_for_write(deposits)):
        first = head.objects.get(id=1).size
        deposits.objects.bulk_create(rows, batch_size=500)
        leaves.objects.bulk_create(
            [leaves(seq=seq, data=leaf_of(row, seq), subject=row.id) for seq, row in enumerate(rows, start=first)],
            batch_size=500,
        )
        head.objects.filter(id=1).update(size=F("size") + len(rows))


def id_of(number: int) -> UUID:
    """The id of a report."""
    return UUID(bytes=hashlib.sha256(f"report {number}".encode()).digest()[:16], version=4)


def deposit_of(model: Any, number: int, report: Report, sealed: bytes, count: int) -> Any:
    """Its row at the door."""
    mark = hashlib.sha256(f"mark {number}".encode()).digest()
    triage = triage_of(report)
    return model(
        id=id_of(number),
        received_at=(FIRST_AT + YEAR * number / count).replace(second=0, microsecond=0),
        lookup=mark,
        content_mac=mark[:16],
        sealed=sealed,
        salt=mark[16:],
        door="form",
        lane="urgent" if triage.urgency is Urgency.NOW else "proven",
        kind=triage.kind,
        reporter=triage.reporter,
        category=triage.category,
        urgency=int(triage.urgency),
        age_band=triage.age_band,
        contact_going_on=triage.contact_going_on,
        language=triage.language,
        files=0,
    )


def leaf_of(row: Any, seq: int) -> bytes:
    """Its leaf."""
    from rempart.evidence.ledger.leaves import Leaf as Entry
    from rempart.evidence.ledger.leaves import commit
    from rempart.evidence.ledger.leaves import encode as encode_leaf

    return encode_leaf(
        Entry(
            seq=seq,
            at=row.received_at,
            actor="door",
            action="report_received",
            object=commit(row.id.bytes + bytes(row.lookup), salt=bytes(row.salt)),
            blob=hashlib.sha256(bytes(row.sealed)).hexdigest(),
        )
    )


# -- opening ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How opening went: reports, and the seconds of every batch of BATCH."""

    opened: int
    batches: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """In all."""
        return sum(self.batches)


def open_everything(site: Site) -> Pace:
    """What the worker's thread does, until nothing is left."""
    from rempart.web.cases.opening import open_new
    from rempart.web.cases.unsealing import Unsealer

    unsealer, opened, batches = Unsealer(site.keys), 0, []
    while True:
        began = time.perf_counter()
        done = open_new(site, now=NOW, limit=BATCH, unsealer=unsealer)
        if not done.walked:
            return Pace(opened=opened, batches=tuple(batches))
        batches.append(time.perf_counter() - began)
        opened += done.count
        if len(batches) % 50 == 0:
            rate = BATCH * 50 / sum(batches[-50:])
            print(f"  {opened} opened, {rate:.0f} a second", file=sys.stderr, flush=True)


def lost(count: int) -> int:
    """Reports that were received and have no row, or a row that nobody received; 0 is the goal."""
    from rempart.web.cases.models import Report as Row
    from rempart.web.door.models import Deposit

    received, rows = (set(model.objects.values_list("id", flat=True)) for model in (Deposit, Row))
    numbers = list(Row.objects.order_by("number").values_list("number", flat=True))
    wrong = numbers != list(range(1, count + 1))
    return len(received ^ rows) + abs(count - len(rows)) + wrong + Row.objects.exclude(failure="").count()


def found(count: int) -> dict[str, tuple[int, int]]:
    """By what was planted: how many pairs were proposed, and how many there are."""
    from rempart.web.cases.models import Link

    links = {frozenset(pair) for pair in Link.objects.values_list("a_id", "b_id")}
    told: dict[str, list[int]] = {share: [0, 0] for share in PLANTED}
    for share, one, other in pairs(count):
        told[share][0] += frozenset((id_of(one), id_of(other))) in links
        told[share][1] += 1
    return {share: (have, all_) for share, (have, all_) in told.items()}


def queue_ms(rounds: int = 50) -> list[float]:
    """Milliseconds of the question behind the first page of the queue."""
    from rempart.web.cases.models import Report as Row
    from rempart.web.people.models import Organisation

    home, times = Organisation.objects.get(is_home=True), []
    for _ in range(rounds):
        began = time.perf_counter()
        rows = list(Row.objects.filter(organisation=home, is_open=True).order_by("order", "received_at")[:50])
        times.append(1_000 * (time.perf_counter() - began))
        if not rows:
            raise RuntimeError("the queue is empty")
    return times


# -- told -------------------------------------------------------------------------------------------------


def table(site: Site, count: int, pace: Pace) -> list[str]:
    """The figures as Markdown."""
    from rempart.web.cases.models import Link, Trace
    from rempart.web.cases.models import Report as Row

    batches, queue = sorted(pace.batches) or [0.0], sorted(queue_ms())
    kinds = Counter(kind for kinds in Link.objects.values_list("kinds", flat=True) for kind in kinds.split())
    levels = Counter(Row.objects.values_list("level", flat=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    drawn = Row.objects.filter(is_drawn=True).count()
    rows = [
        ("Received and opened", f"{count}; opened in this run: {pace.opened}"),
        ("Lost, doubled, out of number or unread", str(lost(count))),
        ("Reports a second", f"{pace.opened / pace.seconds:.0f}" if pace.opened else "(opened before)"),
        (
            "Batches of 200: median, p99, worst (ms)",
            " / ".join(f"{1_000 * batches[int(q * (len(batches) - 1))]:.0f}" for q in (0.5, 0.99, 1)),
        ),
        (
            "Planted pairs proposed",
            ", ".join(f"{share} {have} of {all_}" for share, (have, all_) in found(count).items()),
        ),
        (
            "Proposals in all, by what is shared",
            f"{Link.objects.count()}: " + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()),
        ),
        ("Traces", str(Trace.objects.count())),
        ("By level, P0 to P3 and unranked", " / ".join(str(levels.get(level, 0)) for level in range(5))),
        ("Low ones drawn to be read all the same", f"{drawn} of {levels.get(3, 0) + levels.get(4, 0)}"),
        (
            "Question behind the first page of the queue (ms): median, worst",
            f"{queue[len(queue) // 2]:.1f} / {queue[-1]:.1f}",
        ),
        ("Database of the desk", f"{size_mib(site):.0f} MiB"),
        ("Peak memory of the process", f"{peak:.0f} MiB"),
    ]
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]


def size_mib(site: Site) -> float:
    """On the disk, with its log."""
    return sum(path.stat().st_size for path in site.desk_database.parent.glob("desk.db*")) / (1 << 20)


@contextmanager
def site_in(folder: Path | None) -> Iterator[Site]:
    """The kept site, or a throw-away one."""
    with ExitStack() as stack:
        root = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rempart-bench-")))
        root.mkdir(parents=True, exist_ok=True)
        made = root / "site"
        yield Site.at(made) if (made / "rempart.toml").exists() else new_site(made)


def main() -> None:
    """Measures, prints, and writes the results of a whole run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=REPORTS)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    with site_in(arguments.keep) as site:
        django_as(site, Face.OWNER)
        from rempart.web.people.models import Organisation

        Organisation.objects.get_or_create(is_home=True, defaults={"name": site.config.name})
        fill(site, arguments.reports)
        pace = open_everything(site)
        lines = table(site, arguments.reports, pace)
    head = [
        "# Results of `python -m bench.desk`",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"load {json.dumps(os.getloadavg()[0])[:4]}. One process, SQLite, every commit on the disk.",
        "",
    ]
    print("\n".join((*head, *lines)))
    if arguments.reports == REPORTS and pace.opened == REPORTS:
        (HERE / "RESULTS-desk.md").write_text("\n".join((*head, *lines)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
