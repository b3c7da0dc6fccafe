"""The three readings over all tables of a walk: what lists know, which accounts may be one person's, who shares with whom.

Each is a proposal with its rows. Pictures and films are opened only where the exhibits are at hand and the profile read their bytes.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.alerts_shown import Sources
from rempart.analysis.known_shown import LookedUp
from rempart.analysis.observer import Observer
from rempart.analysis.result_tables import result_tables
from rempart.conversations.store import load_table
from rempart.engine.queries import Engine
from rempart.identities.compare import Identities, compare
from rempart.identities.judgements import Judgement
from rempart.matching.alike import find_alike
from rempart.matching.known import combine, find_known
from rempart.matching.likeness import Likened, Opener, liken_media
from rempart.matching.listing import Listing
from rempart.matching.near import likeness_clusters
from rempart.network.build import Known, Network, build
from rempart.network.contacts import ChildAccount, MessageRef

ListOpener = Callable[[tuple[str, ...], int], Sequence[Listing]]
"""Opens the lists to look up, given (SHA-256 of the exhibits, how many media): what the log of their use holds."""
_MEDIA = ["exhibit_sha256", "row", "kind", "state", "path", "sha256", "sha1", "md5"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the readings rest on. open_lists: None when no list is given; opener: None when the bytes are not at hand;
    judgements: of people, on accounts."""

    tables: Path
    engine: Engine
    jobs: int
    seed: int
    open_lists: ListOpener | None
    opener: Opener | None
    judgements: Sequence[Judgement] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What the three readings gave, and the bulk of it as tables by the name of their file."""

    known: LookedUp
    identities: Identities
    network: Network
    tables: Mapping[str, pa.Table]


def join_all(ground: Ground, sources: Sources, observer: Observer) -> Joined:
    """The three readings, each a stage. Raises: OutsideFailure, Damaged of the lists."""
    words = sources.words
    media = load_table(ground.tables, "media", columns=_MEDIA)
    likened = _liken(ground, media, sources, observer)
    observer.stage(words.text("Comparing files with lists"), 1)
    known = _look_up(ground, media, likened)
    clusters = _clusters(ground, likened)
    observer.stage(words.text("Comparing accounts"), 1)
    identities = compare(
        ground.tables, engine=ground.engine, seed=ground.seed, judgements=ground.judgements, jobs=ground.jobs
    )
    observer.stage(words.text("Looking at who shares with whom"), 1)
    network = build(
        ground.tables,
        engine=ground.engine,
        seed=ground.seed,
        known=Known(matches=known.matches, likeness=clusters, children=children_of(sources)),
    )
    return Joined(
        known=known,
        identities=identities,
        network=network,
        tables=result_tables(identities, network, matches=known.matches, clusters=clusters),
    )


def children_of(sources: Sources) -> tuple[ChildAccount, ...]:
    """Accounts that say of themselves, in a message of their own, to be a minor's."""
    detection, names = sources.detection, sources.names
    line = detection.timeline
    own = [
        (account, index)
        for (_, account), told in detection.stated.items()
        for index, age in told
        if age.minor and int(line.speaker[index]) == account
    ]
    names.fetch(index for _, index in own)
    said: dict[str, list[MessageRef]] = defaultdict(list)
    for account, index in own:
        message = names.quoted(index)
        said[names.account_id(account) or ""].append((message.ref.exhibit_sha256, message.row))
    said.pop("", None)
    return tuple(ChildAccount(account_id=account, refs=tuple(sorted(refs))) for account, refs in sorted(said.items()))


def _liken(ground: Ground, media: pa.Table, sources: Sources, observer: Observer) -> Likened | None:
    """None when the bytes are not at hand, or no medium was read."""
    hashed = media.num_rows - media["sha256"].null_count
    if ground.opener is None or not hashed:
        return None
    observer.stage(sources.words.text("Looking at pictures and films"), pc.count_distinct(media["sha256"]).as_py())
    return liken_media(media, opener=ground.opener, workers=ground.jobs, progress=observer.advance)


def _look_up(ground: Ground, media: pa.Table, likened: Likened | None) -> LookedUp:
    listings: tuple[Listing, ...] = ()
    matches = None
    if ground.open_lists is not None:
        exhibits = tuple(pc.unique(media["exhibit_sha256"]).to_pylist())
        listings = tuple(ground.open_lists(exhibits, media.num_rows))
    if listings:
        matches = find_known(media, listings, engine=ground.engine)
        if likened is not None:
            near = find_alike(likened.likeness, listings, engine=ground.engine, threads=ground.jobs)
            matches = combine(matches, near)
    return LookedUp(
        matches=matches,
        listings=listings,
        media=media,
        likened=likened.files if likened else 0,
        not_examined=likened.not_examined if likened else (),
    )


def _clusters(ground: Ground, likened: Likened | None) -> pa.Table | None:
    if likened is None:
        return None
    return likeness_clusters(likened.likeness, ground.engine, threads=ground.jobs)
