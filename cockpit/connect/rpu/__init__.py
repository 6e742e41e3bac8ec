"""RPU: the XML of emergency visits -> counts per unit and day."""
