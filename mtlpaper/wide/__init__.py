"""Wide ReLU networks of several tasks: what weight decay makes of them as the width grows."""
