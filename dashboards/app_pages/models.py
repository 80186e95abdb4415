"""How good are the models? A card for each: what it is for, how it was tried, and what it refused."""

import streamlit as st

from dashboards import freshness, model_runs
from dashboards.text import t, word


def main() -> None:
    """One model at a time."""
    st.title(t("page.models"))
    freshness.banner("models")
    runs = model_runs.last_runs()
    if runs.empty:
        st.info(t("models.none"), icon=":material/model_training:")
        return
    if not model_runs.has_cards():
        st.caption(t("models.no_cards"))
    names = {model: word("model", model) for model in runs["model"]}
    model = st.segmented_control(
        t("column.model"),
        list(names),
        format_func=names.__getitem__,
        default=next(iter(names)),
        required=True,
        key="model",
        bind="query-params",
    )
    model_runs.draw_card(runs.set_index("model", drop=False).loc[model])


main()
