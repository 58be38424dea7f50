"""The edges: what wakes a step is turned into a value, and what it answers into what the waker wants."""
