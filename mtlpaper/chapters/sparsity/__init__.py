"""When norms over the rows of two tasks' coefficients find the inputs in use from fewer points."""
