"""The weight of the auxiliary loss: the best one, and the one that Eq. (5) points to."""
