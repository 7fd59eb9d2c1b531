"""From run folders to the finished book: staging, rendering, and a check of every page."""

from mtlpaper.publish.build import build_book
from mtlpaper.publish.check import Fault, FaultKind, check_pages
from mtlpaper.publish.errors import PublishError

__all__ = ["Fault", "FaultKind", "PublishError", "build_book", "check_pages"]
