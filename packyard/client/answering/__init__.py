"""What `packyard mcp` offers to a program that speaks the Model Context Protocol, and its answers, as values.

    tools      search_packs(query, tags?, targets?, limit?)   get_pack_info(name)   get_pack_readme(name)
               list_featured(limit?)   list_by_target(targetId, limit?)
    resources  registry://packs   registry://packs/{name}   registry://featured   registry://tags
    prompts    suggest_packs(project_desc | useCase, targets?, maxSuggestions?)
               compare_packs(pack_a, pack_b | packNames)

    offered    what there is, with its arguments, and whether what was given fits them
    documents  answers: what the client has proven, as JSON objects
    wording    strangers' text made safe to read: bounded, with nothing hidden in it
    prompting  the texts of the prompts

Every answer is an object that begins with `notice`, `registry` and `snapshot`. The notice says that what follows was
written by others and asks nobody to do anything: whoever reads it may be a model that takes texts for instructions.
"""
