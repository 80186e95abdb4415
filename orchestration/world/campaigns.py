"""Campaigns of the company: two a season (mail, text message). The same for everybody; who is in them: marketing.py."""

from dataclasses import dataclass

from orchestration.world.codes import CHANNELS
from orchestration.world.seasons import Calendar

HOLDOUT = 0.2  # of the members, at random: nothing is sent
PERSUADABLE = 0.08  # of the people in a campaign: treated, they place one order more within ANSWER_DAYS
ANSWER_DAYS = 7.0
CODES = ("CNY", "618", "D11", "D12")  # by the kind of season


@dataclass(frozen=True)
class Campaign:
    """`starts`, `ends`: moments. `channel`: codes.CHANNELS. `code`: for coupons and utm_campaign."""

    number: int
    name: str
    code: str
    channel: int
    starts: float
    ends: float


def campaigns(calendar: Calendar) -> list[Campaign]:
    """Those whose whole answer time lies in the calendar, by number (number = position)."""
    found = []
    for season in calendar.seasons:
        starts, ends = (season.start - calendar.first_day).days, (season.end - calendar.first_day).days + 1
        if starts < 0 or max(ends, starts + ANSWER_DAYS + 3) >= calendar.days:
            continue
        for channel, kind in ((CHANNELS.index("email"), "邮件"), (CHANNELS.index("sms"), "短信")):
            code = f"{CODES[season.number % 10 - 1]}{season.number // 10}{CHANNELS[channel].upper()}"
            found.append((f"{season.name} {kind}", code, channel, float(starts), float(ends)))
    return [Campaign(number, *rest) for number, rest in enumerate(found)]
