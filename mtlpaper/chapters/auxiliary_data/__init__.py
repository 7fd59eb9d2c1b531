"""Figure 3, left: the benefit over the number of auxiliary points."""
