"""What AWS charges in eu-central-1: list prices in USD, no free tiers, each with its origin."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import NamedTuple

SEEN, RECALLED = "seen", "from memory"
MILLION = 1_000_000


class Price(NamedTuple):
    """USD for so many units; `origin` says whether it was read somewhere, `month` when."""

    usd: Decimal
    per: int
    unit: str
    origin: str
    month: str = "2026-11"

    def of(self, units: float) -> Decimal:
        """USD for so many units."""
        return self.usd * Decimal(str(units)) / self.per


PRICES = {
    "lambda requests": Price(Decimal("0.20"), MILLION, "requests", RECALLED),
    "lambda duration": Price(Decimal("13.3334"), MILLION, "GB-seconds on arm64", RECALLED),
    "dynamodb writes": Price(Decimal("0.7625"), MILLION, "write units", RECALLED),
    "dynamodb reads": Price(Decimal("0.1525"), MILLION, "read units", RECALLED),
    "stepfunctions": Price(Decimal("0.025"), 1_000, "transitions", SEEN),
    "sqs": Price(Decimal("0.40"), MILLION, "requests", RECALLED),
    "eventbridge": Price(Decimal("1.00"), MILLION, "events of 64 KB", RECALLED),
    "http api": Price(Decimal("1.20"), MILLION, "requests", RECALLED),
    "s3 writes": Price(Decimal("0.0054"), 1_000, "PUTs", RECALLED),
    "s3 reads": Price(Decimal("0.00043"), 1_000, "GETs", RECALLED),
    "logs": Price(Decimal("0.63"), 1024**3, "bytes taken in", RECALLED),
    "x-ray": Price(Decimal("5.00"), MILLION, "traces", RECALLED),
    "mail": Price(Decimal("0.10"), 1_000, "mails", RECALLED),
}


def main() -> None:
    """Print the table."""
    for name, price in PRICES.items():
        each = f"{price.usd} USD per {price.per:,} {price.unit}"
        sys.stdout.write(f"{name:16} {each:46} {price.origin}, {price.month}\n")


if __name__ == "__main__":
    main()
