"""Orders: what was ordered, where each piece of it is, and what its money comes to."""
