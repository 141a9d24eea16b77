"""Copies of a site that nobody has to trust: what to fetch and to remove, what may follow what, and who has what.

All of it is pure: lists and heads come in as verified values, and plans, verdicts and matrices go out. The reading and
writing is in `packyard.edges.mirroring` and `packyard.edges.mirror_parity`.
"""
