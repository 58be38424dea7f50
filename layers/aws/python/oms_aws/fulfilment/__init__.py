"""Fulfilment, as warehouses see it."""

API_TAG = "Fulfilments: what a warehouse packs and ships, and what carriers say of it."
GERMAN_NAME = "Versand"
