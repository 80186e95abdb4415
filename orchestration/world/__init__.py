"""The synthetic company: a retailer that writes its exports into an inbox, and the truth beside them.

Nothing is imported here: `from orchestration.world.company import write_world`.
"""
