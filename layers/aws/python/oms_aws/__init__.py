"""Everything that knows AWS: the store, the edges, the documents and the mail."""
