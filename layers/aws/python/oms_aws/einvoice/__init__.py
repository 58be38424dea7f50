"""Electronic invoices: the XML of a document, and the official rules that it must pass."""
