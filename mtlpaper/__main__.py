"""``python -m mtlpaper``: the program, also where its script is not on the path."""

from mtlpaper.cli import main

main()
