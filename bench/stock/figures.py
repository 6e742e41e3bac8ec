"""The stock page beside the phone: eight st.metric with their curves, the same figures as ours.

COCKPIT_BENCH_FIGURES: a JSON list of {label, value, points}, from the API of the server beside.
"""

import json
import os

import streamlit as st

FIGURES = json.loads(os.environ["COCKPIT_BENCH_FIGURES"])
for column, one in zip(st.columns(2) * 4, FIGURES, strict=False):
    column.metric(one["label"], one["value"], chart_data=one["points"])
