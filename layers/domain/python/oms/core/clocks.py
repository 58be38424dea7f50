"""Clocks of others: how far from ours they may be."""

from __future__ import annotations

from datetime import timedelta

SKEW = timedelta(minutes=5)
"""How far ahead of ours the clock of a warehouse may be."""
