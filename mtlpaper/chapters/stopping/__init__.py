"""What the rule that chooses the time, and the learning rate, do to the benefit."""
