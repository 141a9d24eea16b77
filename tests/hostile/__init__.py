"""Hostile registries: what a stranger could commit, and how the build must refuse it."""
