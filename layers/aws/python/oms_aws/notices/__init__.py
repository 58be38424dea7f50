"""Notices: mails and webhooks."""

API_TAG = "Webhooks: where events are sent, and how that went."
GERMAN_NAME = "Benachrichtigung"
