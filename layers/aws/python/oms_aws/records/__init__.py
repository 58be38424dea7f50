"""Records: exports, seals, proofs, dead letters."""

API_TAG = "Operations: dead letters, exports of the books, health and this document."
GERMAN_NAME = "Aufzeichnung und Betrieb"
