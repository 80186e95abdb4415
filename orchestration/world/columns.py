"""Every column of the company's books: dtype and meaning. Only words stand here; what they hold is made elsewhere.

A table is a heading and a line per column: name, dtype, meaning (nothing where the name says it). Conventions:
* moment: float64, days since the first midnight (UTC) of the world's calendar; NaN = never (or not within the calendar:
  nothing has a moment after the last day unless it is called exact). Negative = before the first day.
* person, staff, store, account, device, anonymous: numbers of the whole company (int64), -1 = none.
  A relation always points to a smaller number or to the block's own staff and stores.
* order, ticket, lead, ...: the person's own number of the thing: (person, order) is the key, never more than 9,999.
* money: int64 in hundredths of the order's currency. Names in brackets: int8, position in that tuple of codes.py.
"""

from typing import NamedTuple


class Column(NamedTuple):
    dtype: str
    meaning: str


_TEXT = """
[people]
person         int64          number in the company; the index of the block's people plus block * BLOCK
country        int8           where they live and what they pay in [COUNTRIES]
gender         int8           [GENDERS]
birth_date     day            midnight
surname        text           as the person writes it: characters in China (simplified), letters elsewhere
given          text           given name, same script
surname_latin  text           pinyin without tones, capitalised (Lü as Lu); equal to surname outside China
given_latin    text           pinyin without tones, capitalised, joined (Xiaoming); equal to given outside China
western_name   text           the English first name some Chinese use ("Vivian"); '' = none
nickname       text           what friends call them (小伟, Liz); '' = none
handle         text           unique lower-case screen name, letters and digits
nick           text           marketplace nickname (会员名): the own handle, or in the trap a stranger's
national_id    text           18 characters with checksum, area 99 (never given out); '' outside China
household      int64          smallest person of the household (the person's own number when alone)
role           int8           in the household [ROLES]
account        int64          company they work for as its contact; -1 = none
title          text           job title in English; '' = none
is_buyer       bool           ever buys for themselves
arrived_at     moment         first known to the company (buyers: at their first base order or a little before)
channel        int8           that brought them [CHANNELS]
is_guest       bool           never makes an account in the shop
logs_in        bool           usually signed in when visiting
market_share   float64        share of their own orders that they place on the marketplace
store          int64          physical store they go to; -1 = none
likes_mail     bool           accepts marketing
language       int8           0 writes Chinese, 1 writes English
[phones]
person         int64          owner
phone          int64          0 = first
e164           text           +8615412345678
from_at        moment         owned from (may be negative)
until_at       moment         given back; NaN = still theirs. A later owner is another row of another person
[emails]
person         int64          owner or one of the owners
email          int64          0 = first
address        text           lower case, reserved domains only
from_at        moment         used from
until_at       moment         given up; NaN = still used
is_work        bool           at the company's domain
[addresses]
person         int64
address        int64          0 = first
province       text           characters / state; '' in the United Kingdom
city           text           characters in China
city_latin     text
district       text           characters, China only
street         text           street and house number, characters in China
street_latin   text           the same in letters (88 Renmin Road)
unit           text           building, room / flat; '' = none
postcode       text
from_at        moment
until_at       moment         moved away; NaN = lives there
[accounts]
account        int64          = the smallest person among its contacts
parent         int64          account of the parent company; -1 = none
country        int8           [COUNTRIES]
name           text           brand part: 明华 / Ashdown
name_latin     text           Minghua / Ashdown
business       text           trade part: 贸易 / Trading
business_latin text           Trading
city           text           characters in China; place of registration, first part of a Chinese company's name
city_latin     text
street         text
postcode       text
industry       int8           [LEAD_KINDS]
employees      int64
switchboard    text           e164, shared by all contacts
domain         text           mail domain: tokamiru.example
assistant      int64          the contact who orders for everybody; -1 = everybody orders for themselves
rep            int64          staff
created_at     moment
[stores]
store          int64          block * STORES + 0, 1
name           text           characters
city           text           characters
tablet         int64          device on the counter, everybody signs in on it
opened_at      moment
[staff]
staff          int64          block * STAFF + position (reps first, agents, clerks, others)
role           int8           [STAFF_ROLES]
team           int64          block
surname        text           characters
given          text           characters
latin_name     text           Wei Zhang
mail           text           wei.zhang.17@company.example
phone          text           e164
hired_at       moment         may be negative
left_at        moment         NaN = still there
manager        int64          staff; -1 = none
[memberships]
person         int64
store          int64          -1 = the platform's member, else a store's member
joined_at      moment
level          int8           on the last day [LEVELS]; stores keep their own
growth         int64          growth value on the last day
referrer       int64          clerk who won them (staff); -1 = none
[level_changes]
person         int64
at             moment
level          int8           platform level from then on [LEVELS]
[points]
person         int64
entry          int64          0 = first; in order of time
at             moment
reason         int8           [POINT_REASONS]
order          int64          the order it belongs to; -1 = none
change         int64          points
balance        int64          after the entry; a refund may make it negative
[wallet]
person         int64          stored value (储值) of platform members, in CNY
entry          int64
at             moment
order          int64          the store order paid; -1 = money put in
change         money          + put in, - paid
balance        money          after the entry, never negative
[coupons]
person         int64
coupon         int64          0 = first
kind           int8           [COUPONS]
share          float64        off the goods
saved          money          by using it, in the person's currency; 0 = not used
claimed_at     moment
expires_at     moment         exact, may lie after the last day
used_at        moment         NaN = not used
order          int64          where it was used; -1 = not used
[orders]
person         int64          whose order it is
order          int64          0.. base orders in order of time, 5000.. extra, 7000.. under contracts
at             moment         placed
place          int8           [PLACES]
origin         int8           [ORIGINS]
is_extra       bool           exists only because of a campaign (origin campaign)
campaign       int64          campaign it answers to (extra, or a base order with the campaign's code); -1 = none
placed_by      int64          person whose name and contact points stand on it: the assistant, else the person
account        int64          b2b only; -1
contract       int64          b2b only: number of the contract; -1
store          int64          place store only; -1
clerk          int64          place store only (staff); -1
currency       int8           [CURRENCIES]
is_guest       bool           no customer account at checkout (shop only)
device         int64          -1 in stores and b2b
device_kind    int8           [DEVICES]; -1
payment        int8           [PAYMENTS]
is_paid_late   bool           paid more than a day after ordering (b2b: after the agreed term)
paid_at        moment         NaN = not (yet) paid
shipped_at     moment
delivered_at   moment         handed over or, when refused, turned away
bad            int8           what went wrong with the delivery [BAD]; 0 = fine
is_refused     bool           delivery refused at the door: everything goes back, everything refunded
cancelled_at   moment         before shipping, everything refunded (unpaid marketplace orders close this way); NaN
goods          money          lines before discount
discount       money          off the goods: coupon, campaign or negotiated
coupon         int64          the person's coupon; -1 = none
shipping       money
tax            money          included in China and the United Kingdom, on top elsewhere
total          money          goods - discount + shipping (+ tax in the United States and Canada)
refunded       money          up to the last day
[lines]
person         int64
order          int64
line           int64          0 = first
product        int16          position in catalog.PRODUCTS
quantity       int64
unit_price     money          list price at the time, one piece
discount       money          this line's part of the order's discount
returned       int64          pieces sent back up to the last day (refused and cancelled orders: 0 here)
[refunds]
person         int64
order          int64
refund         int64          0 = first
line           int64          -1 = the whole order
quantity       int64          pieces; 0 = the whole order
asked_at       moment
at             moment         money given back
amount         money          positive
reason         int8           [REFUND_REASONS]
[visits]
person         int64          who really sits there
visit          int64          0 = first in order of making, not of time
at             moment         first event
device         int64
device_kind    int8           [DEVICES]
anonymous      int64          the browser's anonymous id; changes when cookies are cleared
channel        int8           [CHANNELS] utm source and medium
campaign       int64          utm campaign; -1 = none
is_signed_in   bool
order          int64          the order it ends in; -1 = none
events         int64          how many
[events]
person         int64
visit          int64
event          int64          0 = first in the visit
at             moment
kind           int8           [EVENTS]
product        int16          -1 = none
[campaign_members]
person         int64
campaign       int64
is_treated     bool           False = random holdout: nothing was sent
sent_at        moment         treated only
opened_at      moment
clicked_at     moment
responded_at   moment         answered the call to action (an order, base or extra, within the campaign's days)
is_persuadable bool           truth: buys because of it when treated
extra_order    int64          the order that came of it; -1 = none
[campaign_costs]
campaign       int64
ad_account     int64          one a block
date           day            midnight
channel        int8           [CHANNELS]
spend          money          CNY
impressions    int64
clicks         int64
[leads]
person         int64
lead           int64          0 = first
at             moment
channel        int8           [CHANNELS]
campaign       int64          -1 = none
kind           int8           [LEAD_KINDS]
rep            int64          owner (staff)
is_sat_upon    bool           the representative let it lie
touched_at     moment         first answer; NaN = never
response_hours float64        hours from lead to first answer, also where it lies after the last day
probability    float64        truth: of converting with this rep and this response
converts       bool           truth: outcome, also where it falls after the last day
converted_at   moment
account        int64          converted to; -1
opportunity    int64          converted to; -1
closed_at      moment         given up as unqualified
recycled_at    moment         taken from the rep who sat on it and given to the next: lead + 1 is the new one
status         int8           on the last day [LEAD_STATUSES]
[lead_fit]
person         int64          truth: one row per lead and representative of the team
lead           int64
rep            int64
fit            float64        part of the logit that belongs to this rep with this kind of lead
probability    float64        of converting if this rep had it, answered after the same hours
[opportunities]
opportunity    int64          account * 100 + own number
account        int64
contact        int64          person
rep            int64
lead           int64          the contact's lead it came from; -1
campaign       int64          -1
created_at     moment
stage          int8           on the last day [STAGES]
amount         money          expected, in the account's currency
close_at       moment         planned, exact, may lie after the last day
closed_at      moment         NaN = open
is_won         bool
competitor     int8           named when lost [COMPETITORS]
is_renewal     bool
[stage_events]
opportunity    int64
event          int64          0 = created
at             moment
from_stage     int8           [STAGES]; -1 = created
stage          int8           [STAGES]
amount         money
close_at       moment         planned at that time
is_skip        bool           left out at least one stage
is_back        bool
[quotes]
opportunity    int64
quote          int64          version, 0 = first
at             moment
valid_until    moment         exact
list_amount    money          before discount
discount       float64        share, 0..0.35
amount         money
status         int8           on the last day [QUOTE_STATUSES]
[quote_lines]
opportunity    int64
quote          int64
line           int64
product        int16
quantity       int64
unit_price     money          list price
[contracts]
contract       int64          = opportunity
account        int64
contact        int64
quote          int64          version accepted
signed_at      moment
starts_at      moment
ends_at        moment         exact, may lie after the last day
amount         money          for the whole term
deliveries     int64          orders under it, equal parts, one a month
term_days      int64          payment term
[tasks]
person         int64          whom
task           int64
kind           int8           [TASKS]
rep            int64          staff
lead           int64          -1
opportunity    int64          -1
created_at     moment
due_at         moment         exact
done_at        moment         NaN = still open
seconds        int64          talked; 0 = no call
outcome        int8           [OUTCOMES]
[tickets]
person         int64
ticket         int64
at             moment
is_case        bool           kept as a Case in the CRM (companies), else in Zendesk
topic          int8           [TOPICS]
order          int64          about; -1
channel        int8           [TICKET_CHANNELS]
priority       int8           [PRIORITIES]
agent          int64          last one
is_complaint   bool
first_reply_at moment
solved_at      moment         last time; NaN = not solved
closed_at      moment
reopens        int64
hand_offs      int64          changes of agent
score          int8           [SCORES] as Zendesk keeps it
csat           int8           1..5 as answered; 0 = no answer
scored_at      moment
status         int8           on the last day [TICKET_STATUSES]
[comments]
person         int64
ticket         int64
comment        int64          0 = the customer's first words
at             moment
staff          int64          -1 = the customer
is_public      bool           False = internal note (hand-off)
topic          int8           [TOPICS]
[return_visits]
person         int64          calls after complaints; some complaints never get one
ticket         int64
visit          int64
at             moment
agent          int64
result         int8           [VISIT_RESULTS]
csat           int8           1..5; 0 = no answer
is_closed      bool           closes the complaint
[records]
person         int64          the cards systems keep on a person. Spelling is not here
system         int8           [SYSTEMS]
entry          int64          0 = first; 1.. = typed in once more
created_at     moment
changed_at     moment         contact points brought up to date; NaN = never
deleted_at     moment         erased in the source; NaN
merged_at      moment         the source merged this card into the entry merged_into; NaN
merged_into    int64          -1
[goals]
goal           int64          block * 100 + own number
team           int64          block
owner          int64          staff
metric         text           net_revenue, new_customers, lead_conversion, first_reply_hours, csat, repeat_rate
baseline       float64        last year's or last quarter's figure
target         float64
starts_on      day
ends_on        day
[traps]
trap           text           one of codes.TRAPS
group          int64          smallest person concerned: one group is one trap
person         int64          concerned
detail         text           what they share: the address, number or device; never empty
[truth]
person         int64
rate           float64        base orders a year of shopping time while alive; 0 = never buys
dropout        float64        chance to leave after each base order but the first
first_at       float64        shopping time (days) of the first base order; NaN
last_at        float64        shopping time of the last base order; NaN
base_orders    int64
left_at        moment         of the base order after which the person left; NaN = alive on the last day
price_level    float64        taste for dear goods
order_value    float64        expected net goods of a repeat order on a day without discount, hundredths of the currency
bad_share      float64        share of bad deliveries to expect
"""
_KINDS = {"moment": "float64", "money": "int64", "text": "str", "day": "datetime64[s]"}


def _read(text: str) -> dict[str, dict[str, Column]]:
    tables: dict[str, dict[str, Column]] = {}
    for line in text.strip().splitlines():
        if line.startswith("["):
            tables[line.strip("[]")] = table = {}
            continue
        name, dtype, *meaning = line.split(None, 2)
        table[name] = Column(_KINDS.get(dtype, dtype), "".join(meaning))
    return tables


TABLES = _read(_TEXT)
