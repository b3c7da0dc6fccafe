"""The desk's part of a conversation: a process beside the public face, python -m tests.journeys.team DATA_FOLDER."""

import secrets
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rempart.intake.receipt import lookup_of
from rempart.web.config import Face, Site
from rempart.web.setup import django_as
from tests.journeys.helping import answer

if TYPE_CHECKING:
    from rempart.web.door.actions import Means


def answer_reporter(code: str, text: str) -> None:
    """The team answers, once for each part between form feeds."""
    from rempart.web.door import actions

    for part in text.split("\f"):
        actions.answer_reporter(lookup_of(code), part, means=_means(), actor="alice")


def change_status(status: str, code: str, _text: str) -> None:
    """The team has read the report, or closes it."""
    from rempart.web.door import actions
    from rempart.web.door.models import Status

    actions.change_status(lookup_of(code), Status[status], means=_means(), actor="alice")


def _means() -> "Means":
    from rempart.web.door.actions import Means

    return Means(recipients=(), at=datetime.now(UTC), draw=secrets.token_bytes)


def main() -> None:
    """Acts on the mailbox of a code when asked."""
    django_as(Site.at(Path(sys.argv[1])), Face.OWNER)
    answer(
        {"answer": answer_reporter, "read": partial(change_status, "READ"), "close": partial(change_status, "CLOSED")}
    )


if __name__ == "__main__":
    main()
