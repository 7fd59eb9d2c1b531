"""The program: the machinery at work on the chapters and documents of this package."""

from mtlpaper import chapters, documents
from mtlpaper.companion import registry
from mtlpaper.companion.cli import app, main

registry.register(chapters, documents)

__all__ = ["app", "main"]

if __name__ == "__main__":
    main()
