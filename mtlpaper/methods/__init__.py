"""Methods of multitask learning: real data, kinds of auxiliary tasks, and why they help."""
