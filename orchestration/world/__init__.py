"""The synthetic company: a retailer that writes its exports into an inbox, and the truth beside them."""

from orchestration.world.company import WorldSummary, write_world

__all__ = ["WorldSummary", "write_world"]
