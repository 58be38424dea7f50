"""Fulfilment, as warehouses see it."""
