"""The lightest stock page with a figure: one st.metric."""

import streamlit as st

st.metric("Passages aux urgences", "412", "+12")
