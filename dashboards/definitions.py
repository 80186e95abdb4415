"""What a figure means: from the metric dictionary that is published with the data, else from the locale files.

Belongs here: looking a definition up. Does not belong here: the words; the dictionary is the seed `metrics`.
"""

from dashboards.shop_window import columns, show
from dashboards.text import has, language, t

_METRICS = """
select metric, name_en, name_zh, definition_en, definition_zh, formula, unit, owner
from marts.metrics
order by metric
"""


def definition(name: str) -> str | None:
    """What the figure of that name means, in the reader's language; None when nobody has said it.

    `business.net_revenue` asks for a meaning on one page and is looked up as `net_revenue` in the dictionary.
    """
    if has(f"definition.{name}"):
        return t(f"definition.{name}")
    return _dictionary(language()).get(name.rpartition(".")[2])


def _dictionary(code: str) -> dict[str, str]:
    if not columns("marts.metrics"):
        return {}
    metrics = show(_METRICS)
    return dict(zip(metrics["metric"], metrics[f"definition_{code}"], strict=True))
