"""Notices: mails and webhooks."""
