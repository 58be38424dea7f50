"""Notices: what others are told, and how their endpoints stand."""
