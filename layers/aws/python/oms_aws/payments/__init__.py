"""Payments, with their providers."""

API_TAG = "Payments: captures, the bank's payments, open items, dunning and credit."
GERMAN_NAME = "Zahlungen"
