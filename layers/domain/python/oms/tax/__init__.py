"""Value added tax: rates, places, registrations, and the engine that decides a supply."""
