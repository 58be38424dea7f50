"""Platform: the table, the log of aggregates, the edges and whatever knows AWS."""
