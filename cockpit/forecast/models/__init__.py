"""One file per model; each answers `fit_predict(history, horizon_days, *, calendar)`.

history: one row per observed day, `day` (date) and `value`, sorted by day, days may be missing.
Returns one ForecastPoint per day that follows the last observed one.
"""
