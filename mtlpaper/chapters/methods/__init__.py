"""Rules that combine two tasks' gradients and ways of sharing weights, on the same datasets."""
