"""Master data from CSV files: read, checked against its columns, and sent in batches."""
