"""Sourcing, with stock and purchases in the table."""

API_TAG = "Stock: what is on the shelves and what can be promised."
GERMAN_NAME = "Bestand und Zuteilung"
