"""One block of people lives: the parts of the company's life in the order in which they depend on each other."""

import numpy as np
import pandas as pd

from orchestration.world import (
    browsing,
    cards,
    contact_points,
    deal_tables,
    deals,
    leads,
    marketing,
    membership,
    names,
    organisation,
    prices,
    rhythm,
    service,
    traps,
)
from orchestration.world.books import BLOCK, Books, World, table
from orchestration.world.checkout import check_out
from orchestration.world.codes import ORIGINS
from orchestration.world.marketing import Answers
from orchestration.world.people import Ints, Persons, Texts, meet
from orchestration.world.prices import Basket, Orders
from orchestration.world.rhythm import Rhythm
from orchestration.world.screen_names import handles
from orchestration.world.seasons import Calendar

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])  # GB 11643
NOBODYS_AREA = "99"  # no Chinese province has it


def live_block(number: int, world: World) -> Books:
    """The books of people number * BLOCK and after, up to the world's last."""
    calendar, dice = world.calendar, world.dice
    persons = meet(number, calendar, dice)
    points = contact_points.find(persons, calendar, dice)
    own = rhythm.buy(persons, calendar, dice)
    answers = marketing.run_campaigns(persons, own, calendar, dice)
    came = leads.arrive(persons, organisation.industries(persons, dice), calendar, dice)
    sold = deals.sell(persons, came, calendar, dice)
    orders, basket = _together(persons, own, answers, deal_tables.deliver(persons, sold, calendar, dice), world)
    shop = check_out(persons, orders, basket, calendar, dice)
    accounts = organisation.accounts(persons, deals.accounts_since(persons, came, dice), calendar, dice)
    shop.orders["placed_by"] = _placed_by(shop.orders, accounts)
    lead_table, fit_table = leads.lead_tables(persons, came, _opportunity_of(persons, came, sold), calendar)
    desk = service.serve(persons, shop.orders, orders.leaves, calendar, dice)
    club = membership.keep(persons, shop.orders, shop.refunds, calendar, dice)
    web = browsing.browse(persons, (shop.orders, shop.lines), answers.members, calendar, dice)
    books: dict[str, pd.DataFrame] = {
        "people": _people(persons, accounts, calendar, world),
        **{name: _by_person(table(name, getattr(points, name))) for name in ("phones", "emails", "addresses")},
        **{"accounts": accounts, "stores": organisation.stores(number, dice)},
        **{"staff": organisation.staff(number, calendar, dice), **vars(club), **vars(shop), **vars(web)},
        **{"campaign_members": answers.members, "campaign_costs": marketing.spend(number, calendar, dice)},
        **{"leads": lead_table, "lead_fit": fit_table, **vars(deal_tables.deal_tables(persons, sold, calendar, dice))},
        **{"tasks": deal_tables.work(persons, came, sold, calendar, dice), **vars(desk)},
        **{"goals": organisation.goals(number, calendar, dice), "truth": _truth(persons, own)},
    }
    books["memberships"] = cards.join_fewer(books["memberships"], lead_table)
    books["records"] = cards.write_cards(persons, books, calendar, dice)
    books["traps"] = traps.label(persons, points, books["people"]["handle"].to_numpy(dtype=object), books)
    return Books(block=number, **(books if world.people >= (number + 1) * BLOCK else _cut(books, world.people)))


def _together(
    persons: Persons, own: Rhythm, answers: Answers, delivered: tuple[Orders, Basket], world: World
) -> tuple[Orders, Basket]:
    """Base, extra and contract orders with their baskets, by person and number."""
    contracts, goods = delivered
    base, extra = len(own.at), len(answers.at)
    none, zero = np.full(base + extra, -1), np.zeros(base + extra)
    private = Orders(
        place=np.concatenate([own.place, answers.place]),
        number=np.concatenate([own.number, answers.number]),
        at=np.concatenate([own.at, answers.at]),
        origin=np.repeat([ORIGINS.index("base"), ORIGINS.index("campaign")], [base, extra]),
        campaign=np.concatenate([answers.campaign_of, answers.campaign]),
        leaves=np.concatenate([own.leaves, np.zeros(extra, dtype=bool)]),
        account=none,
        contract=none,
        negotiated=zero,
        term=zero,
    )
    basket = prices.fill(persons, private, world.dice)
    joined = [
        np.concatenate([getattr(private, name), getattr(contracts, name)]) for name in Orders.__dataclass_fields__
    ]
    order = np.lexsort((joined[1], joined[0]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    row = rank[np.concatenate([basket.row, goods.row + base + extra])]
    product, quantity = (
        np.concatenate([basket.product, goods.product]),
        np.concatenate([basket.quantity, goods.quantity]),
    )
    lines = np.argsort(row, kind="stable")
    return Orders(*(column[order] for column in joined)), Basket(row[lines], product[lines], quantity[lines])


def _by_person(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns[:2]), ignore_index=True)


def _placed_by(orders: pd.DataFrame, accounts: pd.DataFrame) -> Ints:
    person, account = orders["person"].to_numpy(), orders["account"].to_numpy()
    helper = pd.Series(accounts["assistant"].to_numpy(), index=accounts["account"].to_numpy())
    assistant = helper.reindex(account, fill_value=-1).to_numpy()
    return np.where(assistant >= 0, assistant, person)


def _opportunity_of(persons: Persons, came: leads.Leads, sold: deals.Deals) -> Ints:
    """By lead, the opportunity it became; -1 = none."""
    from_lead = np.flatnonzero(sold.lead >= 0)
    keys = persons.number[sold.contact[from_lead]] * 10 + sold.lead[from_lead]
    found = pd.Series(sold.number[from_lead], index=keys)
    return found.reindex(persons.number[came.place] * 10 + came.number, fill_value=-1).to_numpy()


def _people(persons: Persons, accounts: pd.DataFrame, calendar: Calendar, world: World) -> pd.DataFrame:
    n, dice = persons.number, world.dice
    assistants = np.isin(n, accounts["assistant"].to_numpy())
    title = names.TITLES[dice.whole("title", 0, 5, n)]
    title = np.where(assistants, "Executive Assistant", np.where(persons.account >= 0, title, ""))
    handle = handles(persons, dice)
    same = ("country", "gender", "surname", "given", "surname_latin", "given_latin", "western_name", "nickname")
    also = ("household", "role", "account", "is_buyer", "channel", "is_guest", "logs_in", "store")
    return table(
        "people",
        {
            **{"person": n, "birth_date": persons.birth, **{name: getattr(persons, name) for name in (*same, *also)}},
            **{"handle": handle, "nick": np.where(traps.shares_nickname(persons), np.roll(handle, 3), handle)},
            **{"national_id": _national_ids(persons), "title": title, "market_share": persons.on_market},
            "arrived_at": calendar.moment(persons.arrival),
            **{"likes_mail": dice.happens("likes mail", 0.6, n), "language": (persons.country > 0).astype(int)},
        },
    )


def _national_ids(persons: Persons) -> Texts:
    """GB 11643: area, birth date, serial number (odd for men), checksum by ISO 7064 MOD 11-2. '' outside China."""
    dates = persons.birth.astype("datetime64[D]").astype(str)
    found = np.full(BLOCK, "", dtype=object)
    for place in np.flatnonzero(persons.country == 0):
        area = f"{NOBODYS_AREA}{persons.number[place] // 500 % 10_000:04d}"
        serial = persons.number[place] % 500 * 2 + persons.gender[place] % 2
        digits = f"{area}{dates[place].replace('-', '')}{serial:03d}"
        found[place] = digits + "10X98765432"[int(np.dot(WEIGHTS, [int(digit) for digit in digits])) % 11]
    return found


def _truth(persons: Persons, own: Rhythm) -> pd.DataFrame:
    count = np.bincount(own.place, minlength=BLOCK)
    first, last = (np.full(BLOCK, np.nan) for _ in range(2))
    starts = np.flatnonzero(own.number == 0)
    first[own.place[starts]] = own.time[starts]
    np.fmax.at(last, own.place, own.time)
    value = np.where(persons.is_buyer, prices.expected_order_value(persons), 0.0)
    bad = prices.BAD_IF_STAYS * (1 - persons.dropout) + prices.BAD_IF_LEAVES * persons.dropout
    return table(
        "truth",
        {
            **{"person": persons.number, "rate": persons.rate, "dropout": persons.dropout, "first_at": first},
            **{"last_at": last, "base_orders": count, "left_at": own.left_at, "price_level": persons.level},
            **{"order_value": value, "bad_share": np.where(persons.is_buyer, np.round(bad, 9), 0.0)},
        },
    )


def _cut(books: dict[str, pd.DataFrame], people: int) -> dict[str, pd.DataFrame]:
    """Without those who do not exist: the last block is lived whole, and what belongs to the others left out."""
    owner = {name: "person" for name, frame in books.items() if "person" in frame}
    owner |= {"accounts": "account", "opportunities": "contact", "contracts": "contact"}
    kept = books | {name: books[name][books[name][column] < people] for name, column in owner.items()}
    deals_kept = set(kept["opportunities"]["opportunity"])
    for name in ("stage_events", "quotes", "quote_lines"):
        kept[name] = kept[name][kept[name]["opportunity"].isin(deals_kept)]
    return {name: frame.reset_index(drop=True) for name, frame in kept.items()}
