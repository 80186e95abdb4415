"""What was true of anybody on any day, from the truth's tables: in closed form where there is one, else by replay.

Nothing here is an estimate. Orders follow BG/NBD with every person's own rate and dropout (Fader, Hardie, Lee 2005),
so with the parameters known all of it is a formula; only orders of people's own accord count (no extra ones, no
contracts). Days are days of the company (UTC midnight); what lies after the last day is foretold with the calendar's
next seasons.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from orchestration.world.rhythm import YEAR
from orchestration.world.seasons import Calendar

AT_ONCE = 20_000  # people times days of a horizon are multiplied so many people at a time


@dataclass(frozen=True)
class Truth:
    """The folder `truth` of a world."""

    folder: Path

    def read(self, query: str, **values: object) -> pd.DataFrame:
        """SQL over the truth's tables, called by their names (person_records, people, orders, traps ...)."""
        with duckdb.connect() as connection:
            for file in sorted(self.folder.glob("*.parquet")):
                connection.execute(f"create view {file.stem} as select * from read_parquet('{file.as_posix()}')")
            return connection.execute(query, values or None).df()

    def calendar(self, days_more: int) -> Calendar:
        """The company's calendar, longer by so many days."""
        told = self.read("select min(date) as first_day, count(*) - 1 as days from calendar").iloc[0]
        return Calendar(told["first_day"].date(), int(told["days"]) + days_more)


def outlook(truth: Truth, as_of: date, horizon_days: int) -> pd.DataFrame:
    """One row for everybody who had bought before as_of, by person_id, and the horizon_days days from as_of on:

    is_alive: had not decided to leave. alive_probability: what somebody who knows the person's rate, dropout and orders
    before as_of, but not that decision, must believe. expected_orders: (1 - exp(-rate p t)) / p with t the shopping
    time of the horizon, for the living; 0 for the others. expected_net_revenue: the same times the net goods of an
    order on each day (discounts of the season off), in currency_code. Both times alive_probability are the best
    forecast there is: forecast_orders, forecast_net_revenue. Raises ValueError when as_of is before the first day or
    after the last.
    """
    calendar = truth.calendar(horizon_days)
    begins = (as_of - calendar.first_day).days
    if not 0 <= begins <= calendar.days - horizon_days:
        raise ValueError(f"The company does not know {as_of}: ask for a day of its calendar.")
    people = _bought_before(truth, as_of)
    rate, p = people["purchase_rate"].to_numpy() / YEAR, people["dropout_probability"].to_numpy()
    elapsed = calendar.elapsed(np.arange(begins, begins + horizon_days + 1))
    paying = 1 - calendar.discounts[begins : begins + horizon_days]
    orders, paid = _expect(rate, p, elapsed - elapsed[0], paying)
    believed = alive_probability(people["repeats"].to_numpy(), elapsed[0] - _last(people, calendar), rate, p)
    alive = people["is_alive"].to_numpy()
    value = people["expected_order_value"].to_numpy() * paid
    return pd.DataFrame(
        {
            **{"person_id": people["person_id"], "is_alive": alive, "alive_probability": believed},
            **{"expected_orders": orders * alive, "expected_net_revenue": value * alive},
            **{"forecast_orders": orders * believed, "forecast_net_revenue": value * believed},
            "currency_code": people["currency_code"],
        }
    )


def alive_probability(repeats: np.ndarray, quiet: np.ndarray, rate: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Chance that somebody with `repeats` orders after the first, the last `quiet` days of shopping time ago, is still
    a customer, rate (a day) and dropout p known: the part of Fader, Hardie, Lee (2005), equation 3, that lives, divided
    by the whole."""
    odds_gone = np.where(repeats > 0, p / (1 - p) * np.exp(np.minimum(rate * quiet, 700.0)), 0.0)
    return 1 / (1 + odds_gone)


def campaign_effects(truth: Truth, answer_days: float) -> pd.DataFrame:
    """By campaign: members, treated, orders placed by members of either group within answer_days of its sending, lift
    (orders a treated member minus orders a held-out one), its standard error, and the true lift."""
    return truth.read(
        """
        with sent as (select campaign, min(sent_at) as begins from campaign_members group by all),
        counted as (
            select m.campaign, m.person_id, m.is_treated,
                count(o.order_id) filter (o.origin <> 'b2b') as orders
            from campaign_members m join sent s using (campaign)
            left join orders o on o.person_id = m.person_id and o.ordered_at >= s.begins
                and o.ordered_at < s.begins + to_seconds($days * 86400)
            group by all
        )
        select c.campaign_id, c.campaign, count(*) as members, count(*) filter (is_treated) as treated,
            avg(orders) filter (is_treated) - avg(orders) filter (not is_treated) as lift,
            sqrt(var_samp(orders) filter (is_treated) / count(*) filter (is_treated)
                + var_samp(orders) filter (not is_treated) / count(*) filter (not is_treated)) as standard_error,
            any_value(c.true_lift) as true_lift
        from counted join campaigns c using (campaign) group by all order by c.campaign""",
        days=answer_days,
    )


def best_representatives(truth: Truth) -> pd.DataFrame:
    """By lead_id: the representative of the team with whom it would most probably have converted, that probability, and
    the probability with the one who had it (both after the hours it really waited)."""
    return truth.read("""
        select f.lead_id, arg_max(f.rep_id, f.probability) as best_rep_id, max(f.probability) as best_probability,
            any_value(l.probability) as probability
        from lead_fit f join leads l using (lead_id) group by all order by f.lead_id""")


def balances_on(truth: Truth, as_of: date) -> pd.DataFrame:
    """By person_id and kind ('points', 'stored_value' in yuan): the balance when as_of began."""
    return truth.read(
        """select person_id, kind, arg_max(balance, entry) as balance from balances where "at" < $day group by all
        order by all""",
        day=as_of,
    )


def stage_durations(truth: Truth) -> pd.DataFrame:
    """By opportunity_id and step: the stage and the days spent in it (missing = still there, or closed)."""
    return truth.read("""
        select opportunity_id, step, stage, entered_at, date_diff('second', entered_at,
            lead(entered_at) over (partition by opportunity_id order by step)) / 86400 as days
        from stage_times order by opportunity_id, step""")


def _bought_before(truth: Truth, as_of: date) -> pd.DataFrame:
    return truth.read(
        """
        select p.*, o.repeats, o.last_ordered_at, coalesce(p.churned_at >= $day, true) as is_alive
        from people p join (
            select person_id, count(*) - 1 as repeats, max(ordered_at) as last_ordered_at
            from orders where origin = 'base' and ordered_at < $day group by all
        ) o using (person_id) order by person_id""",
        day=as_of,
    )


def _last(people: pd.DataFrame, calendar: Calendar) -> np.ndarray:
    since = people["last_ordered_at"] - pd.Timestamp(calendar.first_day)
    return calendar.elapsed(since.dt.total_seconds().to_numpy() / 86_400)


def _expect(rate: np.ndarray, p: np.ndarray, elapsed: np.ndarray, paying: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orders expected over the horizon, and the same weighted with what is paid of the price on each day."""
    orders, paid = np.empty(len(rate)), np.empty(len(rate))
    for start in range(0, len(rate), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        up_to = -np.expm1(-np.outer(rate[some] * p[some], elapsed)) / p[some, None]
        orders[some], paid[some] = up_to[:, -1], np.diff(up_to, axis=1) @ paying
    return orders, paid
