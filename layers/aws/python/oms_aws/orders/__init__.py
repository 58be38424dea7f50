"""Orders, kept in the table, taken and shown over HTTP."""

API_TAG = "Orders: place, read, list, change and cancel them."
GERMAN_NAME = "Auftragserfassung"
