"""How wide a network must be to reach its limit of infinite width."""
