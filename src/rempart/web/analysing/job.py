"""What passes between the worker and the process that reads an export: the job, what it tells, and the names of its files.

  job.json                  what to do
  exhibit                   the exhibit, unsealed
  tables/, read.json        after the reading
  analysis.json             after the looking
  lists.json, list-000-00000 …    the lists of known files, for the looking; the rows as Parquet
  part-known …              after the looking: what was found over all messages together
  outline.json              before the messages
  folded-000000, chunk-000000 …  the messages; the chunk is written last
A file appears whole or not at all; what is there need not be made again. This module starts no thread when it is imported.
"""

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from rempart.web.config import Profile

JOB, EXHIBIT, READ, DOCUMENT, OUTLINE = "job.json", "exhibit", "read.json", "analysis.json", "outline.json"
LISTS = "lists.json"
_PART = "part-"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One analysis. name: of the exhibit, to be shown, never a path. parent: the process without which this one ends."""

    name: str
    language: Literal["fr", "en"]
    profile: Profile
    parent: int
    memory_bytes: int
    cpu_s: int
    file_bytes: int


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the process. failure: a name of `analyses.Failure`; it has ended then. is_done: all files are there."""

    stage: str = ""
    done: int = 0
    total: int = 0
    failure: str = ""
    is_done: bool = False


class GivenPart(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a list in a file of the folder."""

    file: str
    version: str | None = None
    issued_on: date | None = None


class GivenList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of known files, opened by the worker, as `matching.listing.Listing`."""

    list_id: str
    name: str
    standing: Literal["listed", "known_good"]
    replacing: bool
    parts: tuple[GivenPart, ...]


def chunk_path(folder: Path, number: int) -> Path:
    """Where the messages of a chunk lie."""
    return folder / f"chunk-{number:06}"


def folded_path(folder: Path, number: int) -> Path:
    """Where its words to search lie."""
    return folder / f"folded-{number:06}"


def part_path(folder: Path, name: str) -> Path:
    """Where a piece of what was found over all messages together lies."""
    return folder / f"{_PART}{name}"


def part_names(folder: Path) -> list[str]:
    """The pieces that lie there, in order."""
    return sorted(path.name.removeprefix(_PART) for path in folder.glob(f"{_PART}*") if path.suffix != ".part")


def write_whole(path: Path, data: bytes) -> None:
    """Writes beside and renames. What a power cut leaves is not looked at: a folder is of one start of the machine."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(data)
    fresh.replace(path)
