"""Figure 1: Eq. (3) against SGD."""
