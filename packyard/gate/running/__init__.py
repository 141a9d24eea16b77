"""What a pack runs, and what that does.

    runs       the texts that are run: of hooks, servers, scripts, plugins, and what prompts tell an agent to run
    shell      a text as commands; sources, prose: commands in source code, in sentences
    spoken     orders in plain words; binaries: what nobody can read
    risks      what there is to say about a text: it runs what it fetches, gives secrets away, does harm, pins nothing

Nothing here decides what that leads to, and nothing here raises: what cannot be read is said to be unread.
"""
