"""The process documentation that GoBD ask for, made from what the system is configured to do."""
