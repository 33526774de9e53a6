"""The Page-Hinkley test for drift (Page 1954), river's own, without the rest of river."""

from __future__ import annotations

from typing import TYPE_CHECKING

from columns.parts import parts

if TYPE_CHECKING:
    from river.drift import PageHinkley
else:
    PageHinkley = parts("river.drift", "page_hinkley")[0].PageHinkley

__all__ = ["PageHinkley"]
