"""The desk's part of a conversation: python -m tests.journeys.team DATA_FOLDER answer|read|close CODE TEXT.

Several answers are parted by form feeds.
"""

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from rempart.intake.receipt import lookup_of
from rempart.web.config import Face, Site
from rempart.web.setup import django_as


def main() -> None:
    """Acts once on the mailbox of a code."""
    folder, verb, code, text = sys.argv[1:]
    django_as(Site.at(Path(folder)), Face.OWNER)
    from rempart.web.door import actions
    from rempart.web.door.models import Status

    means = actions.Means(recipients=(), at=datetime.now(UTC), draw=secrets.token_bytes)
    if verb == "answer":
        for part in text.split("\f"):
            actions.answer_reporter(lookup_of(code), part, means=means, actor="alice")
    else:
        status = {"read": Status.READ, "close": Status.CLOSED}[verb]
        actions.change_status(lookup_of(code), status, means=means, actor="alice")


if __name__ == "__main__":
    main()
