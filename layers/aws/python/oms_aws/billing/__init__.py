"""Billing, with documents in the archive."""
