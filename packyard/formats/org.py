"""`orgs/ORG.yaml`: an organisation, whose members publish under `@ORG/`.

    format: packyard/org/1
    org: acme
    members:
      alice: owner
      bob: member

`members` maps handles of publishers to `owner`, `admin` or `member`; at least one is an owner.
"""

from __future__ import annotations

from packyard.formats.fields import Fields, shown
from packyard.formats.names import parse_handle
from packyard.formats.strict import load_yaml
from packyard.model import Org

FORMAT = "packyard/org/1"
ROLES = ("owner", "admin", "member")


def parse_org(data: bytes, name: str) -> Org:
    """The organisation in the file of this name. Raises `FormatError`."""
    fields = Fields(load_yaml(data))
    fields.choice("format", [FORMAT])
    if fields.required_text("org", check=parse_handle) != name:
        fields.refuse("file-name", "is not the name of the file", "org", expected=shown(name))
    listed = fields.mapping("members")
    members = {handle: listed.choice(handle, ROLES) for handle in listed.names()}
    for handle in members:
        listed.check(parse_handle, handle, handle)
    if "owner" not in members.values():
        fields.refuse("org-owner", "at least one member must be an owner", "members")
    fields.finish()
    return Org(name, members)


def format_org(org: Org) -> bytes:
    """The file of an organisation; `parse_org` gives the same organisation."""
    lines = [f"format: {FORMAT}", f"org: {org.org}", "members:"]
    lines += [f"  {handle}: {role}" for handle, role in org.members.items()]
    return ("\n".join(lines) + "\n").encode()
