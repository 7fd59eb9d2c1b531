"""Definition 4 measured: which models change on a task when the other tasks' data go."""
