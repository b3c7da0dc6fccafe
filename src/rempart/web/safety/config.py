"""Rules of safety: what rempart.toml says, and what the databases say. The name of a function is its code in `words.toml`.

A rule asks no clock, reads no file and no network: everything is in the facts.
"""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from rempart.errors import BadInput
from rempart.evidence.ledger.notes import WITNESS_KEY, parse_vkey
from rempart.web.config import FaceConfig
from rempart.web.safety.facts import Facts
from rempart.web.safety.verdict import Verdict, when

FEWEST_THREADS = 4
_BUFFERS_PER_UPLOAD = 4  # arriving (twice the largest), held by the form, being sealed
_SAFE_COMMITS = {"on", "remote_apply", "remote_write", "local"}


def _faces(facts: Facts) -> tuple[tuple[str, FaceConfig], ...]:
    return (("public", facts.site.config.public), ("desk", facts.site.config.desk))


def _host(bind: str) -> str:
    return bind.rpartition(":")[0].strip("[]")


def _is_loopback(bind: str) -> bool:
    if bind.startswith("unix:"):
        return True
    try:
        return ip_address(_host(bind)).is_loopback
    except ValueError:
        return _host(bind) == "localhost"


# -- what rempart.toml says -----------------------------------------------------------------------------


def hosts_any(facts: Facts) -> Verdict:
    """Every Host header is believed."""
    return tuple(
        name for name, face in _faces(facts) if any(host == "*" or host.startswith(".") for host in face.hosts)
    )


def hosts_none(facts: Facts) -> Verdict:
    """No Host header is believed: nobody gets a page."""
    return tuple(name for name, face in _faces(facts) if not face.hosts)


def no_https(facts: Facts) -> Verdict:
    """In production what people write would travel in clear."""
    config = facts.site.config
    return when(config.production and not config.public.https, "public")


def no_proxy(facts: Facts) -> Verdict:
    """https is said to be there, and nobody is known who does it."""
    return tuple(name for name, face in _faces(facts) if face.https and not face.trusted_proxies)


def proxy_anybody(facts: Facts) -> Verdict:
    """Every sender could tell any address, or the list cannot be read."""
    return tuple(name for name, face in _faces(facts) if any(_is_anybody(proxy) for proxy in face.trusted_proxies))


def _is_anybody(proxy: str) -> bool:
    if proxy == "unix":
        return False
    try:
        return ip_network(proxy, strict=False).prefixlen < 8
    except ValueError:
        return True


def way_round_proxy(facts: Facts) -> Verdict:
    """The proxy is on this machine, and the face can be reached from others without it."""
    face = facts.site.config.public
    is_local = all(proxy == "unix" or _is_loopback(f"{proxy}:0") for proxy in face.trusted_proxies)
    return when(face.https and is_local and not _is_loopback(face.bind), face.bind)


def same_address(facts: Facts) -> Verdict:
    """Both faces listen in one place."""
    config = facts.site.config
    return when(config.public.bind == config.desk.bind, config.desk.bind)


def desk_open(facts: Facts) -> Verdict:
    """The desk answers to other machines, without https."""
    desk = facts.site.config.desk
    return when(not _is_loopback(desk.bind) and not desk.https, desk.bind)


def few_threads(facts: Facts) -> Verdict:
    """Too few threads to keep half of them free of a flood."""
    return when(facts.site.config.public.threads < FEWEST_THREADS, "public")


def upload_too_large(facts: Facts) -> Verdict:
    """All that may be uploaded at once does not fit into half of the memory."""
    memory, config = facts.machine.memory_bytes, facts.site.config
    needed = config.public.workers * _BUFFERS_PER_UPLOAD * config.max_upload_bytes
    return when(None if memory is None else needed > memory // 2, "max_upload_bytes")


def exit_plain(facts: Facts) -> Verdict:
    """The quick exit leads to a page without https, or back to the site."""
    url, hosts = urlsplit(facts.site.config.exit_url), facts.site.config.public.hosts
    return when(url.scheme != "https" or not url.hostname or url.hostname in hosts, "exit_url")


def demo_in_production(facts: Facts) -> Verdict:
    """Fictional reports among real ones."""
    config = facts.site.config
    return when(config.production and config.demo, "demo")


def enquete_in_public(facts: Facts) -> Verdict:
    """The profile that takes media bytes, on a page for everybody."""
    config = facts.site.config
    return when(config.production and config.profile == "enquete" and not config.enquete_on_public, "profile")


def no_witness(facts: Facts) -> Verdict:
    """Nobody else holds a checkpoint: who takes the machine could set the ledger back unseen."""
    config = facts.site.config
    return when(config.production and not config.ledger.witnesses, "ledger.witnesses")


def bad_witness(facts: Facts) -> Verdict:
    """The key of a witness cannot be read, or is no witness's."""
    return tuple(one.url for one in facts.site.config.ledger.witnesses if _witness_key(one.vkey) is None)


def own_witness(facts: Facts) -> Verdict:
    """The site witnesses itself."""
    own = facts.keys.own_vkeys
    if not own:
        return None if facts.site.config.ledger.witnesses else ()
    publics = {vkey.public for vkey in own}
    return tuple(one.url for one in facts.site.config.ledger.witnesses if _witness_key(one.vkey) in publics)


def _witness_key(text: str) -> bytes | None:
    try:
        vkey = parse_vkey(text.strip())
    except BadInput:
        return None
    return vkey.public if vkey.kind == WITNESS_KEY else None


# -- the database ---------------------------------------------------------------------------------------


def database_away(facts: Facts) -> Verdict:
    """A database does not answer."""
    return when(facts.database.failure is not None, facts.database.failure or "")


def commit_not_durable(facts: Facts) -> Verdict:
    """A receipt could be shown for a report that a power cut takes away: SQLite below synchronous=FULL (2)."""
    return _pragma(facts, "synchronous", {"2", "3"})


def journal_not_wal(facts: Facts) -> Verdict:
    """Readers and writers of SQLite stop each other: not WAL."""
    return _pragma(facts, "journal_mode", {"wal"})


def _pragma(facts: Facts, name: str, safe: set[str]) -> Verdict:
    if facts.site.config.database.engine != "sqlite":
        return ()
    told = {alias: value for alias, value in facts.database.settings.items() if alias.endswith(f" {name}")}
    return tuple(f"{alias}={value}" for alias, value in told.items() if value not in safe) if told else None


def commit_not_synchronous(facts: Facts) -> Verdict:
    """PostgreSQL answers before the disk has it."""
    return _setting(facts, "synchronous_commit", _SAFE_COMMITS)


def fsync_off(facts: Facts) -> Verdict:
    """PostgreSQL does not wait for the disk."""
    return _setting(facts, "fsync", {"on"})


def full_page_writes_off(facts: Facts) -> Verdict:
    """A power cut may leave torn pages in PostgreSQL."""
    return _setting(facts, "full_page_writes", {"on"})


def _setting(facts: Facts, name: str, safe: set[str]) -> Verdict:
    if facts.site.config.database.engine != "postgresql":
        return ()
    told = facts.database.settings.get(name)
    return when(None if told is None else told not in safe, f"{name}={told}")


def door_is_owner(facts: Facts) -> Verdict:
    """The public role owns the tables, or is a member of who does."""
    config, role = facts.site.config.database, facts.database.door_role
    if config.engine != "postgresql":
        return ()
    return when(config.door == config.owner or (role.is_owner if role else None), config.door)


def door_is_superuser(facts: Facts) -> Verdict:
    """The public role may do everything."""
    role = facts.database.door_role
    return _door(facts, (("superuser",) if role.is_superuser else ()) if role else None)


def door_reads(facts: Facts) -> Verdict:
    """The public role may read what it received."""
    role = facts.database.door_role
    return _door(facts, role.reads if role else None)


def door_rewrites(facts: Facts) -> Verdict:
    """The public role may change what it received."""
    role = facts.database.door_role
    return _door(facts, role.rewrites if role else None)


def _door(facts: Facts, found: Verdict) -> Verdict:
    return () if facts.site.config.database.engine != "postgresql" else found


def rows_unguarded(facts: Facts) -> Verdict:
    """Triggers that keep what was received, and what was done at the desk, are gone."""
    return facts.database.unguarded


def tables_stale(facts: Facts) -> Verdict:
    """The tables are not those of this version."""
    return facts.database.pending
