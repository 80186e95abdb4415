"""The street: pages on the published snapshot. Imports nothing of the other rooms."""
