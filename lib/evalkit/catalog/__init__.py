"""Rules as data: the catalogue of documents, variables, measures, sets, regions, plans and runs."""

from evalkit.catalog.load import Catalog, load_catalog
from evalkit.catalog.runfiles import load_corrections, load_decisions

__all__ = ["Catalog", "load_catalog", "load_corrections", "load_decisions"]
