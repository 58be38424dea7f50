"""Billing, with documents in the archive."""

API_TAG = "Documents: invoices as PDF, credit notes, taxes."
GERMAN_NAME = "Abrechnung"
