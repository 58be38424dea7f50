"""The API as its description tells it."""
