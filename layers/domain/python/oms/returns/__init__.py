"""Returns: what consumers withdraw from, and what becomes of it."""
