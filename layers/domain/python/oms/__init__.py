"""The domain of an order-management system: values in, values and events out."""
