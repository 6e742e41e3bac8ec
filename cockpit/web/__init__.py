"""The door: Streamlit's ASGI application with our routes, our middleware and our document."""
