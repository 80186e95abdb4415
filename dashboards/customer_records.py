"""One customer's golden record, the records behind it, the evidence that joined them, and a steward's word on it."""

import json

import pandas as pd
import streamlit as st

from dashboards import access
from dashboards.code_names import name_of
from dashboards.decisions import Decision, decide, decided
from dashboards.shop_window import columns_of_people, show_people
from dashboards.tables import show_table
from dashboards.text import day, listing, md, t, word

PROFILE = [
    "full_name",
    "gender",
    "birth_date",
    "email",
    "phone",
    "company_name",
    "address",
    "city",
    "province",
    "region",
    "country",
    "owner_name",
    "status",
    "level",
    "member_number",
    "member_level",
    "consent_email",
    "consent_phone",
    "consent_sms",
    "first_source",
    "source_systems",
    "record_count",
    "first_seen_date",
    "last_seen_date",
]
EVIDENCE_HEIGHT = 84  # pixels: four lines, for what six fields have to say
RECORDS = "select * from people.marts.customer_records where customer_id = $customer order by source_system, record_key"
PROVENANCE = """
select field, source_system, rule, record_key, losing_values
from people.marts.customer_field_provenance
where customer_id = $customer
"""
LINKS = """
select record_key_a, record_key_b, rule, match_probability, evidence, is_on_path, is_bridge, status
from people.marts.record_links
where list_contains($records, record_key_a) or list_contains($records, record_key_b)
order by is_on_path desc, status, match_probability desc, record_key_a, record_key_b
limit 200
"""


def draw_profile(person: pd.Series) -> None:
    """Every field of the golden record, and which record it came from by which rule."""
    provenance = {}
    if columns_of_people("customer_field_provenance"):
        found = show_people(PROVENANCE, {"customer": person["customer_id"]})
        provenance = {row["field"]: row for _, row in found.iterrows()}
    rows = []
    for field in PROFILE:
        if field not in person.index or _is_nothing(person[field]):
            continue
        source = provenance.get(field)
        rows.append(
            {
                "profile_field": t(f"column.{field}"),
                "profile_value": _written(field, person[field]),
                "origin": _origin(source) if source is not None else "",
            }
        )
    frame = pd.DataFrame(rows)
    # a table that is drawn and not written, so that nothing a customer typed is ever read as Markdown
    show_table(frame if provenance else frame.drop(columns="origin"), key="profile", height="content")
    if not provenance:
        st.caption(t("customer.no_provenance"))
    st.caption(md("customer.key", id=person["customer_id"]))


def draw_records(customer: str) -> None:
    """The records that are this customer, what joined them, and the form to object."""
    records = show_people(RECORDS, {"customer": customer})
    shown = [
        "source_system",
        "source_record_type",
        "source_record_id",
        "matched_by",
        "match_probability",
        "assigned_as_of",
    ]
    table = records[[name for name in shown if name in records.columns]].copy()
    table["matched_by"] = [word("matched_by", code) for code in table["matched_by"].fillna("")]
    for name in ("source_system", "source_record_type"):
        table[name] = [name_of(name, code) for code in table[name]]
    show_table(table, key="records", height="content")
    asked = {"records": list(records["record_key"])}
    links = show_people(LINKS, asked) if columns_of_people("record_links") else pd.DataFrame()
    if len(links):
        _draw_links(links)
    elif len(records) > 1:
        st.caption(t("customer.no_evidence"))
    if access.may("decide"):
        _draw_decision(customer, list(records["record_key"]), links)


def evidence_in_words(evidence: str | None) -> str:
    """The evidence of a link, a JSON list of fields with their bits, as one line; the strongest field first."""
    try:
        fields = json.loads(evidence or "[]")
        ordered = sorted(fields, key=lambda field: -abs(float(field.get("bits") or 0)))
        return "; ".join(_field_in_words(field) for field in ordered)
    except (ValueError, TypeError, AttributeError):
        return str(evidence)


def _field_in_words(field: dict) -> str:
    values = " / ".join(dict.fromkeys(str(field[side]) for side in ("value_a", "value_b") if field.get(side)))
    bits = f"({float(field['bits']):+.1f})" if field.get("bits") is not None else ""
    told = [
        word("evidence_field", str(field["field"])) + ":",
        values,
        word("evidence", str(field.get("level") or "")),
        bits,
    ]
    return " ".join(part for part in told if part)


def _draw_links(links: pd.DataFrame) -> None:
    st.subheader(t("customer.evidence"), help=t("definition.evidence"))
    frame = pd.DataFrame(
        {
            "evidence": [evidence_in_words(each) for each in links["evidence"]],
            "match_share": links["match_probability"].astype(float),
            "link_rule": [word("link_rule", code) for code in links["rule"]],
            "link_status": [word("link_status", code) for code in links["status"]],
            "record_a": links["record_key_a"],
            "record_b": links["record_key_b"],
        }
    )
    show_table(frame, key="links", height="content", row_height=EVIDENCE_HEIGHT)


def _draw_decision(customer: str, records: list[str], links: pd.DataFrame) -> None:
    linked = [*links["record_key_a"], *links["record_key_b"]] if len(links) else []
    others = list(dict.fromkeys(record for record in linked if record not in records))
    with st.form(f"decide-{customer}", border=True):
        st.subheader(t("customer.decide"), help=t("definition.decide"))
        left, right = st.columns(2)
        record_a = left.selectbox(t("column.record_a"), records, key="record_a")
        record_b = right.selectbox(
            t("column.record_b"),
            [*records, *others],
            index=min(1, len(records) - 1),
            key="record_b",
            accept_new_options=True,
        )
        names = {code: word("decision", code) for code in ("apart", "together", "undo")}
        decision = st.radio(
            t("customer.decision"),
            list(names),
            format_func=names.__getitem__,
            horizontal=True,
            key="decision",
        )
        reason = st.text_input(t("customer.reason"), max_chars=200, key="reason")
        if st.form_submit_button(t("customer.decide"), icon=":material/gavel:"):
            if not reason.strip():
                st.error(t("customer.say_why"), icon=":material/error:")
            elif record_a == record_b or not record_b:
                st.error(t("customer.two_records"), icon=":material/error:")
            else:
                decide(Decision(decision, record_a, record_b, reason))
                st.success(t("customer.decided"), icon=":material/check:")
    _draw_decided(records)


def _draw_decided(records: list[str]) -> None:
    made = decided()
    made = made[made["record_a"].isin(records) | made["record_b"].isin(records)]
    if len(made):
        st.subheader(t("customer.decisions"))
        frame = made[["decided_at", "decided_by", "decision", "record_a", "record_b", "reason"]].copy()
        frame["decision"] = [word("decision", code) for code in frame["decision"]]
        show_table(frame, key="decided", height="content")


def _origin(source: pd.Series) -> str:
    return f"{word('system', source['source_system'])} · {word('golden_rule', str(source['rule']))}"


def _written(field: str, value: object) -> object:
    if isinstance(value, bool) or str(value) in ("True", "False"):
        return word("yes_no", str(value).lower())
    if field.endswith("_date"):
        return day(value)  # type: ignore[arg-type]
    if field == "source_systems":
        return listing([word("system", each.strip()) for each in str(value).split(",")])
    return name_of(field, str(value))


def _is_nothing(value: object) -> bool:
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and value != value)
