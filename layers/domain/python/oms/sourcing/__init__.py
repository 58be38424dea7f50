"""Sourcing: stock, reservations, what waits for goods, routing, purchases."""
