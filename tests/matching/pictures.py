"""Neutral pictures made of numbers only: gradients, blocks, discs and noise, the same on every machine."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def noise(seed: int, *shape: int) -> NDArray[np.int64]:
    """Whole numbers 0 to 65,535 that look random; made by multiplication, so that no library can change them."""
    places = np.arange(int(np.prod(shape)), dtype=np.uint64) + np.uint64(seed * 1_000_003 + 1)
    mixed = places * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    found: NDArray[np.int64] = (mixed >> np.uint64(48)).astype(np.int64).reshape(shape)
    return found


def picture(number: int) -> Pixels:
    """One of endlessly many pictures, 5 to 199 points a side, of five kinds."""
    draw = noise(number, 64).tolist()
    rows, columns = (64, 64) if number % 9 == 8 else (5 + draw[0] % 195, 5 + draw[1] % 195)
    y, x = np.mgrid[:rows, :columns]
    kind = number % 5
    if kind == 0:
        made = noise(number, rows, columns, 3) % 256
    elif kind == 1:
        made = np.stack([(x * (1 + draw[c] % 5) + y * (1 + draw[c + 3] % 5)) % 256 for c in range(3)], axis=2)
    elif kind == 2:
        made = (noise(number, 8, 8, 3) % 256)[y * 8 // rows, x * 8 // columns]
    elif kind == 3:
        made = np.zeros((rows, columns, 3), np.int64) + np.array(draw[:3]) % 256
        for disc in range(8):
            top, left, reach = draw[3 + 4 * disc] % rows, draw[4 + 4 * disc] % columns, 2 + draw[5 + 4 * disc] % 60
            made[(y - top) ** 2 + (x - left) ** 2 < reach * reach] = np.array(draw[40 + disc : 43 + disc]) % 256
    else:
        made = (noise(number, 8, 8, 3) % 200)[y * 8 // rows, x * 8 // columns] + noise(
            number + 1, rows, columns, 3
        ) % 50
    return made.astype(np.uint8)


def smooth(number: int, *, rows: int = 96, columns: int = 128) -> Pixels:
    """A picture of soft light and shade, as a photograph has them: slow waves and quick ones."""
    y, x = np.mgrid[:rows, :columns] / np.array([rows, columns]).reshape(2, 1, 1)
    made = np.full((rows, columns), 128.0)
    for wave in range(80):
        down, across, phase, height = noise(number * 101 + wave, 4).tolist()
        made += (
            (20 + height % 60)
            / (3 + down % 17 + across % 17)
            * np.cos(np.pi * (down % 17 * y + across % 17 * x) + phase)
        )
    grey = np.clip(made, 0, 255)
    return np.stack([grey, grey * 0.9, grey * 0.8], axis=2).astype(np.uint8)


def as_file(pixels: Pixels, kind: str = "PNG") -> bytes:
    """The picture as a file. Needs Pillow."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def as_film(frames: Sequence[Pixels], *, rate: int = 5) -> bytes:
    """The pictures as a film of so many frames a second. Needs PyAV."""
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.height, stream.width, stream.pix_fmt = frames[0].shape[0], frames[0].shape[1], "yuv420p"
        stream.bit_rate = 4_000_000
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()
