"""Records: the books, exports, seals, invariants, and what is due when."""
