"""Find a customer by whatever is known: a name in characters or pinyin, a phone, an e-mail, a member or order number.

Belongs here: what is typed -> customer keys, best first. What is typed is bound as a value, kept out of the address and
out of every log.
"""

import re

import pandas as pd

from dashboards import access
from dashboards.shop_window import columns_of_people, show, show_people

LISTED = 25
SHORTEST = 2  # letters of a name: fewer would list half of the company

_EXACT = """
    select customer_id, 1 as place
    from people.marts.customer_search
    where kind in ('email', 'phone', 'number', 'name', 'pinyin') and value in ($text, $digits, $joined)

    union all

    select customer_id, 1 as place from people.marts.dim_customers where customer_id = $text
"""
_ORDERS = """
    select customer_id, 1 as place from marts.fct_orders where order_id in (select unnest($orders))
"""
_ALIKE = """
    select customer_id, case when starts_with(value, $text) or starts_with(value, $joined) then 2 else 3 end as place
    from people.marts.customer_search
    where
        (kind = 'name' and contains(value, $text))
        or (kind = 'pinyin' and starts_with(value, $joined))
        or (kind = 'initials' and value = $joined)
        or (kind = 'phone' and length($digits) >= 6 and ends_with(value, $digits))
        or (kind = 'email' and starts_with(value, $text))
"""
_FOUND = """
with

hits as (

    {hits}

),

best as (

    select customer_id, min(place) as place from hits where customer_id is not null group by customer_id

)

select people_found.customer_id, full_name, company_name, city, entity_type, record_count, last_seen_date
from best
inner join people.marts.dim_customers as people_found on best.customer_id = people_found.customer_id
where {limit}
order by best.place, last_seen_date desc nulls last, people_found.customer_id
limit $listed
"""


def find(typed: str) -> pd.DataFrame:
    """The customers that fit what was typed, at most LISTED, the best first; columns of dim_customers.

    Raises access.NotAllowedError for a role that may not see people.
    """
    text = " ".join(typed.lower().split())
    digits = re.sub(r"^(?:00)?86(1\d{10})$", r"\1", re.sub(r"\D", "", text))
    asked: dict[str, object] = {
        "text": text,
        "joined": text.replace(" ", ""),
        "digits": digits or text,
        "orders": [f"{system}|{number}" for system in _systems() for number in {typed.strip(), text}] + [typed.strip()],
    }
    # Whoever is known by exactly that number or mailbox is meant; only a name may be part of a longer one.
    is_name = not re.search(r"[\d@]", text)
    for hits in (f"{_EXACT} union all {_ALIKE}",) if is_name else (_EXACT, _ORDERS, _ALIKE):
        found = _found(hits, {name: value for name, value in asked.items() if f"${name}" in hits})
        if len(found):
            return found
    return found


def _found(hits: str, asked: dict[str, object]) -> pd.DataFrame:
    limit, limited = access.row_limit(columns_of_people("dim_customers"))
    return show_people(_FOUND.format(hits=hits, limit=limit), {**asked, "listed": LISTED, **limited})


def is_long_enough(typed: str) -> bool:
    """Whether there is enough to look for: one Chinese character says as much as two letters."""
    bare = "".join(typed.split())
    return len(bare) >= SHORTEST or bool(re.search(r"[\u4e00-\u9fff]", bare))


def _systems() -> list[str]:
    return list(show("select distinct source_system from ops.feeds order by 1")["source_system"])
