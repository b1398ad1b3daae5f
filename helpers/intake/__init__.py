"""Published reports read into a report folder: web pages, Word, PDF, text and Excel files.

A reader for each kind of file makes grids and text of it (``web``, ``word``, ``pdf``, ``plain``, ``sheet``); one matcher
places them on the form by their labels (``matcher``, with ``grids`` for tables and ``stream`` for numbers in running
text). What cannot be read for certain stays empty and is listed; the sums of the form may confirm a reading, and never
replace one.
"""

from helpers.intake.import_folder import default_folder, write
from helpers.intake.matching.model import Imported, IntakeError, Unread, dumps
from helpers.intake.sandbox import read

__all__ = ["Imported", "IntakeError", "Unread", "default_folder", "dumps", "read", "write"]
