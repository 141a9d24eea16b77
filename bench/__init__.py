"""Measurements: synthetic registries, the floor of a build, and the runs that compare them."""
