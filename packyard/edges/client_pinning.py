"""Which registry it is: the root key that a project pins, and that a lock was made with the same registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial

from packyard.client.lock import Lock, LockedRegistry
from packyard.client.project import KnownRegistry
from packyard.client.state import State, format_state
from packyard.client.trusts import verify_root
from packyard.edges.client_sealed import reading
from packyard.edges.registries import Registries
from packyard.edges.session import Session
from packyard.errors import BadKey, BadSignature, NotFound, WorldError
from packyard.formats import minisign, trustfile
from packyard.registry import Trust


def locked_registries(
    registries: Registries, names: Iterable[str], before: Lock | None, *, offline: bool = False
) -> Mapping[str, LockedRegistry]:
    """What a lock says of the registries of these names. Raises `BadKey` for one that is not what it was in the lock
    `before`.
    """
    found = {}
    for name in sorted(set(names)):
        state = remembered(registries.session(name, offline=offline))
        locked = before.registries.get(name) if before else None
        if locked is not None:
            _check(name, locked, state)
        registry = registries.get(name)
        root = locked.root if locked else minisign.parse_public_key(registry.key or _roots(state)[0]).key_id
        found[name] = LockedRegistry(state.origin, registry.place, root)
    return found


def remembered(session: Session) -> State:
    """What is known of a registry that has been asked. Raises `WorldError` when nothing is."""
    state = session.remembered().state
    if state is None:
        message, hint = "nothing is known of this registry on this machine", "do it once without --offline"
        raise WorldError("not-at-hand", message, path=session.places.name, help=hint)
    return state


def pin(session: Session, registry: KnownRegistry) -> KnownRegistry:
    """The registry with a root key that its first trust file names and is signed by, unless one is pinned already; that
    it has signed is remembered.
    """
    if registry.key:
        return registry
    state = remembered(session)
    all_signed = trustfile.parse_trust(state.trusts[0]).threshold == len(_roots(state))
    for key in _roots(state):
        with suppress(NotFound, BadSignature, BadKey):
            if not all_signed:
                reading(session, partial(verify_root, text=state.trusts[0], key=key))
            _remember(session, key)
            return registry._replace(key=key)
    message = "no root key has signed the first trust file any more"
    raise BadKey("trust-pinned", message, path=session.places.name, expected=" or ".join(_roots(state)))


def _remember(session: Session, key: str) -> None:
    with session.memory.lock() as locked:
        locked.save(format_state(remembered(session)._replace(root=key)))


def _check(name: str, locked: LockedRegistry, state: State) -> None:
    """Returns when the registry is the one that packs were locked from."""
    if state.origin != locked.origin:
        message = f"the registry {name} is not the one that the lock was made with"
        raise BadKey("locked-registry", message, expected=locked.origin, found=state.origin)
    known = [minisign.parse_public_key(key).key_id for trust in _trusts(state) for key in trust.root_keys]
    if locked.root not in known:
        message = f"the registry {name} never had the root key that the lock was made with"
        raise BadKey("locked-registry", message, expected=locked.root, found=", ".join(dict.fromkeys(known)))


def _trusts(state: State) -> list[Trust]:
    return [trustfile.parse_trust(text) for text in state.trusts]


def _roots(state: State) -> tuple[str, ...]:
    return trustfile.parse_trust(state.trusts[0]).root_keys
