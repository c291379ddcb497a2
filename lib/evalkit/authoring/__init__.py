"""Indicator sets as spreadsheets that people type and read: the language of 指标值 and 公式, export and import."""
