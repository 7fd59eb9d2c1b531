"""How far gradient descent is from the gradient flow."""
