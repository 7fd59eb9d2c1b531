"""Figure A1: the benefit over all parameters, and theories of it."""
