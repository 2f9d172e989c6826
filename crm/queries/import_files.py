"""What stands in the files of imports."""

from itertools import islice
from pathlib import PurePath

from crm.gateways.tables import Layout, Table, TableError, open_table
from crm.models import Import, ImportProblem


def table_of(parent: Import) -> Table:
    """Return the file of an import, its rows to be read one by one. Raises `TableError`, also where the file is gone."""
    layout = Layout(PurePath(parent.file.name or "").suffix.removeprefix("."), parent.encoding, parent.separator)
    try:
        with parent.file.open("rb") as file:
            content = file.read()
    except (FileNotFoundError, ValueError) as error:
        raise TableError("damaged") from error
    return open_table(content, layout)


def sample_of(parent: Import, *, count: int = 3) -> list[list[str]]:
    """Return for each column of a file what stands in its first rows, where anything does. Raises `TableError`."""
    table = table_of(parent)
    rows = [line.cells for line in islice(table.rows, 20) if line.cells is not None]
    return [[row[at] for row in rows if row[at]][:count] for at in range(len(table.columns))]


def problem_rows(parent: Import) -> tuple[list[str], list[list[str]]]:
    """Return heading and rows of the file with the rows that were left out as they stand in it, before them their numbers and why.

    Once the file is forgotten the rows are not there, only numbers and reasons.
    """
    reasons: dict[int, list[str]] = {}
    for problem in ImportProblem.objects.filter(parent=parent).order_by("row", "pk"):
        reasons.setdefault(problem.row, []).append(str(problem))
    left_out = set(ImportProblem.objects.filter(parent=parent, is_note=False).values_list("row", flat=True))
    try:
        lines = table_of(parent).rows
        cells = {line.number: line.cells or [] for line in lines if line.number in left_out}
    except TableError:
        cells = {}
    rows = [[str(row), " ".join(reasons[row]), *cells.get(row, ())] for row in sorted(left_out)]
    return parent.columns, rows
