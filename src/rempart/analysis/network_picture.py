"""The network as a drawing: a sign for each member, faint lines between those who share the same files.

Communities are told by the form of the sign and by its fill, so that nothing rests on colour; key actors bear the number that
they have in the table. Coordinates come from outside, in any unit; the drawing fits them in.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
WIDTH, HEIGHT, MARGIN = 900, 680, 26
GAP, NUMBER = 2.0, 9.0  # room around a sign, without and with a number
NEARER = 0.6  # power of the distance from the middle: 1 keeps it, 0 puts all on one ring
PUSHES = 80
SMALLEST, LARGEST = 3.5, 13.0  # half the width of a sign
SIGNS = ("circle", "square", "triangle", "diamond", "cross", "hexagon", "star", "arrow")
OTHERS = -1  # the sign of members outside the communities that have a sign of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member to draw. size: 0 to 1; community: its number, the largest the lowest, None for none; actor: its id in the table."""

    name: str
    x: float
    y: float
    size: float
    community: int | None
    actor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A drawn member: the path of its sign, where its number stands; kind: index in SIGNS or OTHERS."""

    path: str
    kind: int
    x: float
    y: float
    radius: float
    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPicture:
    """Signs, the largest first; lines as (x1, y1, x2, y2); legend: (kind, path of its sign, community or None for others)."""

    signs: tuple[Sign, ...]
    lines: tuple[tuple[float, float, float, float], ...]
    legend: tuple[tuple[int, str, int | None], ...]
    width: int = WIDTH
    height: int = HEIGHT


def draw_network(members: Sequence[Member], edges: Sequence[tuple[int, int]]) -> NetworkPicture | None:
    """The drawing; edges by places in `members`. None when there is nobody to draw."""
    if not members:
        return None
    places = _spread(_fitted(members), [_radius(member) + (NUMBER if member.actor else GAP) for member in members])
    kinds = _kinds(members)
    signs = [
        _sign(member, place, kind=kinds.get(member.community, OTHERS))
        for member, place in zip(members, places, strict=True)
    ]
    told = sorted({sign.kind: sign.member.community for sign in signs}.items(), key=lambda item: (item[0] < 0, item[0]))
    return NetworkPicture(
        signs=tuple(sorted(signs, key=lambda sign: (sign.member.actor is not None, -sign.radius))),
        lines=tuple((*places[one], *places[other]) for one, other in edges),
        legend=tuple((kind, _path(kind, 9, 9, 7), None if kind == OTHERS else community) for kind, community in told),
    )


def _kinds(members: Sequence[Member]) -> Mapping[int | None, int]:
    """The communities that have a sign of their own: the lowest numbers, which are the largest ones."""
    numbers = sorted({member.community for member in members if member.community is not None})
    return {number: kind for kind, number in enumerate(numbers[: len(SIGNS)])}


def _fitted(members: Sequence[Member]) -> Points:
    """Coordinates in the drawing, drawn in towards the middle of all, so that a few far away do not press the others together."""
    points = np.array([(member.x, member.y) for member in members], np.float64)
    middle = np.median(points, axis=0)
    away = points - middle
    distance = np.hypot(away[:, 0], away[:, 1])
    most = distance.max() or 1.0
    factor = np.where(distance > 0, (distance / most) ** NEARER / np.maximum(distance, 1e-12), 0.0)
    drawn: Points = away * factor[:, None]
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    span = np.maximum(high - low, 1e-9)
    room = np.array([WIDTH, HEIGHT]) - 2 * MARGIN
    fitted: Points = MARGIN + (drawn - low) / span * room if len(members) > 1 else np.array([[WIDTH / 2, HEIGHT / 2]])
    return fitted


def _spread(points: Points, rooms: Sequence[float]) -> list[tuple[float, float]]:
    """The places pushed apart until signs stand beside each other, as far as there is room; the same places give the same."""
    room = np.asarray(rooms)
    reach = room[:, None] + room[None, :]
    for _ in range(PUSHES):
        away = points[:, None, :] - points[None, :, :]
        distance = np.hypot(away[..., 0], away[..., 1])
        same = np.logical_and(distance < 1e-6, ~np.eye(len(points), dtype=np.bool_))
        if same.any():  # two on one spot have no direction to go in: each goes its own way
            turn = np.arange(len(points)) * 2.399963  # the golden angle
            points = points + 0.5 * np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.any(same, axis=1)[:, None]
            continue
        overlap = np.maximum(reach - distance, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if overlap.max(initial=0.0) < 0.5:
            break
        step = (away / np.maximum(distance, 1e-6)[..., None] * overlap[..., None]).sum(axis=1) * 0.25
        points = np.clip(points + np.clip(step, -12, 12), MARGIN, np.array([WIDTH, HEIGHT]) - MARGIN)
    return [(round(float(x), 1), round(float(y), 1)) for x, y in points]


def _radius(member: Member) -> float:
    return round(SMALLEST + (LARGEST - SMALLEST) * min(max(member.size, 0.0), 1.0), 1)


def _sign(member: Member, place: tuple[float, float], *, kind: int) -> Sign:
    radius = _radius(member)
    return Sign(path=_path(kind, *place, radius), kind=kind, x=place[0], y=place[1], radius=radius, member=member)


def _path(kind: int, x: float, y: float, radius: float) -> str:
    name = SIGNS[kind] if kind >= 0 else "circle"
    if name == "circle":
        return f"M{x - radius:.1f} {y:.1f}a{radius:.1f} {radius:.1f} 0 1 0 {2 * radius:.1f} 0a{radius:.1f} {radius:.1f} 0 1 0 {-2 * radius:.1f} 0z"  # fmt: skip
    corners = _CORNERS[name]
    return "M" + "L".join(f"{x + radius * across:.1f} {y + radius * down:.1f}" for across, down in corners) + "z"


def _turned(count: int, *, start: float = -90.0, inner: float | None = None) -> tuple[tuple[float, float], ...]:
    """Corners on a circle, the first at `start` degrees; with `inner` every second one that much nearer to the middle."""
    corners = count * 2 if inner else count
    return tuple(
        (
            math.cos(math.radians(start + 360 * number / corners)) * (inner if inner and number % 2 else 1.1),
            math.sin(math.radians(start + 360 * number / corners)) * (inner if inner and number % 2 else 1.1),
        )
        for number in range(corners)
    )


_ARM = 0.38
_CORNERS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": _turned(3),
    "diamond": _turned(4),
    "cross": (
        (-_ARM, -1), (_ARM, -1), (_ARM, -_ARM), (1, -_ARM), (1, _ARM), (_ARM, _ARM),
        (_ARM, 1), (-_ARM, 1), (-_ARM, _ARM), (-1, _ARM), (-1, -_ARM), (-_ARM, -_ARM),
    ),
    "hexagon": _turned(6, start=0),
    "star": _turned(5, inner=0.5),
    "arrow": _turned(3, start=90),
}  # fmt: skip
