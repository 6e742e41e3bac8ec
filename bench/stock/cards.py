"""A stock page of twelve HTML cards: name, figure, change and a curve of thirty points each."""

from urllib.parse import quote

import streamlit as st

CURVE = "M" + "L".join(f"{4 * at} {20 + at * at % 17}" for at in range(30))
SVG = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 116 40'>"
    f"<path d='{CURVE}' fill='none' stroke='#000'/></svg>"
)

for number in range(12):
    st.html(
        f'<article class="card"><h3>Indicateur {number}</h3><p class="value">{400 + number}</p>'
        f'<p class="change">+{number} en un jour</p><p class="when">hier</p>'
        f"<div style=\"mask-image:url('data:image/svg+xml,{quote(SVG)}')\"></div>"
        '<p class="foot">Cible 400</p></article>'
    )
