"""Methods of multitask learning on the tasks of the first paper: rules that combine gradients."""
