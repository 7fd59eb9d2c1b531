"""From run folders to the finished book: staging, rendering, and a check of every page."""

from mtlpaper.companion.book.build import build_book
from mtlpaper.companion.book.check import Fault, FaultKind, check_pages
from mtlpaper.companion.book.errors import PublishError
from mtlpaper.companion.book.pdf import require_browser

__all__ = ["Fault", "FaultKind", "PublishError", "build_book", "check_pages", "require_browser"]
