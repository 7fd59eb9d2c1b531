"""The averages of the softmax in the random-energy model."""
