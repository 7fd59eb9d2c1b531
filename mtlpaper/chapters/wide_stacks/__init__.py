"""Two stacks with a bottleneck: the least objective over factorisations, and what couples tasks."""
