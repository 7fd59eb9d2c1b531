"""Methods of multitask learning: rules, ways of sharing, kinds of auxiliary tasks, real data."""
