"""Asks the configured authorities for a time stamp of the newest checkpoint of each log, once a day; unanswered requests wait.

Files stand in `ledger/stamps/` and `journal/stamps/` as `evidence.ledger.stamps` says; they are written here one by one, beside the signer that writes the rest.
Certificates of the authorities, when the site has them: `keys/stamps.pem`. Without, an answer is kept and proves nothing yet.
"""

from datetime import datetime, timedelta
from pathlib import Path

from rempart.errors import BadInput, Damaged
from rempart.evidence import durable
from rempart.evidence.ledger import stamps
from rempart.evidence.ledger.checkpoints import Checkpoint
from rempart.evidence.ledger.stored import StoredLog
from rempart.web.config import Site
from rempart.web.duties.ledger import open_log
from rempart.web.duties.outside import NoAnswer, post
from rempart.web.duties.plan import Plan, Told

DAY, SOON = timedelta(days=1), timedelta(minutes=15)
_WRONG, _WAITING = "stamps_wrong", "stamps_waiting"
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


def stamp_checkpoints(site: Site, _now: datetime) -> Told:
    """Puts the newest checkpoint of each log into its queue, and asks for everything that waits there; tells the worst."""
    if not site.config.ledger.stamp_urls:
        return Told()
    told = [_stamp(site, folder) for folder in (site.ledger, site.journal)]
    worst = next((name for name in (_WRONG, _WAITING) if name in (one.notice for one in told)), "")
    count = sum(one.count for one in told if one.notice == worst)
    return Told(notice=worst, count=count, again=SOON if any(one.again for one in told) else None)


def _stamp(site: Site, folder: Path) -> Told:
    log = open_log(folder)
    if log.signed is None or not log.size:
        return Told(again=SOON if folder == site.ledger else None)  # a desk where nobody works yet is no hurry
    _queue(folder, log.signed.checkpoint)
    return _ask_all(site, log, log.signed.checkpoint.origin)


def _queue(folder: Path, checkpoint: Checkpoint) -> None:
    asked = folder / stamps.FOLDER / f"{checkpoint.size}.{stamps.REQUEST}"
    if not asked.exists():
        digest = stamps.digest_of(checkpoint)
        _write(asked, stamps.request(digest, nonce=stamps.nonce_of(digest)))


def _ask_all(site: Site, log: StoredLog, origin: str) -> Told:
    waiting = wrong = 0
    for size in stamps.pending(log.folder):
        checkpoint = Checkpoint(origin=origin, size=size, root=log.root_at(size))
        try:
            _ask(site, checkpoint, folder=log.folder)
        except NoAnswer:
            waiting += 1
        except (BadInput, Damaged):
            wrong += 1
    if wrong:
        return Told(notice=_WRONG, count=wrong, again=SOON)
    return Told(notice=_WAITING, count=waiting, again=SOON) if waiting else Told()


def _ask(site: Site, checkpoint: Checkpoint, *, folder: Path) -> None:
    """The first authority that answers; its answer is kept beside the log. Raises: NoAnswer, WrongStamp, BadAuthority."""
    pem, failure = site.keys / "stamps.pem", None
    authorities = stamps.parse_authorities(pem.read_bytes()) if pem.exists() else None
    digest = stamps.digest_of(checkpoint)
    for url in site.config.ledger.stamp_urls:
        try:
            answer = post(url, stamps.request(digest, nonce=stamps.nonce_of(digest)), content_type=_QUERY)
        except NoAnswer as error:
            failure = error
            continue
        if answer.status == 200 and answer.content_type == _REPLY:
            stamps.check(answer.body, digest=digest, authorities=authorities)
            name = folder / stamps.FOLDER / str(checkpoint.size)
            _write(name.with_suffix(f".{stamps.ANSWER}"), answer.body)
            _write(name.with_suffix(f".{stamps.NOTE}"), stamps.note_of(answer.body, size=checkpoint.size))
            return
    raise failure or NoAnswer("No authority of time stamps gave an answer.", can_retry=True)


def _write(path: Path, data: bytes) -> None:
    durable.make_folder(path.parent, mode=0o755)
    with durable.replacing(path, mode=durable.PUBLIC) as file:
        file.write(data)


PLAN = Plan(name="stamps", every=DAY, run=stamp_checkpoints)
