"""The analysis of an export at the desk: from asking to the result, and how long people wait for messages and words of it.

    python -m bench.desk_analysis                  73,000 messages; prints a table, writes nothing
    python -m bench.desk_analysis --scale 0.1      fewer

The export is the fictional case as one archive. Asking, the worker's part, a fetch and a search are the product's own code; every fetch
and every search unwraps the key of the dossier anew, as a request does.
"""

import argparse
import io
import os
import platform
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from bench.served import new_site

from rempart.web.config import Face, Site
from rempart.web.setup import django_as

NEEDLES = ("secret", "école", "a", "rendez-vous", "12 ans", "zzzz", "don't tell", "argent")
ROUNDS = 3
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


def percentile(times: Sequence[float], share: float) -> float:
    """The time (ms) that this share of them does not pass."""
    return 1000 * sorted(times)[min(len(times) - 1, int(share * len(times)))]


def timed(acts: Sequence[Callable[[], object]]) -> list[float]:
    """Seconds of each."""
    times = []
    for act in acts:
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return times


def measure(site: Site, scale: float) -> list[tuple[str, str]]:
    """Everything, as rows of a table; Django runs."""
    from tests.web.cases.exports import export_of_case

    from rempart.evidence.keys import Purpose, load_recipients
    from rempart.evidence.vault import Vault
    from rempart.web.analysing.runner import analyse_next, utc_now
    from rempart.web.cases import analyses
    from rempart.web.cases.models import Analysis

    data = export_of_case(scale)
    recipients = load_recipients(site.recipients).active(Purpose.DESK)
    kept = Vault(site.exhibits).put(io.BytesIO(data), recipients=recipients)
    asked = ask(kept.address)
    own_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    analyse_next(site, clock=utc_now, stop=threading.Event())
    took = time.perf_counter() - began
    row = Analysis.objects.get(pk=asked)
    if row.state != "done":
        sys.exit(f"It failed: {row.failure}")
    count = -(-row.messages // 500)
    opened = timed([lambda: analyses.open_analysis(row).outline()] * 20)
    used = time.process_time()
    for needle in NEEDLES:
        analyses.find(row, needle, limit=5_000)
    used = time.process_time() - used
    fetched = timed([lambda n=n: analyses.chunk(row, n) for _ in range(ROUNDS) for n in range(count)])
    searched = timed([lambda n=n: analyses.find(row, n, limit=5_000) for _ in range(10) for n in NEEDLES])
    child_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        ("Messages, chunks, alerts", f"{row.messages:,}, {count}, {row.alerts}"),
        ("Archive", f"{len(data) / (1 << 20):.1f} MiB"),
        ("From asking to done", f"{took:.1f} s ({row.messages / took:,.0f} messages a second)"),
        ("Peak memory of the confined process", f"{child_mib:.0f} MiB"),
        ("Peak memory of the worker before and after", f"{own_mib:.0f} / {_own_mib():.0f} MiB"),
        ("Sealed rows", f"{size_mib(bytes(row.outline or b'')):.1f} MiB"),
        ("Outline (ms): p50, p99", told(opened)),
        ("A chunk of 500 messages (ms): p50, p99", told(fetched)),
        (f"Words in all {row.messages:,} messages (ms): p50, p99", told(searched)),
        ("The same, without waiting for a processor (ms): mean", f"{1000 * used / len(NEEDLES):.1f}"),
    ]


def ask(address: str) -> object:
    """A dossier with this exhibit, and its analysis, which waits."""
    from django.contrib.auth.models import User

    from rempart.web.cases import analyses
    from rempart.web.cases.dossiers import add_exhibit, open_dossier
    from rempart.web.cases.reports import By
    from rempart.web.people.access import actor_of
    from rempart.web.people.models import Grant, Organisation, Person
    from rempart.web.people.roles import Role

    home = Organisation.objects.filter(is_home=True).first() or Organisation.objects.create(name="Ici", is_home=True)
    person = Person.objects.create(user=User.objects.create(username="alice"), organisation=home, pseudonym="p-1")
    Grant.objects.create(id=uuid4(), person=person, role=Role.INVESTIGATOR, since_at=NOW)
    by = By(actor=actor_of(person), at=NOW)
    dossier = open_dossier(title="Essai", purpose="essai", by=by)
    add_exhibit(dossier, by=by, words_told={"address": address, "name": "essai.zip"})
    return analyses.ask(dossier, exhibit=address, by=by).pk


def size_mib(outline: bytes) -> float:
    """Of the outline, the messages and the words to search."""
    from rempart.web.cases.models import Chunk, FoldedChunk

    sealed = [*Chunk.objects.values_list("sealed", flat=True), *FoldedChunk.objects.values_list("sealed", flat=True)]
    return (len(outline) + sum(map(len, sealed))) / (1 << 20)


def told(times: Sequence[float]) -> str:
    """Median and 99th percentile."""
    return f"{percentile(times, 0.5):.1f}, {percentile(times, 0.99):.1f}"


def _own_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rempart-bench-") as folder:
        site = new_site(Path(folder) / "site")
        django_as(site, Face.OWNER)
        rows = measure(site, arguments.scale)
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.2f}. SQLite, every commit on the disk.\n"
    )
    print("\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]))


if __name__ == "__main__":
    main()
