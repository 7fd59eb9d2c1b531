"""The program, called within this process."""

from typer.testing import CliRunner

from mtlpaper.companion import runs
from mtlpaper.companion.cli import app


def call(*arguments) -> tuple[int, str, str]:
    """Exit code, standard output and standard error; a fault of the program is raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def reused(run: runs.Run, *_: object, **__: object) -> runs.Outcome:
    """Stand in for `runs.execute` where the run is up to date."""
    return runs.Outcome(run.folder, runs.RunRecord.model_construct(duration_s=1.0), reused=True)
