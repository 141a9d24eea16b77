"""The search: one specification (`query`), one static index for browsers and the command alike. Pure."""
