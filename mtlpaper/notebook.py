"""What a notebook calls, at work on the chapters and documents of this package."""

from mtlpaper import chapters, documents
from mtlpaper.companion import registry
from mtlpaper.companion.notebook import claim, dataset, figure, numbers, parameters, table

registry.register(chapters, documents)

__all__ = ["claim", "dataset", "figure", "numbers", "parameters", "table"]
