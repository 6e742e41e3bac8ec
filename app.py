"""The ASGI application: Streamlit inside, our routes and middleware around it."""

import streamlit as st

from cockpit.web import server

app = st.App(
    server.MAIN,
    routes=server.routes(),
    middleware=server.middleware(),
    lifespan=server.lifespan,
    on_script_error=server.on_script_error,
)
