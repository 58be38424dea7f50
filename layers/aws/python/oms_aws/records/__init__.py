"""Records: exports, seals, proofs, dead letters."""
