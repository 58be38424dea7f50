"""The embedded cloud: the whole system on one machine, from the same template as on AWS."""
