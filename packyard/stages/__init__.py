"""The stages of a build, one module each; `build.py` puts them in order."""
