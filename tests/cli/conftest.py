"""The command line in this process, for the many small refusals; a process of its own costs a second."""

import sys
from pathlib import Path

import pytest

from rempart.cli.main import main
from tests.cli.shell import Answer, Ask


@pytest.fixture
def ask_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Gives the answer of `rempart <arguments>` without starting a process."""

    def asked(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["rempart", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return Answer(code=code, out=told.out, err=told.err)

    return asked
