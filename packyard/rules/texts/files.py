"""Rules about texts, fields, names and paths, wherever they stand."""

from __future__ import annotations

from packyard.rules.texts import block, note

_STRICT = "Two readers that understand one text in two ways would disagree about what was signed."
_SCHEMA = "`docs/formats.md` describes every field of every file."

RULES = (
    block(
        "too-large",
        "more bytes than the limit",
        "Every read has a bound, so that no file can exhaust the machine that reads it.",
        "Make the file or the pack smaller; `packyard config` shows the limits of the registry.",
    ),
    block(
        "too-deep",
        "nested too deeply",
        "Deep nesting is how small files crash parsers, and no honest file needs it.",
        "Flatten the file or the folders.",
    ),
    block(
        "text-not-utf8",
        "not UTF-8",
        _STRICT,
        "Save the file as UTF-8 without a byte order mark.",
    ),
    block(
        "duplicate-key",
        "a name twice in one mapping",
        "One reader takes the first, another the last.",
        "Keep one of the two.",
    ),
    block(
        "yaml-invalid",
        "not YAML, or YAML that the strict reader does not take",
        _STRICT,
        "Write plain mappings, lists and text: no anchors, aliases, tags, directives or tabs.",
    ),
    block(
        "json-invalid",
        "not JSON, or JSON that not every reader understands",
        _STRICT,
        "Write JSON as RFC 8259 and RFC 7493 have it; `python3 -m json.tool FILE` finds most slips.",
    ),
    block(
        "field-missing",
        "a required field is missing or empty",
        "Something that everybody relies on would not be said.",
        f"Add the field. {_SCHEMA}",
    ),
    block(
        "field-type",
        "a field holds another kind of value",
        "A list where text belongs would be read differently by different programs.",
        f"Write the kind of value that is expected. {_SCHEMA}",
    ),
    block(
        "field-invalid",
        "a field's value is not one it may have",
        "What is not allowed cannot mean anything to the programs that read it.",
        f"Write one of the values that are expected. {_SCHEMA}",
    ),
    note(
        "field-unknown",
        "a field that nobody reads",
        "It is often a slip of the pen; in a manifest it is kept, in the files of a registry it is refused.",
        "Correct the name or take the field out.",
    ),
    block(
        "file-name",
        "the file's name and its content disagree",
        "A file is found by its name, so it must be about what it is called.",
        "Rename the file, or correct the field.",
    ),
    block(
        "date-invalid",
        "not a day of the calendar",
        "Days decide which keys were valid, so each must be a real one.",
        "Write the day as YYYY-MM-DD.",
    ),
    block(
        "url-invalid",
        "not a web address that may stand there",
        "Pages link to it and programs fetch it.",
        "Write an http or https address without user or password; a base address ends with a slash.",
    ),
    block(
        "name-invalid",
        "not a name of a pack, a publisher or an organisation",
        "Names become folders and addresses on every system, so they are short and plain.",
        "Use 2 to 64 lower-case letters, digits and inner hyphens; a scoped pack is `@org/name`.",
    ),
    block(
        "version-invalid",
        "not a semantic version",
        "Versions are compared, so they follow one rule: Semantic Versioning 2.0.0 without build metadata.",
        "Write three numbers, as in 1.2.3, and perhaps a pre-release, as in 1.2.3-rc.1.",
    ),
    block(
        "range-invalid",
        "not a range of versions",
        "Clients choose versions by it.",
        "Write a range as npm does: ^1.2.0, ~1.2, >=1.0.0 <2.0.0, 1.x || 2.x.",
    ),
    block(
        "origin-invalid",
        "not the name of a registry",
        "The name stands in everything that the registry signs.",
        "Use a host name in lower case, perhaps with a path: packs.example.org or example.org/packs.",
    ),
    block(
        "path-invalid",
        "a path that not every system can hold",
        "A pack is installed on every system, so a path must mean the same file on all of them.",
        "Use ASCII letters, digits, space and ._+@()[],- and no name that Windows reserves.",
    ),
    block(
        "path-too-long",
        "a path that is too long or too deep",
        "Some systems and the tar format cannot hold it.",
        "Shorten the names of files and folders.",
    ),
    block(
        "case-collision",
        "two paths that differ in case only",
        "On a file system that ignores case the one overwrites the other.",
        "Rename one of them.",
    ),
    block(
        "symlink",
        "a symbolic link",
        "A link can point out of the folder, and what it points at is not signed.",
        "Put the file itself in its place.",
    ),
    block(
        "submodule",
        "a git submodule",
        "Its content is in another repository and is not signed.",
        "Put the files themselves in its place.",
    ),
    block(
        "tree-invalid",
        "a folder that git itself would not have written",
        "With an entry twice, or out of order, two programs would read two different things.",
        "Commit the files again with git itself; `git fsck` shows what is wrong.",
    ),
    block(
        "path-unknown",
        "a file or folder that has no place there",
        "What nobody reads, nobody checks; a file in the wrong place would seem to be published.",
        "Move it to its place or take it out; `docs/ARCHITECTURE.md` shows the layout of the source.",
    ),
)
