"""Sourcing, with stock and purchases in the table."""
