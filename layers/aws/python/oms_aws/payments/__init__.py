"""Payments, with their providers."""
