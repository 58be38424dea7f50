"""Screening, with what the checks ask."""

API_TAG = "Holds: somebody decides, and the order goes on."
GERMAN_NAME = "Prüfung und Freigabe"
