"""Screens without data logic: functions that return HTML, chart specs or words.

french, dates          a figure or a day as a person writes it
tiles, parts, tables   HTML, every datum escaped, no script
charts                 Vega-Lite without data, its text and its table
params, nav, context   what the address says, which pages exist, who is looking
page, screens/         the only modules here that call Streamlit
"""
