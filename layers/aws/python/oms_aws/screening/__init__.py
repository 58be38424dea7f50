"""Screening, with what the checks ask."""
