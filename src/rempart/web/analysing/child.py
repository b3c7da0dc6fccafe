"""The process that reads an export: `python -m rempart.web.analysing.child FOLDER`. It knows no key, no database and no network.

It tells how far it is on its output, one line of JSON at a time, and no word of the export.
"""

import os
import sys
from pathlib import Path

import msgspec

from rempart.web.analysing.job import JOB, Job, Told
from rempart.web.analysing.sandbox import Limits, confine


def main() -> int:
    """Confines itself before anything starts a thread, works, and tells how it ended."""
    folder = Path(sys.argv[1])
    job = msgspec.json.decode((folder / JOB).read_bytes(), type=Job)
    confine(Limits(memory_bytes=job.memory_bytes, cpu_s=job.cpu_s, file_bytes=job.file_bytes), parent=job.parent)
    from rempart.web.analysing.steps import analyse_export, failure_of  # noqa: PLC0415 - starts threads

    try:
        analyse_export(folder, job, tell=tell)
    except Exception as error:  # noqa: BLE001 - the last door of the process: its kind is told, never its words
        tell(Told(failure=failure_of(error)))
        return 1
    tell(Told(is_done=True))
    return 0


def tell(told: Told) -> None:
    """One line to the worker."""
    os.write(1, msgspec.json.encode(told) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
