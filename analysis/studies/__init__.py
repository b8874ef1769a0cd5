"""What is computed once, recorded and recalled: `record` is how, every other file is a study.

A study has the `NAME` of its record, the `DATASETS` behind it, and `summarise()`, which computes
it. `python -m analysis.studies` remakes the records. Importing this room loads nothing.
"""
