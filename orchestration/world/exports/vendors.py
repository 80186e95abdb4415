"""Every export there is, in the order in which a block writes them. What each looks like stands in its own module."""

from pathlib import Path

from orchestration.world.books import Books, World
from orchestration.world.exports import (
    erp,
    ids,
    offices,
    orders,
    segment,
    shopify_customers,
    shopify_orders,
    tmall,
    youzan,
    zendesk,
)
from orchestration.world.exports.context import lay_out_context
from orchestration.world.exports.delivery import Feed, Schedule
from orchestration.world.exports.desk import Desk, Written
from orchestration.world.exports.facts import lay_out
from orchestration.world.exports.salesforce import companies, marketing, people, work
from orchestration.world.records.cards import write_cards
from orchestration.world.records.companies import name_companies

FEEDS: list[Feed] = [
    *(shopify_orders.FEED, shopify_customers.FEED),
    *(tmall.ORDERS, tmall.DETAILS),
    *(companies.ACCOUNT.feed, companies.OPPORTUNITY.feed, companies.HISTORY.feed, companies.USER.feed),
    *(people.CONTACT.feed, people.LEAD.feed, marketing.CAMPAIGN.feed, marketing.MEMBER.feed),
    *(work.TASK.feed, work.CASE.feed),
    *(youzan.CUSTOMERS, youzan.POINTS, youzan.WALLET, youzan.COUPONS),
    *(zendesk.TICKETS, zendesk.USERS),
    *erp.FEEDS,
    *offices.FEEDS,
    segment.FEED,
]


def schedule(world: World) -> Schedule:
    return Schedule(world.calendar.first_day, world.last_day, world.daily_days)


def write_block(world: World, books: Books, scratch: Path) -> Written:
    """Write all exports of a block of people into `scratch`, to be joined to the others' by Inbox.append.

    Neighbouring blocks may come joined into one: planning queries is half the work of a single block.
    """
    desk = Desk(schedule(world), scratch, books.block)
    ids.teach(desk.connection)
    lay_out(desk.connection, books, world.calendar)
    lay_out_context(desk.connection, world.calendar)
    write_cards(desk.connection, books.traps, world.dice)
    name_companies(desk.connection, world.dice)
    orders.tell_orders(desk, shopify_orders.FEED)
    for vendor in (shopify_orders, shopify_customers, tmall, youzan, zendesk):
        vendor.write(desk)
    companies.write(desk)
    people.write(desk)
    marketing.write(desk, books.block)
    work.write(desk)
    erp.write(desk)
    offices.write(desk, books.block)
    segment.write(desk, world, books)
    return desk.finish()
