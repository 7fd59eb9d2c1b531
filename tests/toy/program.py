"""The program, called within this process."""

from typer.testing import CliRunner

from mtlpaper.companion.cli import app


def call(*arguments) -> tuple[int, str, str]:
    """Exit code, standard output and standard error; a fault of the program is raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr
