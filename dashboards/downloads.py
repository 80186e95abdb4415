"""Lists of customers as files: who is left out, what is written down, and the three formats to choose from.

Belongs here: the buttons, the consent and the audit entry. Does not belong here: which customers (the page), or the
formats themselves (exports).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboards import access, audit, exports
from dashboards.shop_window import Question, columns, current, show, stream
from dashboards.text import md, number, t, word

PURPOSES = {"analysis": None, "email": "consent_email", "phone": "consent_phone", "sms": "consent_sms"}
CONTACTS = {"email": ("full_name", "email"), "phone": ("full_name", "phone"), "sms": ("full_name", "phone")}
WRITERS: dict[str, tuple[Callable[..., bytes], str]] = {
    "csv": (exports.csv_bytes, "text/csv"),
    "xlsx": (exports.xlsx_bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "parquet": (exports.parquet_bytes, "application/vnd.apache.parquet"),
}


@dataclass(frozen=True)
class List:
    """Customers to be downloaded: a condition on marts.customer_360, its parameters, and what the list is called."""

    name: str
    where: str
    parameters: dict[str, object]
    columns: Sequence[str]


def offer(customers: List) -> None:
    """Ask what the list is for, say how many are left out for want of consent, and offer the files."""
    if not access.may("export"):
        st.caption(t("export.no_right"))
        return
    offered = [name for name in PURPOSES if name == "analysis" or access.may("people")]
    names = {code: word("purpose", code) for code in offered}
    purpose = st.segmented_control(
        t("export.purpose"),
        offered,
        format_func=names.__getitem__,
        default=offered[0],
        required=True,
        key=f"purpose-{customers.name}",
        help=t("export.purpose_help"),
    )
    consent = PURPOSES[purpose]
    agreed = _agreed(consent)
    counts = show(
        f"select count(*) as all_count, count(*) filter (where {agreed}) as agreed_count "
        f"from marts.customer_360 where {customers.where}",
        customers.parameters,
    ).iloc[0]
    count, left_out = int(counts["agreed_count"]), int(counts["all_count"] - counts["agreed_count"])
    if consent:
        st.caption(md("export.left_out", count=number(left_out), listed=number(count)))
    if access.hides(count):
        st.caption(md("export.too_small", count=number(access.visitor().smallest_group)))
    elif count:
        _draw_buttons(customers, purpose, _question(customers, purpose, agreed), {"rows": count, "left_out": left_out})


def _agreed(consent: str | None) -> str:
    if consent is None:
        return "true"
    # nobody has agreed to what nobody was asked
    return f"coalesce({consent}, false)" if consent in columns("marts.customer_360") else "false"


def _question(customers: List, purpose: str, agreed: str) -> tuple[Question, list[str]]:
    names = list(customers.columns)
    found = f"select {', '.join(names)} from marts.customer_360 where ({customers.where}) and {agreed}"
    contacts = CONTACTS.get(purpose, ())
    if not contacts:
        return Question(f"{found} order by customer_id", customers.parameters), names
    shown = ", ".join(f"people_found.{name}" for name in contacts)
    sql = (
        f"select found.*, {shown} from ({found}) as found inner join people.marts.dim_customers as people_found "
        "on found.customer_id = people_found.customer_id order by found.customer_id"
    )
    return Question(sql, customers.parameters, names_people=True), [*names, *contacts]


def _draw_buttons(customers: List, purpose: str, asked: tuple[Question, list[str]], counts: dict[str, Any]) -> None:
    question, names = asked
    snapshot, visitor = current(), access.visitor()
    header = [t(f"column.{name}") for name in names]
    file_name = "-".join([customers.name, *([purpose] if PURPOSES[purpose] else []), f"{snapshot.as_of_date:%Y-%m-%d}"])
    with st.container(horizontal=True):
        for kind, (write, mime) in WRITERS.items():
            if kind == "xlsx" and counts["rows"] > exports.XLSX_MAX_ROWS:
                st.caption(
                    md("segments.too_long_for_xlsx", count=number(counts["rows"]), limit=number(exports.XLSX_MAX_ROWS))
                )
                continue

            def made(kind: str = kind, write: Callable[..., bytes] = write) -> bytes:
                details = {"list": customers.name, "purpose": purpose, "format": kind, "version": snapshot.version}
                audit.write(visitor, "export", {**details, **counts})
                return write(names if kind == "parquet" else header, stream(snapshot, question))

            st.download_button(
                t(f"export.{kind}"),
                made,
                f"{file_name}.{kind}",
                mime,
                key=f"{kind}-{customers.name}",
                on_click="ignore",
                icon=":material/download:",
            )
