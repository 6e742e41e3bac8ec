"""Cockpit: the path of a figure, from a hospital's export to a director's phone.

    source system
      -> connectors/*.py                 one file per kind of source
      -> cockpit/connect/deliver.py      a delivery becomes a checked Batch
      -> cockpit/warehouse/landing.py    every accepted batch is kept (Parquet)
      -> cockpit/warehouse/publish.py    an immutable generation (DuckDB file)
      -> cockpit/kpi/compute.py          one way to compute a KPI
      -> cockpit/series/trend.py         its value now, before, last year, against its target
         cockpit/forecast/run.py         what comes next
         cockpit/alerts/evaluate.py      when to speak
         cockpit/brief/compose.py         what deserves attention
      -> cockpit/views/                  functions that return HTML and chart specs
      -> pages/*.py, cockpit/web/        the screens, the brief, the API

`cockpit/refresh.py` walks it from end to end.
"""

__version__ = "0.1.0"
