"""PDQ: 256 bits that stand for how a picture looks, and how much detail they rest on; our own port of the published algorithm.

A picture becomes grey, is blurred twice by a running mean and thinned to 64 × 64 points; its 16 × 16 lowest frequencies (the constant
left out) give one bit each: above their median or not. Two pictures are alike when few bits differ: at most 31 of 256, the
threshold that exchanges of such hashes use. A likeness is a signal that two pictures look alike and no statement of what they show.

Invariant: bit-exact with the reference, hash and quality. Every sum is made in single precision in the reference's order; an
order that looks equal moves bits. Known exception: where coefficients tie at the median (a grid of flat blocks), the last digit of
the machine's cosine decides, and two machines may differ there.
Not covered, as measured by others and by us: crops above 1 % a side, frames and bars (see `unletterbox`), turns by other than
quarters, mirror images other than by the eight forms. Those are made for the picture that is looked up, never for the list.
Source: facebook/ThreatExchange, pdq/ (BSD), `pdqhashing.cpp`, `downscaling.cpp` (commits 0234393, 6bce5cb); the description
hashing.pdf there. Tier: source-verified; all of 300 synthetic pictures of 5 to 420 points a side, in
all eight forms, are those of pdqhash 0.2.8 to the bit; the grids of flat blocks among them too, on the machine of that day.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

HASH_BITS: Final = 256
HASH_BYTES: Final = 32
FORMS: Final = ("upright", "turned 90", "turned 180", "turned 270", "mirrored", "flopped", "transposed", "transversed")
MIN_SIDE_PX: Final = 5  # the reference gives no hash below
MIN_QUALITY: Final = 50  # ThreatExchange discards 49 and below: too flat to tell anything
ALIKE: Final = 31  # bits of 256, ThreatExchange's confident threshold
_GRID, _KEPT = 64, 16

Luma = NDArray[np.float32]
_Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """What PDQ makes of a picture. pdq: 32 bytes, whose hex is the published form; quality: 0 to 100, below MIN_QUALITY of no use.

    turned: the hashes of the seven other forms of the picture, in the order of FORMS, 32 bytes each, for look-ups only.
    """

    pdq: bytes
    quality: int
    turned: tuple[bytes, ...]

    @property
    def is_usable(self) -> bool:
        """Whether the picture has detail enough to be compared."""
        return self.quality >= MIN_QUALITY


def hash_picture(pixels: NDArray[np.uint8]) -> Hashed | None:
    """The hash of a picture of shape (rows, columns, 3: red, green, blue) or (rows, columns: grey); None below 5 × 5."""
    if min(pixels.shape[:2]) < MIN_SIDE_PX:
        return None
    grid = _thin(_luma(pixels))
    coefficients = _transform(grid)
    forms = _pack(_above_median(np.stack(_forms(coefficients))))
    return Hashed(pdq=forms[0], quality=_quality(grid), turned=tuple(forms[1:]))


def forms_of(pdq: bytes) -> tuple[bytes, ...]:
    """The eight forms of a picture of which only the hash is known, in the order of FORMS, the first being the hash itself.

    Near and not exact: the median of the turned picture is taken as if it were that of the upright one. Over 300 synthetic pictures
    8 bits of 256 move on average, 20 for one in ten. Where the picture is at hand, `hash_picture` gives the forms exactly.
    """
    bits = np.unpackbits(np.frombuffer(pdq, np.uint8))[::-1].reshape(_KEPT, _KEPT)
    signs = np.where(bits, np.float32(1), np.float32(-1))
    return tuple(_pack(np.stack(_forms(signs)) > 0))


def distance(one: bytes, other: bytes) -> int:
    """How many of the 256 bits differ."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def _luma(pixels: NDArray[np.uint8]) -> Luma:
    """Brightness 0 to 255; the sum is made in double precision, as the reference's Python binding does."""
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    red, green, blue = (pixels[:, :, channel] for channel in range(3))
    grey: Luma = (red * 0.299 + green * 0.587 + blue * 0.114).astype(np.float32)
    return grey


def _thin(luma: Luma) -> Luma:
    """The picture blurred twice along rows and columns and thinned to 64 × 64.

    What the thinning throws away is not made the last time: each row and column is its own sum, so nothing else moves.
    """
    rows, columns = luma.shape
    if rows == columns == _GRID:
        return luma
    blurred = _blur(_blur(luma, keep=None).T, keep=None).T
    return _blur(_blur(blurred, keep=_centres(columns)).T, keep=_centres(rows)).T


def _window(side: int) -> int:
    """Points that a running mean joins: half of a cell of the 64 × 64 grid, rounded up."""
    return (side + 2 * _GRID - 1) // (2 * _GRID)


def _centres(side: int) -> NDArray[np.intp]:
    """Where the middle of each of the 64 cells falls."""
    return (((np.arange(_GRID) + 0.5) * side) / _GRID).astype(np.intp)


def _blur(rows: Luma, *, keep: NDArray[np.intp] | None) -> Luma:
    """Running means along each row, at both ends over what the window still holds; keep: the columns wanted, None for all.

    The sum of a row is one chain, add a point and take one away, so that its rounding is the reference's. Two rows run side by
    side as the two halves of a complex number, which adds them each for itself and takes half the time.
    """
    count, length = rows.shape
    window = _window(length)
    chain = np.empty(((count + 1) // 2, 2 * length, 2), np.float32)
    if count % 2:
        chain[-1, :, 1] = 0  # the last row runs alone
    for half in range(2):
        own = rows[half::2]
        mine = chain[: len(own), :, half]
        mine[:, :window] = own[:, :window]
        mine[:, window : 2 * length - window : 2] = own[:, window:]
        np.negative(own[:, : length - window], out=mine[:, window + 1 : 2 * length - window : 2])
        np.negative(own[:, length - window :], out=mine[:, 2 * length - window :])
    sums = np.add.accumulate(chain.view(np.complex64)[:, :, 0], axis=1).view(np.float32).reshape(chain.shape)
    return _means(sums, count, length, keep)


def _means(sums: NDArray[np.float32], count: int, length: int, keep: NDArray[np.intp] | None) -> Luma:
    """The means at the wanted columns, out of the chains of `_blur`: every second step of a chain is the sum of a window."""
    places, points = _windows(length)
    if keep is not None:
        kept = sums.take(places[keep], axis=1) / points[keep, None]
        return kept.transpose(0, 2, 1).reshape(-1, len(keep))[:count]
    window, ahead = _window(length), int(places[0])
    means = np.empty((count, length), np.float32)
    for half in range(2):
        mine, own = means[half::2], sums[: (count + 1 - half) // 2, :, half]
        mine[:, : window - ahead] = own[:, ahead:window]
        mine[:, window - ahead : length - ahead] = own[:, window + 1 : 2 * length - window : 2]
        mine[:, length - ahead :] = own[:, 2 * length - window : 2 * length - window + ahead]
    if window > 1:
        means /= points
    return means


@lru_cache(maxsize=256)
def _windows(length: int) -> tuple[NDArray[np.intp], Luma]:
    """Where in the chain the sum of each point's window stands, and how many points it holds."""
    window = _window(length)
    ahead = (window + 2) // 2 - 1
    full = length - window
    shrinking = np.arange(ahead)
    places = np.concatenate(
        [np.arange(ahead, window), window + 1 + 2 * np.arange(full), 2 * length - window + shrinking]
    )
    points = np.concatenate([np.arange(ahead + 1, window + 1), np.full(full, window), window - 1 - shrinking])
    return places, points.astype(np.float32)


def _quality(grid: Luma) -> int:
    """Detail, 0 to 100: the steps between neighbours of the grid, in whole percents of the range, the small ones not counted."""
    hundred, full = np.float32(100), np.float32(255)
    down = ((grid[:-1] - grid[1:]) * hundred / full).astype(np.int32)
    across = ((grid[:, :-1] - grid[:, 1:]) * hundred / full).astype(np.int32)
    return min((int(np.abs(down).sum()) + int(np.abs(across).sum())) // 90, 100)


@lru_cache(maxsize=1)
def _cosines() -> Luma:
    """Frequencies 1 to 16 over 64 points; rows are points, columns are frequencies."""
    frequency, point = np.arange(1, _KEPT + 1), 2 * np.arange(_GRID) + 1
    scale = float(np.float32(np.sqrt(2.0 / _GRID)))
    angles = (np.pi / 2.0 / _GRID) * frequency[None, :] * point[:, None]
    cosines: Luma = (scale * np.cos(angles)).astype(np.float32)
    return cosines


def _transform(grid: Luma) -> Luma:
    """The 16 × 16 coefficients; the sums run over the first axis, which NumPy adds one after the other and never in pairs."""
    cosines = _cosines()
    half = np.add.reduce(cosines[:, :, None] * grid[:, None, :], axis=0)
    whole: Luma = np.add.reduce(half.T[:, :, None] * cosines[:, None, :], axis=0)
    return whole


def _forms(coefficients: Luma) -> tuple[Luma, ...]:
    """The coefficients of the picture turned and mirrored, in the order of FORMS: signs change, rows and columns change places."""
    odd = np.where(np.arange(_KEPT) & 1, np.float32(1), np.float32(-1))
    by_row, by_column, by_both = coefficients * odd[:, None], coefficients * odd, coefficients * (odd[:, None] * odd)
    return coefficients, by_column.T, by_both, by_row.T, by_row, by_column, coefficients.T, by_both.T


def _above_median(forms: Luma) -> _Bits:
    """(forms, 256): one bit for each coefficient above the 128th of 256, the lower of the two middle ones."""
    flat = forms.reshape(len(forms), HASH_BITS)
    middle = HASH_BITS // 2 - 1
    above: _Bits = flat > np.partition(flat, middle, axis=1)[:, middle, None]
    return above


def _pack(forms: _Bits) -> list[bytes]:
    """The published order: the last coefficient is the first bit."""
    return [packed.tobytes() for packed in np.packbits(forms.reshape(len(forms), HASH_BITS)[:, ::-1], axis=1)]
