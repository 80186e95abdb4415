"""From a log of orders to a fitted model: which cutoffs, which rung, which season, and how it was found out.

Here belongs the order of the steps: prepare the cutoffs, test every rung strictly out of time, let `gate` decide, train
the rung that passed on everything known. No rung is asked about a cutoff whose labels end after its own. What a fitted
model says of a day stands in `forecast`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from models_ml import churn, cuts, evaluation, gate, value
from models_ml.btyd.fitting import NoFit
from models_ml.btyd.histories import Floats
from models_ml.churn import YEAR, Ladder
from models_ml.cuts import Cut, Timing, prepare, probability
from models_ml.drift import Reference, reference
from models_ml.forecast import PLAIN, Model, score
from models_ml.gate import Decision, Test
from models_ml.hindsight import Listed, WeakSpot, listed, weak_spots
from models_ml.levels import Belief
from models_ml.order_log import OrderLog, Snapshot, rolling_cutoffs, snapshot
from models_ml.refusal import Refused
from models_ml.traces import traces
from models_ml.value import Outlook, Past, Value

FEWEST_CUSTOMERS, FEWEST_RETURNING, FEWEST_DAYS = 200, 50, 60
LEARN_FROM, JUDGED, LOOKED_AT, FORECASTS, VALUE_CUTOFFS = 10_000, 2, 4, 1_000, 10
SPENDING = "spending"


@dataclass(frozen=True)
class Plan:
    """What is asked: the log (nothing on or after `as_of` in it), the day, the days ahead, and what is published now:
    the rung of buying and the candidate of money ('': none)."""

    log: OrderLog
    as_of: pd.Timestamp
    horizon: int
    standing: str = PLAIN
    standing_money: str = ""

    @property
    def now(self) -> int:
        """The day as a number of the log."""
        return self.log.number_of(self.as_of)


@dataclass(frozen=True)
class Training:
    """A fitted model, and what was found on the way: what was known of whom, the cutoffs it is learnt from (newest
    first), both decisions, and what the newest test says."""

    plan: Plan
    model: Model
    known: Snapshot
    learnt_from: tuple[Cut, ...]
    churn_decision: Decision
    value_decision: Decision
    weak_spots: tuple[WeakSpot, ...]
    listed: tuple[Listed, ...]


def train(plan: Plan) -> Training:
    """Test, decide and learn. Raises Refused when there is too little of anything, or nothing can be fitted."""
    known = _known_or_refused(plan)
    try:
        return _train(plan, known, _Cuts(plan))
    except NoFit as why:
        raise Refused(f"The log cannot be modelled. {why}", f"该记录无法建模（拟合未收敛）：{why}") from why


class _Cuts:
    """The prepared cutoffs of a plan, each made once, on at most LEARN_FROM customers."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.some, self.made = plan, plan.log.some(LEARN_FROM), dict[tuple[int, int], Cut]()
        self.near: Timing | None = None

    def at(self, cutoff: int, horizon: int) -> Cut:
        key = (cutoff, horizon)
        if key not in self.made:
            self.made[key] = prepare(self.some, cutoff, horizon, self.plan.now, self.near)
            self.near = self.made[key].timing
        return self.made[key]

    def complete(self, before: int) -> list[Cut]:
        """Cutoffs whose horizon was over when the day `before` began, newest first."""
        horizon = self.plan.horizon
        days = rolling_cutoffs(FEWEST_DAYS, before - horizon, churn.STEP_DAYS, churn.MOST_CUTOFFS)
        return [self.at(day, horizon) for day in days]

    def year_ago(self, day: int) -> Cut | None:
        """The cutoff a year before a day, where a season can be read from it."""
        past = day - YEAR
        if past < churn.SEASON_NEEDS_DAYS or self.plan.horizon > YEAR:
            return None
        return self.at(past, self.plan.horizon)


@dataclass(frozen=True)
class _Basis:
    """A candidate for money: what it is called, and the rung of buying it stands on."""

    name: str
    rung: str


@dataclass(frozen=True)
class _Trained:
    """All that can be known of a day: the ladder and the cutoffs it and the levels are learnt from."""

    ladder: Ladder
    complete: list[Cut]
    year_ago: Cut | None
    seasons: dict[str, Belief] = field(default_factory=dict)
    pasts: dict[tuple[int, str], Past] = field(default_factory=dict)

    def season(self, rung: str) -> Belief:
        if rung not in self.seasons:
            self.seasons[rung] = churn.season(self.ladder, rung, self.year_ago, self.complete)
        return self.seasons[rung]

    def margin(self, cut: Cut, rung: str) -> Floats:
        return self.ladder.margin(cut, rung) + self.season(rung).level

    def value(self, basis: _Basis) -> Value:
        year_ago = None if self.year_ago is None else self._past(self.year_ago, basis.rung)
        past = [self._past(cut, basis.rung) for cut in self.complete[:VALUE_CUTOFFS]]
        return value.train(past, year_ago, value.recent_spending(past) if basis.name == SPENDING else None)

    def reference(self, rung: str) -> Reference | None:
        """Of the same time of last year, else the newest complete cutoff; None where there is neither."""
        cut = self.year_ago or next(iter(self.complete), None)
        return None if cut is None else reference(cut, self.ladder.margin(cut, rung))

    def outlook(self, basis: _Basis, cut: Cut) -> Outlook:
        return value.score(self.value(basis), cut, self.ladder.margin(cut, basis.rung), self.season(basis.rung).level)

    def _past(self, cut: Cut, rung: str) -> Past:
        key = (cut.known.cutoff, rung)
        if key not in self.pasts:
            margin = self.ladder.margin(cut, rung)
            self.pasts[key] = Past(cut, margin, churn.level_of(cut, margin))
        return self.pasts[key]


def _train(plan: Plan, known: Snapshot, prepared: _Cuts) -> Training:
    trials = [(cut, _learn(prepared, cut.known.cutoff)) for cut in _judged(plan, prepared)]
    trained = _learn(prepared, plan.now)
    # A rung may be published where it was tested: one that could only be trained since then has shown nothing.
    rungs = [rung for rung in trained.ladder.rungs if all(rung in then.ladder.rungs for _, then in trials)]
    order = [rung for rung in reversed(rungs) if rung != "recency"]
    standing = plan.standing if plan.standing in order else PLAIN
    told = [_of_buying(prepared, cut, then, order) for cut, then in trials]
    decision = gate.judge_probabilities(told, order, standing)
    rung = decision.published or ""
    money, basis = _judge_money(plan, trials, rung or PLAIN)
    model = Model(
        horizon=plan.horizon,
        fits=cuts.fit(known, prepared.near),
        ladder=trained.ladder,
        rung=rung,
        money=money.published or "",
        basis=basis.rung,
        seasons={name: trained.season(name) for name in sorted({basis.rung, rung or PLAIN})},
        value=trained.value(basis),
        reference=trained.reference(rung or PLAIN),
        moved=(),
    )
    newest, then = trials[0]
    return Training(
        plan=plan,
        model=replace(model, moved=score(model, prepared.some, plan.as_of).moved),
        known=known,
        learnt_from=tuple(trained.complete),
        churn_decision=decision,
        value_decision=money,
        weak_spots=weak_spots(newest, then.margin(newest, basis.rung)),
        listed=listed(newest, then.margin(newest, rung)) if rung else (),
    )


def _judge_money(plan: Plan, trials: Sequence[tuple[Cut, _Trained]], rung: str) -> tuple[Decision, _Basis]:
    """Money stands on the published rung, so that it never contradicts who buys; where nothing on it passes the plain
    one is asked, too."""
    bases = {rung: _Basis(rung, rung)}
    if all(then.complete for _, then in trials):
        bases = {SPENDING: _Basis(SPENDING, rung), **bases}

    def judged() -> Decision:
        tests = [_of_money(plan, cut, then, list(bases.values())) for cut, then in trials]
        return gate.judge_amounts(tests, list(bases), plan.standing_money)

    decision = judged()
    if not decision.passed and PLAIN not in bases:
        bases[PLAIN] = _Basis(PLAIN, PLAIN)
        decision = judged()
    return decision, bases.get(decision.published or "", _Basis(PLAIN, PLAIN))


def _learn(prepared: _Cuts, day: int) -> _Trained:
    complete = prepared.complete(day)
    return _Trained(churn.train(complete), complete, prepared.year_ago(day))


def _judged(plan: Plan, prepared: _Cuts) -> list[Cut]:
    """The newest complete cutoffs, a horizon apart, after which some customers ordered and others did not: a shop that
    was closed tells nothing. JUDGED of them, and more, up to LOOKED_AT, where they hold fewer than FORECASTS. A log
    without a whole horizon is judged by a shorter one."""
    days = rolling_cutoffs(FEWEST_DAYS, plan.now - plan.horizon, plan.horizon, LOOKED_AT)
    able = [day for day in days if day - plan.horizon >= FEWEST_DAYS] or days[:1]
    if able:
        found = [prepared.at(day, plan.horizon) for day in able[:JUDGED]]
        telling = [cut for cut in found if _tells(cut)]
        for day in able[JUDGED:]:
            is_enough = sum(int(cut.is_active.sum()) for cut in telling) >= FORECASTS
            if len(telling) < min(JUDGED, len(found)) or not is_enough:
                telling += [cut for cut in [prepared.at(day, plan.horizon)] if _tells(cut)]
        return telling or found
    shorter = max(plan.now // 3, 1)
    return [prepared.at(plan.now - shorter, shorter)]


def _tells(cut: Cut) -> bool:
    return 0 < cut.outcome.bought[cut.is_active].sum() < cut.is_active.sum()


def _of_buying(prepared: _Cuts, cut: Cut, then: _Trained, rungs: Sequence[str]) -> Test:
    day = cut.known.cutoff
    sealed = prepared.some.before(day)
    active, bought = cut.is_active, cut.outcome.bought
    return Test(
        cutoff=_date(prepared.plan, day),
        customers=cut.known.customers[active],
        truth=bought[active],
        rival=-cut.known.recency[active],
        candidates={rung: probability(then.margin(cut, rung))[active] for rung in rungs},
        season_is_known=then.season(PLAIN).source == "year_ago",
        strongest=max(_two_sided(bought[active], column) for column in cut.traces.values[active].T),
        knows_the_future=not np.array_equal(traces(sealed, snapshot(sealed, day)).values, cut.traces.values),
    )


def _of_money(plan: Plan, cut: Cut, then: _Trained, bases: Sequence[_Basis]) -> Test:
    active = cut.is_active
    known = cut.known
    year = np.maximum(known.net, 0.0) * cut.horizon / np.maximum(known.histories.observed, cut.horizon)
    amounts = {basis.name: then.outlook(basis, cut).expected_net_revenue[active] for basis in bases}
    return Test(
        cutoff=_date(plan, known.cutoff),
        customers=known.customers[active],
        truth=cut.outcome.net[active],
        rival=year[active],
        candidates=amounts,
        season_is_known=then.season(PLAIN).source == "year_ago",
    )


def _two_sided(truth: Floats, column: Floats) -> float:
    area = evaluation.auc(truth, column)
    return max(area, 1 - area) if np.isfinite(area) else 0.5


def _date(plan: Plan, day: int) -> str:
    return str((plan.log.first_day + pd.Timedelta(days=day)).date())


def _known_or_refused(plan: Plan) -> Snapshot:
    if not 1 <= plan.horizon <= 2 * YEAR:
        raise Refused(
            f"A horizon of {plan.horizon} days cannot be forecast: ask for 1 to {2 * YEAR} days.",
            f"无法预测 {plan.horizon} 天：请取 1 至 {2 * YEAR} 天。",
        )
    if plan.now < FEWEST_DAYS:
        raise Refused(
            f"The log covers {plan.now} days before {plan.as_of.date()}; {FEWEST_DAYS} are needed.",
            f"{plan.as_of.date()} 之前只有 {plan.now} 天的记录，至少需要 {FEWEST_DAYS} 天。",
        )
    known = snapshot(plan.log, plan.now)
    returned = int((known.histories.repeats > 0).sum())
    if len(known) < FEWEST_CUSTOMERS or returned < FEWEST_RETURNING:
        raise Refused(
            f"{len(known)} customers ordered before {plan.as_of.date()} and {returned} of them came back; at least "
            f"{FEWEST_CUSTOMERS} and {FEWEST_RETURNING} are needed to learn from.",
            f"{plan.as_of.date()} 之前有 {len(known)} 位客户下单，其中 {returned} 位复购；"
            f"至少需要 {FEWEST_CUSTOMERS} 位和 {FEWEST_RETURNING} 位。",
        )
    return known
