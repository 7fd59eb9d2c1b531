"""``python -m mtlpaper.cli``, which is how one run starts another."""

from mtlpaper.cli import app

app()
