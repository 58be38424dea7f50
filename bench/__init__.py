"""Benchmarks: one command each, each printing one JSON line."""
