"""Table 1: the sign of the benefit, row by row."""
