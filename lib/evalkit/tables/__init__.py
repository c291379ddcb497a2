"""Reading and writing files safely: strict YAML, CSV with cell addresses, whole-or-nothing writes."""

from evalkit.tables.csvs import CsvRow, cell_name, read_csv, write_csv
from evalkit.tables.files import file_sha256, project_path, read_text, write_bytes, write_json, write_text
from evalkit.tables.yamls import Located, load_yaml, parse_yaml

__all__ = [
    "CsvRow",
    "Located",
    "cell_name",
    "file_sha256",
    "load_yaml",
    "parse_yaml",
    "project_path",
    "read_csv",
    "read_text",
    "write_bytes",
    "write_csv",
    "write_json",
    "write_text",
]
