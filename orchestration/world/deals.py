"""What comes of companies: opportunities and their way through the stages, quotes, contracts, and the orders under
them. Moments stand as they come to pass, even after the last day; deal_tables() cuts them."""

from dataclasses import dataclass

import numpy as np

from orchestration.world import catalog
from orchestration.world.books import REPS, STAFF
from orchestration.world.dice import Dice
from orchestration.world.leads import Leads
from orchestration.world.people import Flags, Floats, Ints, Persons
from orchestration.world.seasons import Calendar, whole_seconds

WON, LOST, PROPOSAL = 4, 5, 2  # codes.STAGES
LOSES = np.array([0.08, 0.14, 0.16, 0.14])  # a stage
BACK, SKIP = 0.07, 0.12
MORE_DEALS, MOST_STEPS = 4, 14
DAYS_A_STAGE = 11.0
TERMS = np.array([1, 3, 6, 12])  # deliveries, one a month


@dataclass(frozen=True)
class Deals:
    """By opportunity: account, contact (place), rep, lead (-1), campaign, created, closed (all close one day), is_won.
    The path [opportunity, step]: stages (-1 = no step) and their moments. Quotes: proposed (moment of the first, NaN =
    never), versions, first discount, and [opportunity, line] product (-1 = none) and quantity; deliveries under the
    contract."""

    number: Ints
    account: Ints
    contact: Ints
    rep: Ints
    lead: Ints
    campaign: Ints
    created: Floats
    stages: Ints
    moments: Floats
    closed: Floats
    is_won: Flags
    proposed: Floats
    versions: Ints
    discount: Floats
    product: Ints
    quantity: Ints
    deliveries: Ints
    is_renewal: Flags
    currency: Ints

    @property
    def list_amount(self) -> Ints:
        prices = catalog.PRICES[np.maximum(self.product, 0), self.currency[:, None]]
        return np.where(self.product >= 0, prices * self.quantity, 0).sum(axis=1)

    def discount_of(self, version: Ints) -> Floats:
        """Share off the list in a version of the quote: every one gives a little more."""
        return np.minimum(self.discount + 0.05 * version, 0.35).astype(np.float64).round(4)

    def amount_of(self, version: Ints) -> Ints:
        return np.floor(self.list_amount * (1 - self.discount_of(version)) + 0.5).astype(np.int64)


def sell(persons: Persons, leads: Leads, calendar: Calendar, dice: Dice) -> Deals:
    place, created, rep, lead, campaign, is_renewal, number, account = _begin(persons, leads, calendar, dice)
    stages, moments, closed, won = _walk(number, created, dice)
    offers = (stages >= PROPOSAL) & (stages <= WON)
    proposed = np.where(offers.any(axis=1), np.where(offers, moments, np.inf).min(axis=1), np.nan)
    deliveries = TERMS[dice.pick("deliveries", [4, 3, 2, 2], number)]
    line = np.arange(4)[None, :]
    has_line = line < dice.whole("lines of a quote", 1, 4, number)[:, None]
    product = dice.whole("product of a quote", 0, len(catalog.PRODUCTS) - 1, number[:, None], line)
    quantity = deliveries[:, None] * dice.whole("pieces of a quote", 5, 60, number[:, None], line)
    return Deals(
        number=number,
        account=account,
        contact=place,
        rep=rep,
        lead=lead,
        campaign=campaign,
        created=created,
        stages=stages,
        moments=moments,
        closed=closed,
        is_won=won,
        proposed=proposed,
        versions=1 + dice.pick("versions of a quote", [6, 3, 1], number),
        discount=np.round(0.15 * dice.uniform("discount of a quote", number), 3),
        product=np.where(has_line, product, -1),
        quantity=np.where(has_line, quantity, 0),
        deliveries=deliveries,
        is_renewal=is_renewal,
        currency=persons.country[account - persons.first],
    )


def accounts_since(persons: Persons, leads: Leads, dice: Dice) -> Floats:
    """By place of the founder: when the company entered the CRM (NaN = it is only a prospect)."""
    since = np.full(len(persons.number), np.nan)
    founders = np.flatnonzero(persons.account == persons.number)
    direct = dice.happens("is an old account", 0.25, persons.number[founders])
    since[founders[direct]] = -30.0
    company = persons.account[leads.place] - persons.first
    mine = leads.converts & (persons.account[leads.place] >= 0)
    for place, at in zip(company[mine].tolist(), leads.converted_at[mine].tolist(), strict=True):
        since[place] = np.fmin(since[place], at)
    return since


def _begin(persons: Persons, leads: Leads, calendar: Calendar, dice: Dice) -> tuple[np.ndarray, ...]:
    """Opportunities from converted leads, then up to MORE_DEALS a company in the time after it became an account."""
    since = accounts_since(persons, leads, dice)
    mine = np.flatnonzero(leads.converts & (persons.account[leads.place] >= 0) & (leads.converted_at < calendar.days))
    founders = np.flatnonzero(since < calendar.days)
    more = np.arange(MORE_DEALS)
    place, which = (grid.ravel() for grid in np.meshgrid(founders, more, indexing="ij"))
    key = persons.number[place], which
    begins = np.maximum(since[place], 0)
    at = whole_seconds(begins + (calendar.days - begins) * dice.uniform("deal begins", *key))
    chosen = dice.happens("deal comes about", 0.45, *key)
    place, which, at = place[chosen], which[chosen], at[chosen]
    account = np.concatenate([persons.account[leads.place[mine]], persons.number[place]])
    rep = np.concatenate([leads.rep[mine], account_rep(persons, place, dice)])
    rank = _rank(persons.account[leads.place[mine]])
    own = np.concatenate([rank, 60 + which])
    created = np.concatenate([leads.converted_at[mine], at])
    columns = (
        np.concatenate([leads.place[mine], place]),
        created,
        rep,
        np.concatenate([leads.number[mine], np.full(len(place), -1)]),
        np.concatenate([leads.campaign[mine], np.full(len(place), -1)]),
        np.concatenate([np.zeros(len(mine), dtype=bool), which > 0]),
        account * 100 + own,
        account,
    )
    order = np.argsort(columns[6], kind="stable")
    return tuple(column[order] for column in columns)


def account_rep(persons: Persons, place: Ints, dice: Dice) -> Ints:
    return persons.block * STAFF + dice.whole("account manager", 0, REPS - 1, persons.number[place])


def _rank(groups: Ints) -> Ints:
    """0, 1, 2 ... within equal values, in the order they come."""
    order = np.argsort(groups, kind="stable")
    begins = np.searchsorted(groups[order], groups[order])
    rank = np.empty(len(groups), dtype=np.int64)
    rank[order] = np.arange(len(groups)) - begins
    return rank


def _walk(number: Ints, created: Floats, dice: Dice) -> tuple[Ints, Floats, Floats, Flags]:
    """The way through the stages: forward, over one (SKIP), back by one (BACK), or lost."""
    stages = np.full((len(number), MOST_STEPS), -1)
    moments = np.full((len(number), MOST_STEPS), np.nan)
    stages[:, 0], moments[:, 0] = 0, created
    now, at = np.zeros(len(number), dtype=np.int64), created.copy()
    for step in range(1, MOST_STEPS):
        goes_on = now < WON
        chance = dice.uniform("step of a deal", number, step)
        inner = np.minimum(now, 3)
        gives_up = (chance < LOSES[inner]) | (step == MOST_STEPS - 1)
        goes_back = (chance > 1 - BACK) & (now > 0)
        skips = (chance > 1 - BACK - SKIP) & (chance <= 1 - BACK) & (now < 3)
        then = np.where(gives_up, LOST, np.where(goes_back, now - 1, now + 1 + skips))
        takes = 0.3 + DAYS_A_STAGE * dice.exponential("stage takes", number, step)
        at = np.where(goes_on, whole_seconds(at + takes), at)
        stages[goes_on, step], moments[goes_on, step] = then[goes_on], at[goes_on]
        now = np.where(goes_on, then, now)
    return stages, moments, at, now == WON
