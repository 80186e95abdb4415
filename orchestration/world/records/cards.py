"""The card a system keeps on a person, as it reads at a given time: which of their names, numbers and addresses, in
which spelling. What columns the card has in an export stands in the vendor's module.
"""

import duckdb
import pandas as pd

from orchestration.world.dice import Dice
from orchestration.world.records.spelling import MACROS
from orchestration.world.records.styles import styles

# A card is written when it is made and once more when its owner's contact points are brought up to date.
VERSIONS = """
create or replace temp table card_versions as
select person, system, entry, 0 as version, created_at as told_at from records
union all
select person, system, entry, 1, changed_at from records where changed_at is not null
"""

# Of several valid at the time: the CRM prefers what belongs to work, everybody else what does not.
POINTS = """
create or replace temp table card_emails as
select v.person, v.system, v.entry, v.version, arg_min(address, 100 * ({late})::int
    + 10 * ((v.system in ('contact', 'lead')) <> is_work)::int + email) as address
from card_versions v join emails using (person) group by all;
create or replace temp table card_phones as
select v.person, v.system, v.entry, v.version, arg_min(e164, 100 * ({late})::int + phone) as e164
from card_versions v join phones using (person) group by all;
create or replace temp table card_homes as
select v.person, v.system, v.entry, v.version, arg_min(address, 100 * ({late})::int + address) as address
from card_versions v join addresses using (person) group by all;
""".format(late="from_at > told_at or coalesce(until_at <= told_at, false)")

# Who orders without an account writes no card and yet writes themselves down.
WRITERS = """
select person, system, entry from records
union
select person, unnest(['shopify', 'tmall']), 0 from people
order by all
"""

CARDS = """
create or replace temp table cards as
select r.*, v.version,
    case v.version when 0 then r.created_at else r.changed_at end as told_at,
    case v.version when 0 then coalesce(r.changed_at, timestamp '9999-01-01') else timestamp '9999-01-01' end
        as outdated_at,
    p.country, p.gender, p.birth_date, p.handle, p.title, p.account, p.language, p.likes_mail, p.arrived_at, p.store,
    s.name_style, s.place,
    p.surname, p.given, p.surname_latin, p.given_latin,
    case p.country when 'China' then chinese_name(p.surname, p.given, p.surname_latin, p.given_latin,
        p.western_name, p.nickname, p.gender = 'female', s.name_style)
        else western_name(p.surname, p.given, p.nickname, p.gender = 'female', s.place, s.name_style) end as full_name,
    last_name(p.surname, p.given, p.surname_latin, p.nickname, p.country = 'China', s.place, s.name_style) as last_name,
    first_name(p.surname, p.given, p.given_latin, p.western_name, p.nickname, p.country = 'China', s.name_style)
        as first_name,
    ph.e164,
    case when r.system in ('lead', 'shopify', 'zendesk') then coalesce(d.phone, written_phone(ph.e164, s.phone_style))
        else written_phone(ph.e164, s.phone_style) end as phone,
    em.address as true_email,
    case when r.system in ('contact', 'lead', 'shopify')
        then coalesce(d.email, case when r.system <> 'shopify' then d.text end, written_email(em.address,
            s.email_style))
        else written_email(em.address, s.email_style) end as email,
    a.province, case when p.country = 'China' and s.address_style = 4 then a.city_latin else a.city end as city,
    a.district, a.postcode, a.unit,
    case p.country when 'China'
        then chinese_address(a.district, a.street, a.unit, a.street_latin, s.address_style)
        else western_address(a.street, a.unit, s.address_style) end as street,
    {codes}[p.country] as country_code
from records r
join card_versions v using (person, system, entry)
join people p using (person)
join styles s using (person, system, entry)
left join card_phones ph using (person, system, entry, version)
left join card_emails em using (person, system, entry, version)
left join card_homes h using (person, system, entry, version)
left join addresses a on a.person = h.person and a.address = h.address
left join dummies d on d.person = r.person
""".format(codes="map {'China': 'CN', 'United Kingdom': 'GB', 'United States': 'US', 'Canada': 'CA'}")


# What some people type where a form insists: the trap's value, on the forms they fill in themselves.
DUMMIES = """
create or replace temp table dummies as
select person, any_value(detail) filter (trap = 'dummy_phone') as phone,
    any_value(detail) filter (trap = 'dummy_email') as email, any_value(detail) filter (trap = 'dummy_text') as text
from typed_dummies group by person
"""


def write_cards(connection: duckdb.DuckDBPyConnection, traps: pd.DataFrame, dice: Dice) -> None:
    """Make the table `cards` [person x system x entry x version] out of the books laid out in `connection`.

    A version holds from told_at until outdated_at. `phone` and `email` are as written, null where the card has none;
    `e164` and `true_email` are what they stand for, for the systems that mask or repeat them. traps: the books' table.
    """
    connection.execute(MACROS)
    connection.register("styles", styles(connection.sql(WRITERS), dice))
    connection.register("typed_dummies", traps[traps["trap"].str.startswith("dummy_")])
    for step in (VERSIONS, POINTS, DUMMIES, CARDS):
        connection.execute(step)
