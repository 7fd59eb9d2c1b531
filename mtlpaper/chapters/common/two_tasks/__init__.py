"""A main task and an auxiliary one: grids of networks, losses, benefits."""
