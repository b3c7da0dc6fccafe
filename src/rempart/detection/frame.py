"""What a frame is: a way of speaking in which the words of a tactic are not the speaker's own move.

A child who refuses, somebody who reports or quotes, prevention talk, plain family and school logistics: where a frame
is found, no tactic of that message counts. The message and the frame stay visible.
Source: reference, "protective or reporting speech never counts"; own wording. Tier: source-verified.
"""

import tomllib
from importlib import resources

import msgspec


class Frame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of speaking, read from `frames/<code>.toml`: `title` is product text, `phrases` as in a signal."""

    code: str
    version: str
    title: dict[str, str]
    phrases: dict[str, str]


def load_frame(code: str) -> Frame:
    """The frame of `frames/<code>.toml`. Raises: msgspec.ValidationError when the file is not of the form."""
    raw = resources.files("rempart.detection").joinpath("frames", f"{code}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw), Frame)
