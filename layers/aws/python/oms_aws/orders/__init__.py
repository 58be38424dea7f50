"""Orders, kept in the table, taken and shown over HTTP."""
