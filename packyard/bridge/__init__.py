"""The agentpacks API, answered live: a request and a registry's documents in, an answer out.

A site is files, and files cannot filter, sort, count requests or take a pack. The bridge can: it is a server for one
machine (`packyard.edges.bridge`) in front of a site that is proven as every client proves it. Nothing here reads,
writes or looks at a clock: `routing.answer` is a function of a `Request` and of `Documents`, whose edge is
`packyard.edges.bridge_documents`.

    GET  /health  /                                     GET  /packs?q&tags&targets&features&author&sort&page&limit
    GET  /packs/NAME                                    GET  /packs/NAME/versions
    GET  /packs/NAME/versions/V                         GET  /packs/NAME/versions/V/download
    GET  /packs/NAME/readme                             GET  /packs/NAME/stats?days
    GET  /packs/NAME/reviews                            GET  /packs/NAME/quality
    GET  /packs/NAME/dependencies?format=mermaid        GET  /packs/NAME/dependents
    GET  /featured    /tags    /targets    /targets/ID    /stats
    POST /packs                                         a pack, which becomes a signed submission (`posting`)

NAME is `hello`, `@acme/hello` or `@acme%2Fhello`; V a version or `latest`. Every answer is JSON, but for a tarball, the
text of a graph, and what is said when something does not verify. What nobody knows is null: downloads above all.
"""
