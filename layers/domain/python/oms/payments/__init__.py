"""Payments: what is captured, refunded, received, open, and asked for again."""
