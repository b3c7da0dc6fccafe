"""What the command line tells of a call that it does not understand, in the language of the reader."""

import typer

from rempart.wording import Wording


def usage_sentence(error: typer.TyperException, words: Wording) -> str:
    """One sentence. Typer tells more, in English only; elsewhere `--help` stands for the detail.

    Its classes have no public names, so they are known by their names here; an unknown one gets the last sentence.
    """
    kind, name = type(error).__name__, _named(error)
    if words.lang == "en" or kind == "NoArgsIsHelpError":  # its message is the help, which is in the language already
        return error.format_message()
    if kind == "MissingParameter":
        return words.text("{name} is missing. --help shows what the command takes.", name=name)
    if kind == "NoSuchOption":
        return words.text("There is no option {name}. --help shows what the command takes.", name=name)
    if kind == "BadParameter":
        return words.text("{name} does not take this value. --help shows what the command takes.", name=name)
    if kind == "BadOptionUsage":
        return words.text("{name} takes another number of values. --help shows what the command takes.", name=name)
    return words.text("Rempart does not understand this command. --help shows what can be asked.")


def _named(error: typer.TyperException) -> str:
    """The option or argument that the error is about; "" when it is about none."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return str(getattr(error, "option_name", ""))
    if getattr(parameter, "param_type_name", "") == "option":
        return str(parameter.opts[0])
    return str(getattr(parameter, "metavar", None) or getattr(parameter, "name", "")).upper()
