"""The drawing of the network as the documents hold it, and from there to signs and lines."""

from collections.abc import Collection, Sequence

from rempart.analysis.names import Names
from rempart.analysis.network_document import ActorShown, PictureShown, PlacedMember
from rempart.analysis.network_picture import Member, NetworkPicture, draw_network
from rempart.network.build import Network
from rempart.network.picture import SHOWN, lay_out
from rempart.wording import Wording


def show_picture(
    network: Network, *, actors: Sequence[ActorShown], names: Names, words: Wording
) -> PictureShown | None:
    """At most SHOWN members and their links; None when nobody shared a file."""
    if not len(network.sharing.members):
        return None
    laid = lay_out(network)
    ids = {actor.account: actor.id for actor in actors}
    return PictureShown(
        rule=words.text(
            "At most {count} members: all key actors of the table, then the members of each community who sent most, the communities "
            "taking turns. A line joins two who share more files than chance gives, or who answer or forward each other. "
            "Places on the drawing are no measure.",
            count=words.number(SHOWN),
        ),
        left_out=laid.left_out,
        members=tuple(
            PlacedMember(
                account=dot.account_id,
                name=names.shown_name(dot.account_id),
                x=dot.x,
                y=dot.y,
                size=dot.size,
                community=None if dot.community is None else dot.community + 1,
                actor=ids.get(dot.account_id),
            )
            for dot in laid.dots
        ),
        edges=tuple(sorted({(min(line.one, line.other), max(line.one, line.other)) for line in laid.lines})),
    )


def draw_picture(shown: PictureShown | None, *, numbered: Collection[str]) -> NetworkPicture | None:
    """The drawing of a section; None when there is none. numbered: ids of the key actors that the page tells in its table."""
    if shown is None:
        return None
    members = [
        Member(
            name=one.name,
            x=one.x,
            y=one.y,
            size=one.size,
            community=one.community,
            actor=one.actor if one.actor in numbered else None,
        )
        for one in shown.members
    ]
    return draw_network(members, shown.edges)
