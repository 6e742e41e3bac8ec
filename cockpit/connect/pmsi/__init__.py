"""PMSI: lines of fixed width -> stays -> counts per unit and month or day."""
