"""Training-aligned students of two tasks: drawn teachers, plane flows, trained networks."""
