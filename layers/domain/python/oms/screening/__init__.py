"""Screening: the checks of an order, the holds that they raise, approvals."""
