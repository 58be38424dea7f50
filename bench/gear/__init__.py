"""What the benchmarks share: a cloud of their own, load, meters and the report."""
