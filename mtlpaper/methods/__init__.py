"""Methods of multitask learning on one testbed, and why they should work."""
