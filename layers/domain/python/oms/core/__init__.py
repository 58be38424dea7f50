"""Foundations: money, dates, identifiers, parties, refusals and the forms of the event log."""
