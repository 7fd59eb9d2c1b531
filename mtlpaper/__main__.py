"""The program: the machinery, at work on the chapters and documents of this package."""

from mtlpaper import chapters, documents
from mtlpaper.companion import cli, registry


def main() -> None:
    """Run the program on the command line's arguments."""
    registry.register(chapters, documents)
    cli.main()


if __name__ == "__main__":
    main()
