"""Billing: invoices of every kind, their numbers, formats and books."""
