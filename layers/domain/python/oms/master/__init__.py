"""Master data: the merchant's products, customers, prices, warehouses, shops and their terms."""
