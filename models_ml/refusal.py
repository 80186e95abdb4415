"""How a model says that it cannot be had, in both languages. What is too little stands with each model."""


class Refused(ValueError):  # noqa: N818 - a state of the business, said as one
    """There is too little to learn from, or it cannot be read: no scores rather than invented ones.

    `zh` is the same sentence in Chinese; both say what there is, what is needed and what would help.
    """

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


def need(found: int, needed: int, what_en: str, what_zh: str) -> None:
    """Raise Refused when fewer are found than are needed."""
    if found < needed:
        raise Refused(
            f"Too little data: {found:,} {what_en}, at least {needed:,} are needed. Nothing is published until then.",
            f"数据不足：{what_zh}只有 {found:,}，至少需要 {needed:,}；在此之前不发布任何结果。",
        )
