"""The offline kit: a registry, or a part of it, as one tar file that is carried to where there is no network.

    manifest    `offline-manifest.json`: what a kit holds, and of which snapshot
    archive     the tar around it, header by header
    listing     the files that a site consists of, as its own lists say
    selecting   which packs, and which of their versions, a kit of packs takes
    grounds     what is read to check a pack from its publishers' keys upward; so, what a kit of it must hold
    tenant      the allow-list of a tenant, and the tree that is made for it
    verifying   whether a kit is what it says, and vouched for
    planning    what an import changes in a mirror, and what it must not

Nothing here writes a file. A kit adds no trust: what is in it is vouched for by the registry's own signatures, and the
exporter's signature only says who put it together. The one exception is a tenant's kit, see `tenant`.
"""
