"""How long the pages of the desk take on the server at the size of a year, on a site that `bench.desk --keep` filled.

    python -m bench.desk_pages FOLDER        prints a table; RESULTS-desk.md is written by hand from quiet runs

Every page is asked for through Django as the desk runs it, middleware, session, journal and all, by somebody with every role; the socket and
the browser are left out. A dossier with 200 notes, 40 people and 30 reports is made for it. Each look writes its event, durable.
"""

import argparse
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rempart.web.config import Face, Site
from rempart.web.setup import django_as, prepare_tables

TURNS = 40
NOTES, PEOPLE, REPORTS = 200, 40, 30


def measure(site: Site) -> list[tuple[str, float, float, float]]:
    """Name, median, 95th percentile and worst of TURNS requests, in milliseconds."""
    from django.contrib.auth.models import User  # Django runs now
    from django.test import Client
    from tests.web.entering import HEADERS, let_in

    from rempart.web.cases import dossiers
    from rempart.web.cases.models import Report
    from rempart.web.cases.reports import By
    from rempart.web.people.access import actor_of
    from rempart.web.people.models import Person
    from rempart.web.people.roles import Role

    user, client = User.objects.create(username=f"bench {time.time_ns()}"), Client(**HEADERS)
    let_in(client, user, *Role)
    somebody = actor_of(Person.objects.get(user=user))
    by = By(actor=somebody, at=datetime.now(UTC), reason="mesure")
    rows = list(Report.objects.filter(is_open=True, dossier=None).order_by("order")[:REPORTS])
    made = dossiers.open_dossier(title="Mesure", purpose="mesure", by=by, reports=tuple(rows))
    for number in range(NOTES):
        dossiers.write_note(made, text=f"Note {number} " + "mot " * 80, by=by)
    for number in range(PEOPLE):
        dossiers.add_person(made, label=f"compte {number}", role="person_of_interest", by=by)
    report = Report.objects.filter(is_open=True, level=1, dossier=None).order_by("order")[1000]
    for path in (f"/reports/{report.number}/motive/", f"/dossiers/{made.number}/motive/"):
        if client.post(path, {"motive": "triage", "next": "/"}).status_code not in {302, 303}:
            raise SystemExit(f"{path} did not take the motive")
    pages = {
        "queue, first page": lambda: client.get("/"),
        "queue, level P2, French": lambda: client.get("/?level=P2&language=fr"),
        "queue, overdue": lambda: client.get("/?overdue=1"),
        "report": lambda: client.get(f"/reports/{report.number}/"),
        "my work": lambda: client.get("/mine/"),
        "dossiers": lambda: client.get("/dossiers/"),
        f"dossier of {REPORTS} reports, {PEOPLE} people": lambda: client.get(f"/dossiers/{made.number}/"),
        f"its notes ({NOTES})": lambda: client.get(f"/dossiers/{made.number}/work/"),
        "its history": lambda: client.get(f"/dossiers/{made.number}/history/"),
        "unit": lambda: client.get("/unit/"),
        "journal": lambda: client.get("/journal/"),
    }
    return [(name, *_times(page)) for name, page in pages.items()]


def measure_search(site: Site) -> list[tuple[str, float, float, float]]:
    """The same for the search, once the worker's index is full."""
    from rempart.web.searching.client import search
    from rempart.web.searching.service import start_search

    stop, busy = threading.Event(), threading.Event()
    thread = start_search(site, stop=stop, busy=busy)
    began = time.monotonic()
    while (found := search(site, query="madame", limit=50)) and getattr(found, "indexed", 0) < getattr(
        found, "total", 1
    ):
        time.sleep(1)
    sys.stderr.write(f"index filled in {time.monotonic() - began:.0f} s\n")
    queries = ("bacor", "figan jokel", "compte", "limarnopi", "zzzz", "com")
    told = [
        (f"search “{query}”", *_times(lambda query=query: search(site, query=query, limit=50))) for query in queries
    ]
    stop.set()
    thread.join()
    return told


def _times(ask: Callable[[], object]) -> tuple[float, float, float]:
    ask()
    spans = []
    for _ in range(TURNS):
        began = time.perf_counter()
        answer = ask()
        spans.append((time.perf_counter() - began) * 1000)
        status = getattr(answer, "status_code", 200)
        if status != 200:
            raise SystemExit(f"answered {status}")
    spans.sort()
    return spans[len(spans) // 2], spans[int(len(spans) * 0.95)], spans[-1]


def told(rows: Sequence[tuple[str, float, float, float]]) -> str:
    """A table."""
    lines = [f"| {name} | {median:.0f} | {high:.0f} | {worst:.0f} |" for name, median, high, worst in rows]
    return "\n".join(["| page | median ms | p95 ms | worst ms |", "|---|---|---|---|", *lines])


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--search", action="store_true", help="the search too: its index is filled first")
    arguments = parser.parse_args()
    site = Site.at(arguments.folder)
    django_as(site, Face.OWNER)
    prepare_tables(site)
    rows = measure(site)
    rows += measure_search(site) if arguments.search else []
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.2f}. SQLite.\n"
    )
    print(told(rows))


if __name__ == "__main__":
    main()
