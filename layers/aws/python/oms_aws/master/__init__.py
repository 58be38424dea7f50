"""Master data, kept in the table and over HTTP."""
