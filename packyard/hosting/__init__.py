"""Configuration for the web servers and hosts that serve a site: text that says what `packyard.formats.layout` says."""
