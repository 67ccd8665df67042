"""Play the same bars with every cell of a grid of settings, and mark the best."""
