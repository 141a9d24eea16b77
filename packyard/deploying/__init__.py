"""Bringing a site to where it is served: what is to be done in which order, and what must not be done at all."""
