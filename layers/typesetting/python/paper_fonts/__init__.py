"""Fonts for the scripts that the typesetter has no letters of; where they are from: README.md."""
