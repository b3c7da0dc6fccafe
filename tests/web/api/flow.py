"""A public process that answers a partner, as its own role of the database: what the tests of both databases run.

python -m tests.web.api.flow DATA_FOLDER      one JSON object on standard output
"""

import json
import sys
import threading
from pathlib import Path

from rempart.web.config import Face, Site
from rempart.web.setup import django_as

SENDERS, ROUNDS = 8, 6


def flow() -> dict[str, object]:
    """Statuses of a report, its repetition and another one under its key; and of races for one key."""
    from tests.web.api.calling import Caller

    caller = Caller()
    first, again = caller.report(), caller.report()
    other = caller.report({"kind": "situation", "narrative": "other words"})
    status = caller.call("get", f"/p/reports/{first.data['id']}")
    stopped = caller.by("stopped").report()
    return {
        "statuses": [first.status, again.status, other.status, status.status, stopped.status],
        "same": first.data["receipt"] == again.data["receipt"],
        "races": [race(number) for number in range(ROUNDS)],
    }


def race(number: int) -> list[int]:
    """Every sender has other words under one key, and all begin at once; the statuses, sorted."""
    from django.db import connections

    from tests.web.api.calling import Caller

    ready, statuses = threading.Barrier(SENDERS), []

    def send(place: int) -> None:
        caller, body = Caller(), {"kind": "situation", "narrative": f"words {place % 4}"}
        ready.wait()
        statuses.append(caller.report(body, key=f"race-number-{number}").status)
        connections.close_all()

    threads = [threading.Thread(target=send, args=[place]) for place in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


if __name__ == "__main__":
    django_as(Site.at(Path(sys.argv[1])), Face.PUBLIC)
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    print(json.dumps(flow()))  # noqa: T201 - the answer of this program
