"""Importing: subtitles, tables and lists from elsewhere, written as a script."""

from longtake.importing.importer import IMPORTED_KINDS, Imported, import_file, script_of

__all__ = ["IMPORTED_KINDS", "Imported", "import_file", "script_of"]
