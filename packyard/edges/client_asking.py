"""Asking registries for packs by names that people wrote, which may be misspelt."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from packyard.client.consult import Answer
from packyard.client.offers import Key
from packyard.edges.client_catalogue import read_index
from packyard.edges.client_searching import Asked, search_registry
from packyard.edges.registries import Registries
from packyard.edges.resolution import Resolver
from packyard.edges.session import Session
from packyard.errors import FormatError, NotFound, PackyardError, UsageError
from packyard.formats.fields import did_you_mean
from packyard.search.query import parse_query

T = TypeVar("T")

#: A row's name, which is escaped wherever else it may stand in the catalogue.
_NAME = re.compile(r'"name":"([^"\\]+)"')


def ask_for(registries: Registries, registry: str, name: str, *, offline: bool = False) -> Answer:
    """What a registry says of a pack. Raises `NotFound`, with what may have been meant."""
    session = registries.session(registry, offline=offline)
    answer = session.ask((name,))
    if name in answer.absent:
        message = f"there is no pack {name} in the registry {registry}"
        raise NotFound("pack-unknown", message, path=session.places.name, found=name, help=_guess(session, name))
    return answer


def resolving(registries: Registries, resolver: Resolver, step: Callable[[], T]) -> T:
    """What a step of a resolution gives; when it finds no pack of a name, with what may have been meant."""
    try:
        return step()
    except NotFound as error:
        if error.problem.code == "pack-unknown":
            hints = [error.problem.help, *_guesses(registries, resolver.absent())]
            error.problem = error.problem._replace(help="; ".join(filter(None, reversed(hints))))
        raise


def told(step: Callable[[], T]) -> T:
    """What a step gives; what it refuses as a wrong call."""
    try:
        return step()
    except FormatError as error:
        fields = error.at("")._asdict()
        raise UsageError(fields.pop("code"), fields.pop("message"), **fields) from None


def _guesses(registries: Registries, absent: Sequence[Key]) -> list[str]:
    return [_guess(registries.session(registry), name) for registry, name in absent]


def _guess(session: Session, name: str) -> str:
    """The name in the registry that this one is nearest to, as a hint; "" when there is none, or nobody knows."""
    with suppress(PackyardError, FormatError):
        stated = session.ask().head.snapshot
        found = search_registry(session, stated, Asked(parse_query(name)))
        if found is not None:
            return did_you_mean(name, [hit.pack.name for hit in found.hits])
        return did_you_mean(name, _NAME.findall(read_index(session, stated).decode("utf-8", "replace")))
    return ""
