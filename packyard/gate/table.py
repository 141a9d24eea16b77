"""Every check of the gate, in the order in which they run."""

from __future__ import annotations

from packyard.gate import (
    dependencies,
    documents,
    features,
    growth,
    hidden,
    identity,
    manifests,
    newcomers,
    numbers,
    pins,
    rate,
    scope,
    secrets,
    settings,
    statements,
)
from packyard.gate.proposal import CaseCheck
from packyard.gate.values import ContentCheck

#: Checks of the change set as a whole.
CASE_CHECKS: tuple[CaseCheck, ...] = (
    *scope.CHECKS,
    *identity.CHECKS,
    *newcomers.CHECKS,
    *numbers.CHECKS,
    *dependencies.CHECKS,
    *statements.CHECKS,
    *documents.CHECKS,
    *rate.CHECKS,
    *settings.CHECKS,
)

#: Checks of each new version by its files.
CONTENT_CHECKS: tuple[ContentCheck, ...] = (
    *manifests.CHECKS,
    *features.CHECKS,
    *secrets.CHECKS,
    *hidden.CHECKS,
    *pins.CHECKS,
    *growth.CHECKS,
)
