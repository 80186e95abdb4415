"""Orders, lines, refunds and buyers built order by order are what their whole text makes of everything.

The shops of the synthetic company deliver by the real door, in an order they should not deliver in; a delivery is taken
back and another comes in its place, one is read again with rows set aside, buyers become somebody else's.
"""

import random
from datetime import date
from pathlib import Path

import pytest

from orchestration.settings import CHECKOUT
from tests.dbt_project.house import Company

# Who is who is told by the test.
MODELS = (
    *("staging.shopify", "staging.tmall", "stg_erp__contract_orders", "stg_erp__contracts", "stg_retail__order_lines"),
    *("stg_segment__events", "stg_salesforce__opportunities", "int_shopify_buyers", "int_order_buyers"),
    *("dummy_identifiers", "retail_line_types", "currency_rates", "product_categories", "customer_records"),
    *("int_retail_order_lines_keyed", "int_shopify_order_lines_keyed", "int_tmall_order_lines_keyed"),
    *("int_erp_order_lines_keyed", "int_retail_orders_grouped", "int_shopify_orders_keyed", "int_tmall_orders_keyed"),
    *("int_erp_orders_grouped", "int_order_lines_unioned", "int_orders_unioned", "int_refunds_unioned"),
    *("int_seen_categories_counted", "int_products_named", "dim_products"),
    *("fct_orders", "fct_order_lines", "fct_refunds"),
)
BUILT = (
    *("staging.stg_shopify__orders", "staging.stg_shopify__order_lines"),
    *("staging.stg_tmall__orders", "staging.stg_tmall__order_items"),
    *("intermediate.int_shopify_buyers", "intermediate.int_order_buyers", "intermediate.int_orders_unioned"),
    *("marts.fct_orders", "marts.fct_order_lines", "marts.fct_refunds"),
)
LAST_DAY = date(2026, 3, 1)
SYSTEMS = ("shopify", "tmall", "erp", "salesforce")


class Shops(Company):
    """A warehouse of nothing but what shops and the CRM's deals say."""

    def found(self) -> None:
        super().found()
        self.change("""
            create table intermediate.int_person_records (record_key varchar, source_system varchar,
                source_record_type varchar, source_record_id varchar, entity_type varchar)
        """)

    def meet_everybody(self) -> None:
        """Give every buyer of the last build who is nobody yet to a customer."""
        self.change("""
            insert into intermediate.int_person_records
            select distinct record_key, split_part(record_key, '|', 1), split_part(record_key, '|', 2),
                split_part(record_key, '|', 3), 'person'
            from intermediate.int_order_buyers
            where record_key not in (select record_key from intermediate.int_person_records);
            delete from built.states where relation = 'intermediate.int_person_records'
        """)
        self.meet("select record_key from intermediate.int_person_records")

    def take_its_place(self, folder: Path, day: date) -> None:
        """Another file of the same name and day: the shop's orders without every third line, called off."""
        name = f"shopify/{day}/orders_export.csv"
        lines = (CHECKOUT / "data/sample" / name).read_text(encoding="utf-8-sig").splitlines()
        corrected = folder / name
        corrected.parent.mkdir(parents=True)
        kept = [line for number, line in enumerate(lines) if number % 3 != 2]
        corrected.write_text("\n".join(kept).replace(",paid,", ",voided,") + "\n", encoding="utf-8")
        self.deliver(folder, day)


@pytest.fixture
def shops(warehouse: Path) -> Shops:
    shops = Shops(warehouse, MODELS, systems=SYSTEMS)
    shops.found()
    return shops


READ_AGAIN = """
    delete from raw_tmall.orders where _delivery_date = date '2026-02-22' and _row_number % 3 = 0;
    delete from raw_shopify.orders where _delivery_date = date '2026-02-22' and _row_number < 9;
    update ops.row_conservation set run_id = 'a later run' where delivery_date = date '2026-02-22'
"""


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 6))])
def test_orders_built_in_part_are_the_orders_built_whole(shops: Shops, tmp_path: Path, seed: int):
    sample = CHECKOUT / "data/sample"
    first, *others = sorted(date.fromisoformat(folder.name) for folder in (sample / "shopify").iterdir())
    order = random.Random(seed).sample(others, len(others))
    shops.deliver(sample, first, order[0])
    shops.build(LAST_DAY)
    shops.meet_everybody()
    steps = [
        lambda: shops.deliver(sample, *order[1:4]),
        lambda: [shops.take_its_place(tmp_path / "corrected", order[0]), shops.merge(2)],
        lambda: [shops.change(READ_AGAIN), shops.deliver(sample, *order[4:])],
    ]
    drawn = random.Random(seed).sample(steps, len(steps))
    at_once = [drawn] if seed == 1 else [[step] for step in drawn]
    for number, news in enumerate(at_once):
        for step in news:
            step()
        assert {"intermediate.int_orders_unioned", "marts.fct_order_lines"} <= shops.build(LAST_DAY)
        assert shops.changes("intermediate.int_orders_unioned") is not None
        for relation in BUILT:
            assert shops.rows(relation) == shops.whole(relation.partition(".")[2]), (number, relation)
        shops.meet_everybody()
