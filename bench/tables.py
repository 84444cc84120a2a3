"""Tables for the terminal and for Markdown."""

from dataclasses import dataclass, field


@dataclass
class Table:
    title: str
    head: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _lines(table: Table, left: str, between: str, right: str) -> list[str]:
    widths = [max(len(row[column]) for row in [table.head, *table.rows]) for column in range(len(table.head))]

    def line(row: list[str]) -> str:
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        return left + between.join(cells) + right

    rule = [("-" if column == 0 else "") + "-" * (width - 1) + ("" if column == 0 else ":")
            for column, width in enumerate(widths)]
    return [line(table.head), line(rule), *(line(row) for row in table.rows)]


def plain(table: Table) -> str:
    head, _, *rows = _lines(table, "  ", "   ", "")
    return "\n".join([table.title, head, *rows, *("  " + note for note in table.notes)])


def markdown(table: Table) -> str:
    return "\n".join([f"### {table.title}", "", *_lines(table, "| ", " | ", " |"), "",
                      *(f"{note}\n" for note in table.notes)])
