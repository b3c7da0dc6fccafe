"""Sends the newest checkpoint of each log to the partners that witness them, and keeps what they cosign in `desk/witnessed/`.

Of the ledger as `<witness>.checkpoint`, of the journal as `<witness>-journal.checkpoint`; a partner has the public keys of both.

A witness that is away loses nothing: the next checkpoint continues from what it holds. One that holds more than we have is an alarm:
the ledger was set back. Source: C2SP tlog-witness. Tier: data-proven against `rempart witness`.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from rempart.errors import BadInput, Damaged
from rempart.evidence import durable
from rempart.evidence.ledger import witness
from rempart.evidence.ledger.checkpoints import Checkpoint, Signed, read_checkpoint
from rempart.evidence.ledger.notes import Vkey, check_note, parse_vkey
from rempart.evidence.ledger.stored import StoredLog
from rempart.web.config import Site, WitnessConfig
from rempart.web.duties.ledger import open_log
from rempart.web.duties.outside import Answer, NoAnswer, post
from rempart.web.duties.plan import Plan, Told

SOON = timedelta(minutes=2)
_AWAY, _AHEAD, _REFUSES = "witness_away", "witness_ahead", "witness_refuses"


def witnessed_folder(site: Site) -> Path:
    """Where the newest checkpoint of each witness is kept: what `rempart verify --witnessed` takes."""
    return site.desk_database.parent / "witnessed"


def ask_witnesses(site: Site, _now: datetime) -> Told:
    """Asks each witness once for each log; tells the worst of what they say."""
    told = [answer for folder in (site.ledger, site.journal) for answer in _ask_all(site, folder)]
    worst = next((name for name in (_AHEAD, _REFUSES, _AWAY) if name in told), "")
    return Told(notice=worst, count=told.count(worst) if worst else 0, again=SOON if worst == _AWAY else None)


def _ask_all(site: Site, folder: Path) -> Iterator[str]:
    """What each witness says of one log; nothing of a log without an entry."""
    log = open_log(folder)
    if log.signed is None or not log.size:
        return
    of_log = "-journal" if folder == site.journal else ""
    for partner in site.config.ledger.witnesses:
        name = hashlib.sha256(partner.vkey.encode()).hexdigest()[:16]
        yield _ask(witnessed_folder(site) / f"{name}{of_log}.checkpoint", log, log.signed, partner)


def _ask(path: Path, log: StoredLog, signed: Signed, partner: WitnessConfig) -> str:
    """ "" when the witness holds the checkpoint now; else the name of what to tell. path: where what it cosigns is kept."""
    try:
        vkey = parse_vkey(partner.vkey)
        held = _held(path, signed.checkpoint.origin, vkey)
        if held == signed.checkpoint:
            return ""
        answer = _send(partner.url, log, signed, old_size=held.size if held and held.size <= log.size else 0)
        if answer.status == 409:
            old_size = witness.read_conflict(answer.body) or 0
            if old_size > log.size:
                return _AHEAD
            answer = _send(partner.url, log, signed, old_size=old_size)
        if answer.status != 200:
            return _AWAY if answer.status >= 500 else _REFUSES
        _keep(path, witness.add_cosignatures(signed, answer.body, witness_keys=[vkey]))
    except NoAnswer:
        return _AWAY
    except (BadInput, Damaged):
        return _REFUSES
    return ""


def _send(url: str, log: StoredLog, signed: Signed, *, old_size: int) -> Answer:
    """Raises: NoAnswer, BrokenLog."""
    proof = log.consistency(old_size) if old_size else ()
    body = witness.encode_request(signed.note.data, old_size=old_size, proof=proof)
    return post(url.rstrip("/") + witness.ADD_CHECKPOINT, body, content_type="text/plain")


def _held(path: Path, origin: str, vkey: Vkey) -> Checkpoint | None:
    """What the witness cosigned last, as far as we know; None for nothing, or when what we kept is not to be believed."""
    try:
        signed = read_checkpoint(path.read_bytes())
        check_note(signed.note, [vkey])
    except (OSError, BadInput, Damaged):
        return None
    return signed.checkpoint if signed.checkpoint.origin == origin else None


def _keep(path: Path, signed: Signed) -> None:
    durable.make_folder(path.parent, mode=0o755)
    with durable.replacing(path, mode=durable.PUBLIC) as file:
        file.write(signed.note.data)


PLAN = Plan(name="witnesses", every=timedelta(minutes=5), run=ask_witnesses)
