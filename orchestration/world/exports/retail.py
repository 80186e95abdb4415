"""The till: invoice lines with the header of the UCI Online Retail II file. Returns are invoices that begin with C."""

import numpy as np
import pandas as pd

from orchestration.world import names
from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Delivery, Export, cut, records
from orchestration.world.lives import Lives
from orchestration.world.people import person_ids
from orchestration.world.seasons import Calendar

FIRST_INVOICE = 100_001
SALE_PRICE = 0.9


def export(people: pd.DataFrame, lives: Lives, calendar: Calendar, dice: Dice) -> Export:
    lines = order_lines(people, lives, calendar, dice)
    found = cut(lines, lines["InvoiceDate"], calendar.end)
    named = lives.orders[~lives.orders["is_guest"]].drop_duplicates("shop_id")
    behind = records("retail", "customer", named["shop_id"], person_ids(named["person"]))
    return Export([Delivery("retail", day, f"order_lines_{day.isoformat()}.csv", part) for day, part in found], behind)


def order_lines(people: pd.DataFrame, lives: Lives, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """Every line of every invoice in the order the till wrote them, with the columns of the export."""
    orders = lives.orders.assign(is_sale=calendar.season_of(lives.orders["at"]) != "")
    goods = _baskets(people, orders, dice)
    sold = pd.concat([goods, _postage(people, orders)], ignore_index=True)
    lines = pd.concat([sold.assign(is_return=False), _returns(goods, orders, calendar, dice)], ignore_index=True)
    lines = lines.sort_values(["at", "person", "number", "is_return", "line"], ignore_index=True)
    invoice = FIRST_INVOICE + pd.factorize(pd.MultiIndex.from_frame(lines[["person", "number", "is_return"]]))[0]
    return pd.DataFrame(
        {
            "Invoice": np.where(lines["is_return"], "C", "") + pd.Series(invoice).astype(str),
            "StockCode": lines["stock_code"],
            "Description": lines["description"],
            "Quantity": lines["quantity"],
            "InvoiceDate": calendar.timestamps(lines["at"]),
            "Price": lines["price"].map("{:.2f}".format),
            "Customer ID": lines["shop_id"].where(~lines["is_guest"]).astype("Int64"),
            "Country": lines["person"].map(people["country"]),
        }
    )


def _baskets(people: pd.DataFrame, orders: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """One to eight different goods an order, most from the favourite category, dearer where the taste is."""
    buyer = people.loc[orders["person"]].set_index(orders.index)
    count = 1 + np.minimum(7, dice.exponential("lines", orders["person"], orders["number"]) * 1.8).astype(int)
    lines = orders.join(buyer[["level", "category", "is_business"]]).loc[orders.index.repeat(count)]
    lines["line"] = lines.groupby(["person", "number"]).cumcount()
    key = lines["person"], lines["number"], lines["line"]
    elsewhere = dice.whole("category", 0, len(names.PRODUCTS) - 1, *key)
    category = np.where(dice.happens("stays with the favourite", 0.6, *key), lines["category"], elsewhere)
    shelf = _shelf()
    place = (4 * dice.uniform("good", *key) ** (1 / lines["level"].to_numpy())).astype(int)
    lines[shelf.columns] = shelf.loc[4 * category + place].to_numpy()
    lines["price"] = lines["price"].astype(float)
    lines["price"] = (lines["price"] * np.where(lines["is_sale"], SALE_PRICE, 1)).round(2)
    lines["quantity"] = dice.whole("quantity", 1, 4, *key) * np.where(lines["is_business"], 6, 1)
    # Two equal lines of one invoice would look like a duplicate of the export.
    return lines.drop_duplicates(["person", "number", "stock_code"])


def _postage(people: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    abroad = orders[orders["person"].map(people["country"]) != "China"]
    return abroad.assign(line=99, stock_code="POST", description="POSTAGE", price=3.95, quantity=1)


def _returns(goods: pd.DataFrame, orders: pd.DataFrame, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """The first line of an order comes back, two days to two weeks later."""
    chance = np.where(orders["is_bad"], 0.45, 0.03)
    returned = orders[dice.happens("sends back", chance, orders["person"], orders["number"])].index
    back = goods[(goods["line"] == 0) & goods.index.isin(returned)].assign(is_return=True)
    back["at"] += 2 + 12 * dice.uniform("sends back after", back["person"], back["number"])
    back["quantity"] = -back["quantity"]
    return back[back["at"] < calendar.days]


def _shelf() -> pd.DataFrame:
    """Four goods a category from cheap to dear, category after category."""
    rows = [
        (f"{begins}{100 + 7 * place}", description, price)
        for begins, goods in names.PRODUCTS.items()
        for place, (description, price) in enumerate(goods.items())
    ]
    return pd.DataFrame(rows, columns=["stock_code", "description", "price"])
