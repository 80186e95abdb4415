"""Stand-ins for dbt's cross-database macros, so that sqlfluff can render the models without dbt.

Nothing here is ever run against a database: a stand-in only has to be an expression of the right shape.
"""


def dateadd(_datepart: str, _interval: int, from_date: str) -> str:
    return f"date_add({from_date}, 1)"


def datediff(first_date: str, second_date: str, _datepart: str) -> str:
    return f"date_diff({first_date}, {second_date})"


def hash(expression: str) -> str:
    return f"md5({expression})"


def type_bigint() -> str:
    return "bigint"


def type_string() -> str:
    return "varchar"


def date_trunc(_datepart: str, expression: str) -> str:
    return f"date_trunc('month', {expression})"
