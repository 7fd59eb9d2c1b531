"""What tables of aligned tasks share."""

from functools import partial

from mtlpaper.chapters.common import tables

#: Writes "+0.1234 [+0.1000, +0.1500]".
interval = partial(tables.interval, digits=4, form="{} [{}, {}]")
