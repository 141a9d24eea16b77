"""Packyard: a static registry of signed packs for AI coding agents.

Read `docs/ARCHITECTURE.md` for the map and `build.py` for the main job.
"""

__version__ = "0.1.0"
