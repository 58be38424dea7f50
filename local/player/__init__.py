"""Players: customers, warehouses, carriers and clerks who drive a running system over HTTP."""
