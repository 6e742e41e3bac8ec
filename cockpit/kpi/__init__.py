"""What we measure: measures, KPIs as data, and the one engine that computes them."""
