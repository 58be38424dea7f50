"""The official rules for e-invoices, as published; README.md says from where."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
