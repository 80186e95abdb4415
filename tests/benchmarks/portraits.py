"""How well the portraits recover what is true, and how steady they are: `python -m tests.benchmarks.portraits [DATA]`.

DATA: the data folder of a finished run on the synthetic company (`make demo` leaves one in data/). Figures on Online
Retail II are added where CRM_SHARED_DATA names a folder with online_retail_II.parquet.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, roc_auc_score

from models_ml import (
    leads,
    lifecycle,
    loyalty,
    named_segments,
    next_product,
    next_purchase,
    persona,
    preference,
    sales_forecast,
    tiers,
    trust,
)
from models_ml.history import History, day_number, days_of
from orchestration.portrait_inputs import CONDUCT, DAILY, HABITS, LEADS, ORDERS, PURCHASES, REFUNDS, TASTES
from orchestration.portrait_models import SEED
from orchestration.world.catalog import CATEGORIES
from orchestration.world.dice import Dice
from orchestration.world.people import Persons, meet
from orchestration.world.truth import Truth

Line = tuple[str, str, str]


class Demo:
    """A finished run on the synthetic company and its truth."""

    def __init__(self, data: Path) -> None:
        version = json.loads((data / "published/current.json").read_text())["version"]
        self.connection = duckdb.connect(str(data / "published" / version / "core.duckdb"), read_only=True)
        self.connection.execute("set threads = 1")
        self.day: date = self.ask("select max(as_of_date) as day from marts.customer_features")["day"][0].date()
        self.truth = Truth(data / "truth")

    def ask(self, query: str, day: date | None = None) -> pd.DataFrame:
        day = day or getattr(self, "day", date.max)
        return self.connection.execute(query.format(day=f"date '{day}'", on=day)).df()

    def people(self) -> pd.DataFrame:
        """customer_id, person_id where the warehouse's customer is one person and most of that person's records."""
        records = self.truth.read(
            "select source_system || '|' || source_record_type || '|' || source_record_id as record_key, person_id"
            " from person_records"
        )
        joined = self.ask("select record_key, customer_id from marts.customer_records").merge(records)
        pairs = joined.groupby(["customer_id", "person_id"]).size().rename("n").reset_index()
        alone = pairs.groupby("customer_id")["person_id"].transform("size") == 1
        return pairs[alone].sort_values("n").drop_duplicates("person_id", keep="last")

    def persons(self) -> Persons:
        """The first block's people as they were made: tastes that no table of the truth tells."""
        made = json.loads((self.truth.folder / "world.json").read_text())
        calendar = self.truth.calendar(0)
        return meet(0, calendar, Dice(made["seed"]))


def steadiness(history: History, refunds: pd.DataFrame, day: date, name: str) -> Iterator[Line]:
    known = history.before(day)
    joined = np.sort(known.day[known.first] + 1)
    walked = {
        "value tier": {day_number(k): v for k, v in tiers.score(history, refunds, day).changes.items()},
        "loyalty tier": {day_number(k): v for k, v in loyalty.score(history, day, 180).changes.items()},
    }
    log = named_segments.Log(history, refunds, "CNY")
    walked |= {k: v.changes for k, v in named_segments.settled(log, day, 180)[1].items()}
    for label, changes in walked.items():
        customers = np.searchsorted(joined, list(changes), side="right")  # of each day, not of the last
        shares = (np.array(list(changes.values())) / np.maximum(customers, 1))[1:]
        yield (
            f"{name}: {label}, customers who change a day",
            f"{shares.mean():.2%}, worst of {len(shares)} days {shares.max():.2%} ({customers[shares.argmax() + 1]:,})",
            "<= 1.5 %",
        )
    flows = lifecycle.flows(history, day - timedelta(180), day)
    moved = flows[flows["from_stage"].ne(flows["to_stage"]) & flows["from_stage"].notna()]
    shares = moved.groupby("as_of_date")["customer_count"].sum() / len(known)
    yield (f"{name}: lifecycle stage, customers who change a day", f"{shares.mean():.2%}", "<= 1.5 %")


def company(people: int, seed: int) -> Iterator[Line]:
    """The same of a company in which chance moves less, by its true orders."""
    from orchestration.world.company import write_world

    day = date(2026, 11, 1)
    with tempfile.TemporaryDirectory() as folder:
        orders = Truth(write_world(people, 730, seed, Path(folder), day).truth).read(
            "select person_id as customer_id, cast(ordered_at as date) as order_date, goods_net as net_revenue"
            " from orders where goods_net is not null"
        )
    refunds = pd.DataFrame({"customer_id": [], "refund_date": pd.to_datetime([]), "refund_amount": []})
    yield from steadiness(History.of(orders), refunds, day, f"synthetic, {people:,} people, seed {seed}")


def intervals(history: History, day: date, name: str) -> Iterator[Line]:
    for back in (180, 270):  # further back no gap that began a year before has ended
        cut = day - timedelta(back)
        told = next_purchase.score(next_purchase.train(history, cut), history, cut)
        later = history.day >= day_number(cut)
        first = pd.Series(history.day[later]).groupby(history.customer_ids[history.customer[later]]).first()
        came = told.assign(came=told["customer_id"].map(first)).dropna()
        inside = came["came"].between(days_of(came["earliest_date"]), days_of(came["latest_date"]))
        missed = (came["came"] - days_of(came["expected_date"])).abs().median()
        value = f"{inside.mean():.1%} of {len(came):,} who came within {back} days, median miss {missed:.0f} days"
        yield (f"{name}: next purchase date, 80 % interval", value, "75-88 %")


def personas(demo: Demo) -> Iterator[Line]:
    firsts = [date(demo.day.year, demo.day.month - back, 1) for back in (0, 1, 4, 7)]
    now, month, quarter, before = (demo.ask(HABITS, day) for day in firsts)
    found, older = persona.train(month, quarter, SEED), persona.train(quarter, before, SEED)
    labels = [persona.score(found, frame).set_index("customer_id")["persona"] for frame in (now, month)]
    both = labels[0].reindex(labels[1].index)
    yield ("personas: bootstrap ARI", f"{found.stability:.3f} ({len(found.codes)} groups)", ">= .9")
    yield ("personas: same label a month later", f"{(both == labels[1]).mean():.1%}", ">= 85 %")
    refit = persona.score(older, month).set_index("customer_id")["persona"]
    same = (refit == labels[1].reindex(refit.index)).mean()
    ari = adjusted_rand_score(refit, labels[1].reindex(refit.index))
    yield ("personas: same label before and after the quarterly refit", f"{same:.1%} (ARI {ari:.2f})", "")
    yield ("personas: silhouette (0.3 would be visible)", f"{found.silhouette:.2f}", "")


def preferences(demo: Demo) -> Iterator[Line]:
    persons, people = demo.persons(), demo.people()
    place = people["person_id"].str[1:].astype(int).to_numpy()
    favourite = pd.Series(np.array([name for name, _ in CATEGORIES])[persons.favourite[place]], people["customer_id"])
    level = pd.Series(persons.tier[place], people["customer_id"])
    everybody, counts = demo.ask(HABITS), demo.ask(TASTES)
    told = {}
    for aspect in ("category", "price_level"):
        part = counts[counts["aspect"] == aspect]
        told[aspect] = preference.score(preference.train(part, everybody), part, everybody).set_index("customer_id")
    lines = counts[counts["aspect"] == "category"].groupby("customer_id")["purchases"].sum()
    for least in (1, 5, 10):
        known = told["category"].index.intersection(lines[lines >= least].index).intersection(favourite.index)
        hit = (told["category"].loc[known, "preference"] == favourite[known]).mean()
        yield (f"preferences: favourite category of customers with {least}+ lines", f"{hit:.1%} of {len(known):,}", "")
    known = told["price_level"].index.intersection(level.index)
    codes = told["price_level"].loc[known, "preference"].map({"low": 0, "middle": 1, "high": 2})
    own = told["price_level"].loc[known, "basis"].eq("own")
    rank = codes[own].corr(level[known][own.to_numpy()], method="spearman")
    yield ("preferences: price level against the true taste (own basis)", f"Spearman {rank:.2f}, {own.sum():,}", "")
    yield from _foretold(demo)


def _foretold(demo: Demo) -> Iterator[Line]:
    """What was preferred 180 days ago against what was bought since."""
    cut = demo.day - timedelta(180)
    now, then = demo.ask(TASTES), demo.ask(TASTES.replace("as_of_date = {day}", f"as_of_date = date '{demo.day}'"), cut)
    for aspect in ("category", "channel", "hour", "price_level"):
        counts = then[then["aspect"] == aspect]
        everybody = demo.ask(HABITS)
        everybody = everybody[everybody["customer_id"].isin(counts["customer_id"])]
        told = preference.score(preference.train(counts, everybody), counts, everybody)
        later = now[now["aspect"] == aspect].merge(
            counts, on=["customer_id", "value"], how="left", suffixes=("", "_then")
        )
        later["since"] = later["purchases"] - later["purchases_then"].fillna(0)
        later = later[later["since"] > 0].merge(told, on="customer_id")
        hit = np.average(later["value"] == later["preference"], weights=later["since"])
        said = np.average(later["confidence"], weights=later["since"])
        rival = counts.groupby("value")["purchases"].sum().idxmax()
        plain = np.average(later["value"] == rival, weights=later["since"])
        value = f"{hit:.1%} hit, {said:.1%} said; everybody's favourite {plain:.1%}"
        yield (f"preferences: next purchases, {aspect}", value, "hit > rival, hit = said")


def trusted(demo: Demo) -> Iterator[Line]:
    persons, people = demo.persons(), demo.people()
    made = json.loads((demo.truth.folder / "world.json").read_text())
    late = Dice(made["seed"]).happens("is a late payer", 0.07, persons.number)
    refuses = persons.refuses > 0.1
    conduct = demo.ask(CONDUCT)
    norms, nobody = trust.train(conduct), pd.DataFrame(columns=["decided_at", "customer_id", "decision"])
    points = trust.explain(norms, conduct).add_suffix("_points").assign(customer_id=conduct["customer_id"])
    scores = trust.score(norms, conduct, nobody, demo.day).merge(points)
    joined = scores.merge(conduct[["customer_id", "order_count"]]).merge(people)
    place = joined["person_id"].str[1:].astype(int).to_numpy()
    joined["late"], joined["refuses"], joined["returns"] = late[place], refuses[place], persons.returns[place]
    for least in (1, 5, 10):
        some = joined[joined["order_count"] >= least]
        parts = [
            f"{label} {roc_auc_score(some[label], -some['trust_score']):.2f} ({some[label].sum()})"
            for label in ("late", "refuses")
        ]
        for label, kind in (("late", "late_payments"), ("refuses", "refused_deliveries")):
            parts.append(f"{label} by its own points {roc_auc_score(some[label], -some[f'{kind}_points']):.2f}")
        parts.append(f"either {roc_auc_score(some['late'] | some['refuses'], -some['trust_score']):.2f}")
        parts.append(f"returns Spearman {some['returns'].corr(-some['trust_score'], method='spearman'):.2f}")
        yield (f"trust: finds the planted (AUC), {least}+ orders of {len(some):,}", ", ".join(parts), "")
    low = joined[joined["trust_band"] == "low"]
    yield ("trust: low band that is planted", f"{(low['late'] | low['refuses']).mean():.1%} of {len(low)}", "")


def loyal(demo: Demo, history: History) -> Iterator[Line]:
    rate = demo.truth.read("select person_id, purchase_rate, price_level from people")
    joined = loyalty.score(history, demo.day).scores.merge(demo.people()).merge(rate)
    by_rate = joined["loyalty_score"].corr(joined["purchase_rate"], method="spearman")
    by_price = joined["loyalty_score"].corr(joined["price_level"], method="spearman")
    yield (
        "loyalty: Spearman with the true order rate / with the price level",
        f"{by_rate:.2f} / {by_price:.2f}",
        "high / 0",
    )


def matched(demo: Demo) -> Iterator[Line]:
    known = demo.ask(LEADS)
    fit = demo.truth.read("select lead_id, rep_id, probability from lead_fit")
    chance = fit.set_index(["lead_id", "rep_id"])["probability"]
    ended = known[known["has_ended"]]
    verdict = leads.judge(ended, SEED)
    yield ("leads: score", verdict.sentences()[0], "lower bound > 0")
    cut = int(0.6 * len(ended))
    model, later = leads.train(ended.iloc[:cut]), ended.iloc[cut:].reset_index(drop=True)
    later = later[later["lead_id"].isin(fit["lead_id"])].reset_index(drop=True)
    staff = sorted(fit["rep_id"].unique())
    dice = np.random.default_rng(SEED)

    def conversions(given: object) -> float:
        return float(sum(chance[pair] for pair in zip(later["lead_id"], given, strict=True)))

    at_random = np.mean([conversions(dice.permutation(np.resize(staff, len(later)))) for _ in range(200)])
    average = leads.rates(ended.iloc[:cut], "owner_id")
    best = max(average.effects["owner_id"], key=lambda person: average.effects["owner_id"][person])
    value = (
        f"{conversions(leads.match(model, later, staff)):.1f} of {len(later)}; as it was "
        f"{conversions(later['owner_id']):.1f}, random {at_random:.1f}, by average with capacity "
        f"{conversions(leads.match(average, later, staff)):.1f}, all to the best on average "
        f"{conversions([best] * len(later)):.1f}"
    )
    yield ("leads: true conversions of the match", value, "beats random and best average")


def products(bought: pd.DataFrame, days: list[date], name: str) -> Iterator[Line]:
    for day in days:
        shelf = next_product.train(bought, day)
        who, customers, what, weight = next_product._own(shelf, bought, day)
        points = weight + next_product.POPULARITY * shelf.popularity[what]
        order = np.lexsort((what, -points, who))
        kept = order[next_product._ranks(who[order]) <= 10]
        told = pd.DataFrame({"customer_id": customers[who[kept]], "product_id": shelf.products[what[kept]]})
        top = shelf.products[np.argsort(-shelf.popularity)[:10]]
        number = days_of(bought["order_date"])
        later = bought[(number >= day_number(day)) & (number < day_number(day) + 28)]
        later = later[later["customer_id"].isin(customers)][["customer_id", "product_id"]].drop_duplicates()
        own = later.merge(told).groupby("customer_id").size()
        size = later.groupby("customer_id").size()
        popular = later[later["product_id"].isin(top)].groupby("customer_id").size()
        recall = (own.reindex(size.index, fill_value=0) / size).mean()
        plain = (popular.reindex(size.index, fill_value=0) / size).mean()
        yield (f"{name}: next product, recall@10 of 28 days from {day}", f"{recall:.3f}, popularity {plain:.3f}", "")


def sales(daily: pd.DataFrame, day: date, name: str) -> Iterator[Line]:
    told = sales_forecast.forecast(sales_forecast.by_month(daily, day).to_numpy(), 12, 3)
    errors = ", ".join(f"{rung} {error:.3f}" for rung, error in told.errors.items())
    yield (f"{name}: sales by month, WAPE of {told.folds} starts", f"{errors}; used: {told.rung}", "")
    yield (f"{name}: sales by month, 80 % intervals cover", f"{told.coverage:.0%}", "75-88 %")


def drawn_sales() -> Iterator[Line]:
    """Shops drawn with and without season, noise and growth: three months that were never looked at."""
    ahead, hits, told = 3, list[bool](), list[float]()
    kinds = product((18, 24, 36), (0.0, 0.15, 0.4), (0.05, 0.15), (0.0, 0.02), range(4))
    for seed, (months, season, noise, growth, _) in enumerate(kinds):
        dice = np.random.default_rng(seed)
        at = np.arange(months + ahead)
        wave = season * (np.sin(2 * np.pi * at / 12 + dice.uniform(0, 6)) + 0.5 * (at % 12 == 10))
        walk = np.cumsum(dice.normal(growth, 0.03, len(at))) + dice.normal(0, noise, len(at))
        series = 1e5 * np.exp(wave + walk)
        found = sales_forecast.forecast(series[:months], 12, ahead)
        hits += list((series[months:] >= found.lower_80) & (series[months:] <= found.upper_80))
        told.append(found.coverage)
    value = f"{np.mean(hits):.1%} of {len(hits)} values that came after; back-tests said {np.mean(told):.1%}"
    yield ("drawn shops: sales by month, 80 % intervals", value, "75-88 %")


def retail(folder: Path) -> Iterator[Line]:
    with duckdb.connect() as connection:
        connection.execute(
            f"create table lines as select distinct * exclude sheet from '{folder / 'online_retail_II.parquet'}'"
        )
        orders = connection.execute(
            """select CustomerID::varchar as customer_id, InvoiceDate::date as order_date, sum(Quantity * Price) as
            net_revenue from lines where Quantity > 0 and Price > 0 and CustomerID is not null group by 1, 2, Invoice"""
        ).df()
        refunds = connection.execute(
            """select CustomerID::varchar as customer_id, InvoiceDate::date as refund_date, -sum(Quantity * Price) as
            refund_amount from lines where Invoice like 'C%' and CustomerID is not null group by 1, 2, Invoice"""
        ).df()
        bought = connection.execute(
            """select CustomerID::varchar as customer_id, StockCode as product_id, InvoiceDate::date as order_date
            from lines where Quantity > 0 and Price > 0 and CustomerID is not null group by 1, 2, 3"""
        ).df()
        daily = connection.execute(
            "select InvoiceDate::date as order_date, sum(Quantity * Price) as net_revenue from lines group by 1"
        ).df()
    history, last = History.of(orders), date(2011, 12, 9)
    yield from steadiness(history, refunds, last, "Online Retail II")
    yield from intervals(history, last, "Online Retail II")
    yield from products(bought, [date(2011, 7, 11), date(2011, 9, 9), date(2011, 11, 1)], "Online Retail II")
    yield from sales(daily, last, "Online Retail II")


def parts(data: Path) -> Iterator[Iterator[Line]]:
    """Everything that is measured, room by room; `data` as above."""
    demo = Demo(data)
    history, refunds = History.of(demo.ask(ORDERS)), demo.ask(REFUNDS)
    yield steadiness(history, refunds, demo.day, "synthetic")
    yield company(20_000, 7)
    yield company(20_000, 11)
    yield intervals(history, demo.day, "synthetic")
    yield personas(demo)
    yield preferences(demo)
    yield trusted(demo)
    yield loyal(demo, history)
    yield matched(demo)
    yield products(demo.ask(PURCHASES), [demo.day - timedelta(28)], "synthetic")
    yield sales(demo.ask(DAILY), demo.day, "synthetic")
    yield drawn_sales()
    if shared := os.environ.get("CRM_SHARED_DATA"):
        yield retail(Path(shared))


def main(data: Path) -> None:
    for part in parts(data):
        started = time.process_time()
        for what, value, goal in part:
            print(f"| {what} | {value} | {goal} |", flush=True)
        print(f"  ({time.process_time() - started:.1f} s CPU)", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CRM_DATA", "data")))
