"""How a company is written down: by the clerk who opened its account, by bookkeeping, and by its people when they
fill in a form.
"""

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.world.dice import Dice

#          full, short, other form, English, bare, capitals, traditional
WEIGHTS = (52, 14, 6, 10, 10, 4, 4)
NAMES = """
create or replace temp table account_names as
select a.account,
    case a.country when 'China' then chinese_company(replace(a.city, '市', ''), a.name, a.business, a.name_latin,
        a.business_latin, s.account_style) else western_company(a.name_latin, a.business_latin, s.account_style) end
        as account_name,
    case a.country when 'China' then chinese_company(replace(a.city, '市', ''), a.name, a.business, a.name_latin,
        a.business_latin, s.lead_style) else western_company(a.name_latin, a.business_latin, s.lead_style) end
        as lead_name,
    case a.country when 'China' then chinese_company(replace(a.city, '市', ''), a.name, a.business, a.name_latin,
        a.business_latin, s.erp_style) else western_company(a.name_latin, a.business_latin, s.erp_style) end as erp_name
from accounts a join company_styles s using (account)
"""


def name_companies(connection: duckdb.DuckDBPyConnection, dice: Dice) -> None:
    """Make the table account_names (account, account_name, lead_name, erp_name)."""
    number = np.asarray(connection.sql("select account from accounts").fetchnumpy()["account"], dtype=np.int64)
    drawn = {
        f"{where}_style": dice.pick(f"how a {where} names the company", WEIGHTS, number)
        for where in ("account", "lead", "erp")
    }
    connection.register("company_styles", pa.table({"account": number} | drawn))
    connection.execute(NAMES)
