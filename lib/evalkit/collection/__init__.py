"""Collecting data: forms for departments, mappings of other people's workbooks, annotated copies, evidence."""
