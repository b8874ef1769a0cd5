"""The commands behind `python -m analysis`: where a run stands, and what a table of runs says."""
