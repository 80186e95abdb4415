"""Which spelling a card gets: drawn per person, system and card, so the same card looks the same in every delivery.

What a style looks like stands in spelling.py.
"""

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.world.codes import SYSTEMS
from orchestration.world.dice import Dice

# Weights of style 0, 1, ... A clerk mistypes, a web form is filled in by its owner, a chat shows what friends say.
#          tidy, other writing, typo, other script, other order, familiar, formal, western
NAMES = {
    "contact": (62, 7, 7, 8, 5, 2, 6, 3),
    "lead": (58, 4, 6, 9, 4, 7, 5, 7),
    "shopify": (70, 4, 3, 9, 5, 4, 0, 5),
    "tmall": (90, 4, 3, 3, 0, 0, 0, 0),
    "youzan": (66, 4, 5, 3, 1, 12, 7, 2),
    "zendesk": (48, 4, 4, 12, 4, 16, 2, 10),
    "segment": (80, 2, 2, 8, 2, 4, 0, 2),
}
#          +86..., national, spaced, 0086..., dashes, full-width, 86 without plus, missing
PHONES = {
    "contact": (20, 28, 18, 8, 14, 4, 4, 4),
    "lead": (16, 36, 12, 6, 10, 6, 4, 10),
    "shopify": (60, 20, 8, 4, 0, 0, 0, 8),
    "tmall": (0, 100, 0, 0, 0, 0, 0, 0),
    "youzan": (0, 96, 0, 0, 2, 2, 0, 0),
    "zendesk": (20, 14, 6, 3, 5, 1, 1, 50),
    "segment": (0, 0, 0, 0, 0, 0, 0, 100),
}
#          tidy, capitals, spaces around, missing
EMAILS = {
    "contact": (82, 9, 2, 7),
    "lead": (84, 6, 2, 8),
    "shopify": (90, 7, 0, 3),
    "zendesk": (93, 6, 0, 1),
    "segment": (97, 3, 0, 0),
}
#          tidy, short, spaced, full-width or capitals, letters or lower case
TIDY = (1,)  # who has no mailbox field
ADDRESSES = (60, 14, 10, 8, 8)


def styles(cards: duckdb.DuckDBPyRelation, dice: Dice) -> pa.Table:
    """Columns person, system, entry of `cards` and, for each, name_style, phone_style, email_style, address_style and
    `place` (0..99, where in a word a slip happens)."""
    keys = cards.fetchnumpy()
    person, entry = keys["person"], keys["entry"]
    system = np.asarray(keys["system"])
    drawn = {name: np.zeros(len(person), dtype=np.int8) for name in ("name", "phone", "email", "address")}
    for one in SYSTEMS:
        here = np.flatnonzero(system == one)
        key = person[here], entry[here]
        weights = {"name": NAMES[one], "phone": PHONES[one], "email": EMAILS.get(one, TIDY), "address": ADDRESSES}
        for part, chances in weights.items():
            drawn[part][here] = dice.pick(f"how the {one} card writes the {part}", chances, *key)
    place = dice.whole("where the card has its slip", 0, 99, person, entry)
    return pa.table(
        {"person": person, "system": system, "entry": entry, "place": place}
        | {f"{part}_style": values for part, values in drawn.items()}
    )
