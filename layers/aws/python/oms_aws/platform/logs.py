"""The logger: one structured line for an outcome, one for a surprise."""

from __future__ import annotations

from aws_lambda_powertools.logging import Logger

logger = Logger()
"""Takes its service name and level from Powertools' own environment variables."""
