"""Returns, as consumers, shops and clerks ask for them."""

API_TAG = "Returns: withdrawals from a contract, and what becomes of them."
GERMAN_NAME = "Widerruf und Retouren"
