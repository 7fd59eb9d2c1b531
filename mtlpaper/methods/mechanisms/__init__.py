"""Five reasons why auxiliary tasks may help, one a file, each where no other one can.

Notes
-----
Source of the list: Caruana (1997), section 3.
"""

from mtlpaper.methods.experiment import found

MECHANISMS = found(__name__, __path__)
