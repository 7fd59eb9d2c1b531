"""What infinitely wide networks with weight decay gain from another task."""
