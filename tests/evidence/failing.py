"""Files that fail the way disks and connections do."""

import os
from typing import BinaryIO


class FailingFile:
    """Gives or takes `good_bytes`, then fails with `code`; the bytes before come from, or go to, `file`."""

    def __init__(self, file: BinaryIO, *, good_bytes: int, code: int) -> None:
        self._file, self._left, self._code = file, good_bytes, code

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._spend(len(data) or 1)
        return data

    def write(self, data: bytes) -> int:
        self._spend(len(data))
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise OSError(self._code, os.strerror(self._code))
