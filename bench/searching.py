"""The search over sealed reports: how long the index takes, how much memory, and how fast it answers through its socket.

    python -m bench.searching                    170,000 reports in a throw-away folder
    python -m bench.searching --reports 5000     a look

Reports are generated: neutral French and English sentences, with words drawn as in a language (few very common, most of them rare), one
account, address and phone number each; about 2,000 characters. Each is sealed for two keys, as at the door, and kept with its row
of the desk. A process of its own then does what the worker does (`service.keep_searching`), and this one asks it as the desk does.
"""

import argparse
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from rempart.evidence import keys
from rempart.evidence.keys import Purpose, Recipient, Recipients, identity_file, recipient_of
from rempart.evidence.sealing import seal
from rempart.intake.report import Account, Contact, Kind, Report, ReporterKind, encode
from rempart.web.config import DatabaseConfig, Face, Site, SiteConfig
from rempart.web.searching.client import NotReached, search
from rempart.web.setup import django_as, make_folders, prepare_tables

REPORTS, CHUNK, ROUNDS = 170_000, 2_000, 400
SEED, RARE_WORDS, WORDS_EACH = 20261122, 60_000, 300
GOAL_MS = 50.0
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
_COMMON = """
le la de et les des en un une que est pour dans il elle qui au sur pas plus avec ce son mais nous vous ont cette aux par
the of to and in is was he she that it for on with as had at by from they his her have this be not or which
secret message téléphone école collège parc rendez-vous argent menace âge ans demandé écrit soir semaine parents ami jeu
meeting school phone money threat asked told friend game week evening years age account answer photo voiture
"""
_SYLLABLES = "ba co du fi ga lo me na pi ra so tu vi zé mar ton ler ven dou cla bri ost ang el is or"
COMMON = _COMMON.split()


class Writer:
    """Writes neutral reports: the same seed gives the same ones."""

    def __init__(self) -> None:
        self._draw = np.random.default_rng(SEED)
        rare = [
            "".join(self._draw.choice(_SYLLABLES.split(), size=size)) for size in self._draw.integers(2, 5, RARE_WORDS)
        ]
        self.vocabulary = np.array([*COMMON, *rare])
        weights = 1.0 / np.arange(2, len(self.vocabulary) + 2)
        self._odds = weights / weights.sum()

    def chunk(self, first: int) -> Iterator[Report]:
        """CHUNK reports, numbered from `first`."""
        words = self._draw.choice(self.vocabulary, size=(CHUNK, WORDS_EACH), p=self._odds)
        return (self._report(row, first + place) for place, row in enumerate(words))

    def _report(self, words: np.ndarray, number: int) -> Report:
        name = f"{words[-1]}_{words[-2]}{number % 97}"
        text = ". ".join(" ".join(words[start : start + 12]).capitalize() for start in range(0, WORDS_EACH, 12))
        return Report(
            kind=Kind.SITUATION,
            reporter=ReporterKind.PARENT,
            language="fr",
            narrative=f"{text}. Appel du {phone(number)}.",
            wishes=" ".join(words[:8]),
            accounts=(Account(service="Parc", name=name),),
            addresses=(f"https://exemple.org/{number}/{words[-3]}",),
            contact=Contact(email=f"{words[-4]}.{number}@exemple.org") if number % 3 == 0 else None,
            reference=f"P-{number}" if number % 5 == 0 else None,
        )


def phone(number: int) -> str:
    """A number of the range that ARCEP keeps for fiction and tests (06 39 98 …), then beyond it, so that each is another one."""
    digits = f"{639_980_000 + number:010}"
    return " ".join(digits[start : start + 2] for start in range(0, 10, 2))


def make_site(folder: Path) -> tuple[Site, str]:
    """A site with keys; and the intake identity."""
    identities = [keys.identity_from_seed(bytes([number]) * 32) for number in (1, 2)]
    site = make_folders(folder, SiteConfig(database=DatabaseConfig(synchronous="OFF")))
    names = (("intake-2026-11", Purpose.INTAKE), ("guard-2026-11", Purpose.ESCROW))
    entries = tuple(
        Recipient(name=name, purpose=purpose, key=recipient_of(identity), created_date=date(2026, 11, 1))
        for (name, purpose), identity in zip(names, identities, strict=True)
    )
    keys.save_recipients(site.recipients, Recipients(entries=entries))
    private = site.keys / "intake-2026-11.key"
    private.write_bytes(identity_file(identities[0], remark="bench"))
    private.chmod(0o600)
    return site, identities[0]


def write_rows(site: Site, count: int) -> tuple[list[str], int]:
    """Seals and keeps so many reports; the rare words of some of them, and the sum of the sealed bytes."""
    from rempart.web.cases.models import Report as Row
    from rempart.web.door.models import Deposit
    from rempart.web.people.models import Organisation

    organisation = Organisation.objects.create(name="Association A", is_home=True)
    recipients = keys.load_recipients(site.recipients).active()
    writer, samples, sealed_bytes = Writer(), [], 0
    for first in range(1, count + 1, CHUNK):
        deposits, rows = [], []
        for number, report in enumerate(writer.chunk(first), start=first):
            if number > count:
                break
            sealed = seal(encode(report), recipients=recipients)
            sealed_bytes += len(sealed)
            samples += [report.accounts[0].name] if number % 997 == 0 else []
            deposit = deposit_of(Deposit, number, sealed)
            deposits.append(deposit)
            rows.append(row_of(Row, deposit, number, organisation))
        Deposit.objects.bulk_create(deposits, batch_size=500)
        Row.objects.bulk_create(rows, batch_size=500)
    return samples, sealed_bytes


def deposit_of(model: Any, number: int, sealed: bytes) -> Any:
    """The row of the door."""
    mark = number.to_bytes(16, "big")
    return model(
        id=UUID(bytes=mark, version=4),
        received_at=NOW,
        lookup=mark * 2,
        content_mac=mark,
        sealed=sealed,
        salt=mark,
        door="form",
        lane="plain",
        kind="situation",
        reporter="parent",
        category="unknown",
        urgency=0,
        age_band="unknown",
        contact_going_on="unknown",
        language="fr",
        files=0,
    )


def row_of(model: Any, deposit: Any, number: int, organisation: Any) -> Any:
    """The row of the desk."""
    same = ("id", "received_at", "lookup", "door", "lane", "kind", "reporter", "category", "urgency", "age_band")
    return model(
        **{name: getattr(deposit, name) for name in same},
        contact_going_on="unknown",
        language="fr",
        files=0,
        number=number,
        organisation=organisation,
        opened_at=NOW,
        status="new",
        level=4,
        points_min=0.0,
        points_max=0.0,
        reasons="",
        order=number,
    )


def work(site: Site) -> None:
    """What the worker's thread does, alone in a process, until SIGTERM."""
    django_as(site, Face.OWNER)
    from rempart.web.searching.service import keep_searching

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    keep_searching(site, stop=stop, busy=threading.Event())


def memory_mib(pid: int, field: str) -> float:
    """VmRSS or VmHWM of a process."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def wait_filled(site: Site, count: int) -> list[float]:
    """Returns when all reports can be found; milliseconds of the questions put meanwhile, one every tenth of a second."""
    times = []
    while True:
        began = time.perf_counter()
        told = search(site, query="rendez-vous secret parc")
        if not isinstance(told, NotReached):
            times.append(1_000 * (time.perf_counter() - began))
            if told.indexed >= count:
                return times
        time.sleep(0.1)


def questions(samples: Sequence[str], count: int) -> dict[str, list[str]]:
    """What people type, by kind."""
    places = [1 + place * 7_919 % count for place in range(ROUNDS)]
    names = [samples[place % len(samples)] for place in range(ROUNDS)]
    rare = Writer().vocabulary[2_000:50_000:120]
    return {
        "one rare word": [str(rare[place % len(rare)]) for place in range(ROUNDS)],
        "the most common words": [COMMON[place % 20] for place in range(ROUNDS)],
        "three words of the subject": ["secret rendez-vous parc", "meeting school phone", "argent menace message"]
        * (ROUNDS // 3),
        "a rare word and two common ones": [f"le la {rare[place % len(rare)]}" for place in range(ROUNDS)],
        "a phrase of two common words": ['"de la"', '"the of"', '"la le"', '"photo voiture"'] * (ROUNDS // 4),
        "the beginning of a word (3 letters)": [str(rare[place % len(rare)])[:3] for place in range(ROUNDS)],
        "the beginning of a word (5 letters)": [str(rare[place % len(rare)])[:5] for place in range(ROUNDS)],
        "an account": names,
        "a phone number": [phone(place) for place in places],
        "its last six digits": [phone(place).replace(" ", "")[-6:] for place in places],
        "an address": [f"exemple.org/{place}" for place in places],
        "an e-mail's domain": ["@exemple.org"] * ROUNDS,
        "a reference": [f"P-{place}" for place in places],
        "the number of a report": [f"R-{place:06}" for place in places],
        "nothing like it": [f"absent{place}" for place in places],
    }


def ask_all(site: Site, queries: Sequence[str]) -> tuple[list[float], int]:
    """Milliseconds of each question, and how many hits there were in all. Raises: RuntimeError when nobody answers."""
    times, hits = [], 0
    for query in queries:
        began = time.perf_counter()
        told = search(site, query=query)
        times.append(1_000 * (time.perf_counter() - began))
        if isinstance(told, NotReached):
            raise RuntimeError(f"not reached: {told.why}")
        hits += len(told.hits)
    return times, hits


def told_row(name: str, times: Sequence[float], hits: str = "") -> None:
    """One line of the table."""
    p50, p99 = np.percentile(times, [50, 99])
    print(f"| {name} | {p50:.2f} | {p99:.2f} | {max(times):.2f} | {hits} |", flush=True)


def measure(site: Site, samples: Sequence[str], count: int) -> bool:
    """Prints the table; True when the goal is met."""
    everything: list[float] = []
    print("| Question, through the socket | p50, ms | p99, ms | worst, ms | hits each |\n|---|--:|--:|--:|--:|")
    asked = questions(samples, count)
    for name, queries in asked.items():
        times, hits = ask_all(site, queries)
        everything += times
        told_row(name, times, f"{hits / len(queries):.1f}")
    told_row("all of them", everything)
    mixed = [query for group in zip(*(queries[:100] for queries in asked.values()), strict=False) for query in group]
    with ThreadPoolExecutor(4) as pool:
        together = [time for times, _ in pool.map(lambda _: ask_all(site, mixed), range(4)) for time in times]
    told_row("all of them, four people at once", together)
    return float(np.percentile(everything, 99)) <= GOAL_MS


def main() -> int:
    """Prints figures; 1 when the goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=REPORTS)
    count = parser.parse_args().reports
    with tempfile.TemporaryDirectory(prefix="rempart-") as name:
        site, _ = make_site(Path(name))
        django_as(site, Face.OWNER)
        prepare_tables(site)
        began = time.perf_counter()
        samples, sealed_bytes = write_rows(site, count)
        print(
            f"{count:,} reports sealed and kept in {time.perf_counter() - began:.0f} s, {sealed_bytes / count:,.0f} B each"
        )
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        worker = multiprocessing.get_context("spawn").Process(target=work, args=[site])
        began = time.perf_counter()
        worker.start()
        try:
            meanwhile = wait_filled(site, count)
            print(f"index filled in {time.perf_counter() - began:.1f} s (with the start of its process)")
            time.sleep(15)  # what is to be merged is merged
            pid = worker.pid or 0
            print(
                f"memory of the process: {memory_mib(pid, 'VmRSS'):.0f} MiB now, {memory_mib(pid, 'VmHWM'):.0f} at most"
            )
            print(f"load of the machine: {os.getloadavg()[0]:.1f}")
            is_met = measure(site, samples, count)
            told_row("three words, while it was filled", meanwhile)
        finally:
            worker.terminate()
            worker.join()
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
