"""Data as received become inputs: every value with its cell, unit, correction or typed reason."""

from evalkit.intake.inputs import INPUT_COLUMNS, Input, Inputs
from evalkit.intake.read import read_inputs

__all__ = ["INPUT_COLUMNS", "Input", "Inputs", "read_inputs"]
