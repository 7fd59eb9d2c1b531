"""Adds the toys to the package's chapters without touching its sources."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mtlpaper import chapters

FOLDER = str(Path(__file__).parent / "chapters")


def register() -> None:
    chapters.__path__.append(FOLDER)


def unregister() -> None:
    chapters.__path__.remove(FOLDER)


@contextmanager
def registered() -> Iterator[None]:
    register()
    try:
        yield
    finally:
        unregister()
