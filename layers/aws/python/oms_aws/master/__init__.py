"""Master data, kept in the table and over HTTP."""

API_TAG = "Master data: products, customers, prices, warehouses, shops and carriers."
GERMAN_NAME = "Stammdaten"
