"""What the chapters of the report on files, accounts and the network are made of, beside the document: drawings, and where rows stand."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from rempart.analysis.curves import Curves, Series, draw_curves
from rempart.analysis.document import Analysis
from rempart.analysis.network_document import NetworkShown
from rempart.analysis.network_drawn import draw_picture
from rempart.analysis.tiles import draw_tiles
from rempart.wording import Wording

MOST = 50  # lines of a list in the report; the others stand in analysis.json
COLUMNS = ("child_contact", "introduced_unlisted", "introduced", "reach", "files", "listed_files", "bridged")
ZONES_TOLD = 3


def parts_of(document: Analysis, words: Wording) -> Mapping[str, object]:
    """The values that the templates of these chapters name."""
    network = document.network
    return {
        "most": MOST,
        "place": _places(document),
        "orders": {subject.subject: subject.reading_order for subject in document.ranking},
        **(_of_network(network, words) if network else {}),
    }


def _places(document: Analysis) -> Callable[[str], Markup]:
    """Writes `sha256:…/row:42` as E1·42, with a link to the exhibit."""
    numbers = {exhibit.sha256[:12]: number for number, exhibit in enumerate(document.exhibits, 1)}

    def place(ref: str) -> Markup:
        exhibit, _, row = ref.removeprefix("sha256:").partition("/row:")
        number = numbers.get(exhibit)
        if number is None:
            return Markup("{}·{}").format(exhibit, row)
        return Markup('<a href="#e-{}">E{}</a>·{}').format(number, number, row)

    return place


def _of_network(network: NetworkShown, words: Wording) -> Mapping[str, object]:
    return {
        "titles": {measure.code: measure for measure in network.measures},
        "columns": COLUMNS,
        "actor_ids": {actor.account: actor.id for actor in network.actors[:MOST]},
        "network_picture": draw_picture(network.picture, numbered={actor.id for actor in network.actors[:MOST]}),
        "tiles": draw_tiles({department.code: department.accounts for department in network.departments.stated}),
        "lorenz": _lorenz(network, words),
        "what_if": _what_if(network, words),
        "zones": _zones(network, words),
    }


def _lorenz(network: NetworkShown, words: Wording) -> Curves | None:
    if network.concentration.members < 2:
        return None
    return draw_curves(
        [
            Series(key="own", name=words.text("the sendings of these exhibits"), points=network.concentration.curve),
            Series(key="even", name=words.text("if all sent alike"), points=((0.0, 0.0), (1.0, 1.0))),
        ]
    )


def _what_if(network: NetworkShown, words: Wording) -> Curves | None:
    steps = network.what_if
    if len(steps) < 2:
        return None
    series = [
        Series(
            key="own",
            name=words.text("surely: their own sendings"),
            points=((0.0, 0.0), *((float(step.members), step.own) for step in steps)),
        ),
        Series(
            key="reach",
            name=words.text("at most: and later ones of files they brought first"),
            points=((0.0, 0.0), *((float(step.members), step.reach) for step in steps)),
        ),
    ]
    fresh = tuple((float(step.members), step.new) for step in steps if step.new is not None)
    if fresh:
        series.append(Series(key="new", name=words.text("of files no list knows"), points=((0.0, 0.0), *fresh)))
    return draw_curves(series)


def _zones(network: NetworkShown, words: Wording) -> str:
    """The likeliest offsets of the crowd, in words."""
    ranked = sorted(network.zones.crowd, key=lambda item: (-item[1], item[0]))[:ZONES_TOLD]
    return ", ".join(
        words.text("UTC{offset} ({share})", offset=f"{offset:+d}", share=words.percent(share, digits=0))
        for offset, share in ranked
    )
