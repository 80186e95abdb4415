"""How good are the models? A card for each: what it is for, how it was tried, and what it refused."""

import streamlit as st

from dashboards import freshness, model_runs
from dashboards.choices import choose
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
    model = choose(t("column.model"), names, "model")
    model_runs.draw_card(runs[runs["model"] == model].iloc[0])


main()
