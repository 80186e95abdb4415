"""One of a few, as every page asks for it: a row of buttons or a list, held in the address by its code.

Belongs here: how such a choice is drawn and held. Does not belong here: what there is to choose. Streamlit's own
binding to the address writes the words that are shown, which are others in another language or version; a link must
mean the same for whoever opens it.
"""

from collections.abc import Mapping

import streamlit as st


def choose(label: str, names: Mapping[str, str], key: str) -> str:
    """The code that is chosen by a row of buttons: that of the address, else the first. `names`: code -> its words."""
    asked = _asked(names, key)
    chosen = st.segmented_control(label, list(names), format_func=names.__getitem__, required=True, key=key)
    return _hold(key, chosen or asked)


def pick(label: str, names: Mapping[str, str], key: str) -> str:
    """The same from a list that opens, for more than a handful."""
    asked = _asked(names, key)
    return _hold(key, st.selectbox(label, list(names), format_func=names.__getitem__, key=key) or asked)


def _asked(names: Mapping[str, str], key: str) -> str:
    if st.session_state.get(key) not in names:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in names else next(iter(names))
    return str(st.session_state[key])


def _hold(key: str, chosen: str) -> str:
    if st.query_params.get(key) != chosen:
        st.query_params[key] = chosen
    return chosen
