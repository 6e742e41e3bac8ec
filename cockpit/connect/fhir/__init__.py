"""FHIR R4: search -> stays, beds or reports -> lines of figures."""
