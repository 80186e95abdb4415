"""One of a few, as every page asks for it: a row of buttons or a list, held in the address by its code.

Belongs here: how such a choice is drawn and held. Does not belong here: what there is to choose. Streamlit's own
binding to the address writes the words that are shown, which are others in another language or version; a link must
mean the same for whoever opens it.
"""

from collections.abc import Mapping

import streamlit as st


def choose(label: str, names: Mapping[str, str], key: str) -> str:
    """The code that is chosen by a row of buttons: that of the address, else the first. `names`: code -> its words."""
    _take_from_address(names, key)
    chosen = st.segmented_control(label, list(names), format_func=names.__getitem__, required=True, key=key)
    return _hold(key, str(chosen))


def pick(label: str, names: Mapping[str, str], key: str) -> str:
    """The same from a list that opens, for more than a handful."""
    _take_from_address(names, key)
    return _hold(key, st.selectbox(label, list(names), format_func=names.__getitem__, key=key))


def _take_from_address(names: Mapping[str, str], key: str) -> None:
    if st.session_state.get(key) not in names:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in names else next(iter(names))


def _hold(key: str, chosen: str | None) -> str:
    assert chosen is not None, "a choice that is required is always made"  # noqa: S101
    if st.query_params.get(key) != chosen:
        st.query_params[key] = chosen
    return chosen
