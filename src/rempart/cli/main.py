"""`rempart`: the commands. Exit codes: 0 done, 1 done but something could not be read, 2 your input, 3 outside failure.

Only the module of the command that was asked for is loaded: what an analysis needs takes a second, and `rempart keys list` none of it.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer
from typer.main import get_command

from rempart.cli.screen import errors, language_of_environment, out, shown
from rempart.cli.usage import usage_sentence
from rempart.errors import RempartError, reason_of
from rempart.version import VERSION
from rempart.wording import wording

words = wording(language_of_environment())
_ = words.text
MODULES = {  # what registers commands, in the order in which the help names them, and their names
    "analyses": ("read", "analyse", "demo-case", "demo"),
    "evaluate": ("evaluate",),
    "ledgers": ("verify", "witness"),
    "keys": ("keys",),
    "bags": ("bag",),
    "site": ("serve", "check", "work", "sign", "site"),
    "doors": ("intake",),
    "hashes": ("hashes",),
    "network": ("network",),
    "identities": ("identities",),
}


def command_line(arguments: Sequence[str] = ()) -> typer.Typer:
    """The commands that these arguments can mean: those of one module when the first is a command, else all."""
    asked = arguments[0] if arguments else ""
    modules = [name for name, commands in MODULES.items() if asked in commands] or list(MODULES)
    app = typer.Typer(
        help=_(
            "Reads conversation exports, shows tactics with their message numbers, and ranks whom to look at first."
        ),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(invoke_without_command=True)(about)
    for name in modules:
        import_module(f"rempart.cli.{name}").register(app)
    return app


def about(
    version: Annotated[bool, typer.Option("--version", help=_("Show the version and leave."))] = False,
) -> None:
    """Shows the version when asked."""
    if version:
        out.print(f"rempart {VERSION}")
        raise typer.Exit


def main() -> None:
    """Runs the command line; every failure ends in one sentence and an exit code."""
    try:
        code = get_command(command_line(sys.argv[1:]))(prog_name="rempart", standalone_mode=False)
        sys.exit(code or 0)  # what a command left with by typer.Exit; None when it just ended
    except typer.TyperException as error:  # an unknown command or option, a missing or impossible value
        sys.exit(_tell(usage_sentence(error, words), 2))
    except RempartError as error:
        sys.exit(_tell(words.error(error), error.exit_code))
    except OSError as error:
        sys.exit(_tell(_("The system refused: {reason}.", reason=_(reason_of(error))), 3))
    except MemoryError:
        sys.exit(_tell(_("Memory ran out; nothing was lost. Try --jobs 1."), 3))
    except Exception as error:  # the last door: a fault of ours ends in a sentence too, and in 3, not 1
        if os.environ.get("REMPART_DEBUG"):
            raise
        sys.exit(
            _tell(
                _(
                    "This is a fault of Rempart ({kind}); the exhibits are intact. REMPART_DEBUG=1 shows where.",
                    kind=type(error).__name__,
                ),
                3,
            )
        )


def _tell(sentence: str, code: int) -> int:
    errors.print(shown(sentence))
    return code


if __name__ == "__main__":
    main()
