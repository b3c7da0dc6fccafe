"""Rules of safety: keys and files of the site, this process and this machine. The name of a function is its code in `words.toml`.

A rule asks no clock, reads no file and no network: everything is in the facts.
"""

from datetime import timedelta

from rempart.evidence.keyring import Flaw
from rempart.web.config import Face
from rempart.web.safety.facts import Facts, FileFact
from rempart.web.safety.verdict import Verdict, when

OLD_KEY_DAYS = 35
SECRET_CHARS = 40
DESK_KEY = "desk.key"
FEWEST_FILES = 1_024
RESERVE_BYTES = 2_000_000_000  # reports are small; this is some hundred thousand of them
FIRST_YEAR, LAST_YEAR = 2026, 2100
_PATIENCE = timedelta(minutes=5)  # a clock that was set right may be so much before a file

# -- keys and files -------------------------------------------------------------------------------------


def _flawed(facts: Facts, *flaws: Flaw, reads_keys: bool = False) -> Verdict:
    """reads_keys: the flaw shows only in files that this process may be kept from reading."""
    faults = facts.keys.faults
    if faults is None:
        return None
    found = tuple(fault.name for fault in faults if fault.flaw in flaws)
    is_blind = reads_keys and any(fault.flaw is Flaw.NOT_LOOKED for fault in faults)
    return found or (None if is_blind else ())


def no_intake_key(facts: Facts) -> Verdict:
    """Nothing can be received: there is no key of the month, or no list of keys."""
    return _flawed(facts, Flaw.NO_INTAKE, Flaw.NO_LIST, Flaw.LIST_DAMAGED)


def no_guard_key(facts: Facts) -> Verdict:
    """A lost key of the month would be lost reports."""
    return _flawed(facts, Flaw.NO_GUARD)


def guard_key_here(facts: Facts) -> Verdict:
    """The private half of the guard key lies on the site."""
    return _flawed(facts, Flaw.GUARD_HERE, reads_keys=True)


def private_key_open(facts: Facts) -> Verdict:
    """Others than its owner may read a private key or a secret."""
    secrets = tuple(name for name, fact in facts.files.items() if name.endswith(".secret") and fact.mode & 0o077)
    found = _flawed(facts, Flaw.PRIVATE_OPEN)
    return secrets or None if found is None else tuple(dict.fromkeys((*found, *secrets)))


def private_key_damaged(facts: Facts) -> Verdict:
    """What was sealed for it, only the guard key opens."""
    return _flawed(facts, Flaw.PRIVATE_DAMAGED, Flaw.SIGNER_OTHER, Flaw.JOURNAL_OTHER, reads_keys=True)


def no_signer(facts: Facts) -> Verdict:
    """Nothing can be added to the ledger."""
    return _flawed(facts, Flaw.NO_SIGNER)


def no_journal_key(facts: Facts) -> Verdict:
    """Nothing that is done at the desk can be signed."""
    return _flawed(facts, Flaw.NO_JOURNAL)


def no_desk_key(facts: Facts) -> Verdict:
    """Nothing can be written at the desk, or what was written opens with the guard key only."""
    missing = _flawed(facts, Flaw.PRIVATE_MISSING)
    listed = _flawed(facts, Flaw.NO_DESK)
    return None if missing is None or listed is None else listed + tuple(name for name in missing if name == DESK_KEY)


def no_blind_key(facts: Facts) -> Verdict:
    """Nothing shows what reports share: the key of the desk's index is absent or damaged."""
    return _flawed(facts, Flaw.NO_BLIND, reads_keys=True)


def keys_folder_open(facts: Facts) -> Verdict:
    """Others could put keys of theirs there."""
    return _flawed(facts, Flaw.FOLDER_OPEN)


def intake_key_old(facts: Facts) -> Verdict:
    """One key opens the reports of more than a month."""
    made_at = facts.keys.newest_intake_at
    return None if made_at is None else when((facts.now - made_at).days > OLD_KEY_DAYS, f"{made_at:%Y-%m-%d}")


def keys_open_to_public(facts: Facts) -> Verdict:
    """The user of the public face could read what only the desk or the signer may."""
    if facts.public_uid is None or "keys" in facts.unseen:
        return None
    private = {
        name: fact
        for name, fact in facts.files.items()
        if name.startswith("keys/") and name.endswith((".key", ".secret")) and name != f"keys/{Face.PUBLIC}.secret"
    }
    return tuple(name for name, fact in private.items() if _may_read(facts.public_uid, fact))


def _may_read(uid: int, fact: FileFact) -> bool:
    """Without its groups, which `private_key_open` covers."""
    return bool(fact.mode & 0o400) if fact.uid == uid else bool(fact.mode & 0o004)


def no_secret(facts: Facts) -> Verdict:
    """A face without its secret, or with a short one."""
    lengths = facts.keys.secret_lengths
    weak = tuple(str(face) for face, length in lengths.items() if length is not None and length < SECRET_CHARS)
    return weak or (None if None in lengths.values() else ())


def same_secret(facts: Facts) -> Verdict:
    """Who has the secret of one process has that of another."""
    return when(facts.keys.has_same_secrets, "public", "desk", "worker")


def folder_readable(facts: Facts) -> Verdict:
    """Everybody on the machine may look into the folders of the door or the desk."""
    return tuple(name for name in ("door", "desk") if name in facts.files and facts.files[name].mode & 0o007)


def folder_writable(facts: Facts) -> Verdict:
    """Everybody on the machine may change something of the site."""
    return tuple(name or "." for name, fact in facts.files.items() if fact.mode & 0o002)


def password_open(facts: Facts) -> Verdict:
    """Others may read the file of a password."""
    return tuple(name for name, fact in facts.passwords.items() if fact and fact.mode & 0o077)


def password_away(facts: Facts) -> Verdict:
    """The file of a password is not there, or out of this process's reach."""
    away = tuple(name for name, fact in facts.passwords.items() if fact is None)
    return None if away and facts.face is not Face.OWNER else away


# -- this process and this machine ----------------------------------------------------------------------


def debug_on(facts: Facts) -> Verdict:
    """Pages of errors would show what people wrote."""
    return when(facts.process.is_debug, "DEBUG")


def debug_variable(facts: Facts) -> Verdict:
    """Failures would be told with their surroundings."""
    return when(facts.process.has_debug_variable, "REMPART_DEBUG")


def requests_logged(facts: Facts) -> Verdict:
    """Addresses of pages, and what failed on them, would stay in a log."""
    return when(facts.process.logs_requests, "LOGGING")


def runs_as_root(facts: Facts) -> Verdict:
    """A fault would give the whole machine. Who sets a site up may be root; that says nothing of its faces."""
    if facts.process.is_root and facts.face is Face.OWNER:
        return None
    return when(facts.process.is_root, "root")


def core_dumps(facts: Facts) -> Verdict:
    """A crash would write the memory, with reports in it, to the disk."""
    return when(facts.process.core_bytes != 0, "RLIMIT_CORE")


def few_files(facts: Facts) -> Verdict:
    """Too few files may be open for the connections of a busy hour."""
    return when(0 <= facts.process.open_files < FEWEST_FILES, str(facts.process.open_files))


def dev_mode(facts: Facts) -> Verdict:
    """Python's developer mode tells about memory and is slow."""
    return when(facts.process.is_dev_mode, "-X dev")


def no_assertions(facts: Facts) -> Verdict:
    """Checks that cannot fail are left out: a failure would pass unseen."""
    return when(not facts.process.has_assertions, "-O")


def hash_seed_fixed(facts: Facts) -> Verdict:
    """A form made for it could take minutes of computing."""
    return when(facts.process.hash_seed not in {None, "", "random"}, "PYTHONHASHSEED")


def code_writable(facts: Facts) -> Verdict:
    """Everybody on the machine may change the program."""
    return when(facts.process.writable_code is not None, facts.process.writable_code or "")


def swap_open(facts: Facts) -> Verdict:
    """Reports in memory could be written to a disk in clear."""
    swaps = facts.machine.swaps
    if swaps is None:
        return None
    unsafe = tuple(swap.name for swap in swaps if swap.is_safe is False)
    return unsafe or (None if any(swap.is_safe is None for swap in swaps) else ())


def clock_wrong(facts: Facts) -> Verdict:
    """Times of receipts and signatures would be false."""
    newest = facts.machine.newest_file_at
    is_behind = newest is not None and facts.now < newest - _PATIENCE
    return when(not FIRST_YEAR <= facts.now.year <= LAST_YEAR or is_behind, f"{facts.now:%Y-%m-%d %H:%M}")


def clock_alone(facts: Facts) -> Verdict:
    """Nobody sets the clock."""
    told = facts.machine.is_clock_synchronised
    return when(None if told is None else not told, "clock")


def disk_full(facts: Facts) -> Verdict:
    """There is too little room for what may come."""
    free = facts.machine.free_bytes
    return when(None if free is None else free < RESERVE_BYTES, f"{(free or 0) // 1_000_000} MB")
