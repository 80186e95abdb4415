"""How the weekly export writes: everything in quotes, LF, UTF-8 (the admin picked it), API names, 0 and 1, times of day
even on pure dates, UTC without saying so. What the cells mean stands in the objects' modules.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.world.exports.delivery import Feed
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import csv_line

MACROS = """
create or replace macro sf_time(moment) as
    '"' || coalesce(moment::timestamp::varchar, '') || '"';
create or replace macro sf_day(moment) as
    '"' || coalesce(moment::date::varchar || ' 00:00:00', '') || '"';
create or replace macro sf_flag(is_so) as case when is_so then '"1"' else '"0"' end;
create or replace macro sf_bare(x) as '"' || coalesce(x::varchar, '') || '"';
create or replace macro sf_money(cents) as '"' || money(cents) || '"';
"""
SYSTEM_COLUMNS = "OwnerId,CreatedDate,CreatedById,LastModifiedDate,LastModifiedById,SystemModstamp"


@dataclass(frozen=True)
class SalesforceObject:
    """An object of the CRM: its columns in order, and the SQL of the cells that are ever filled."""

    name: str
    columns: str
    cells: Mapping[str, str]

    @property
    def feed(self) -> Feed:
        header = ",".join(f'"{column}"' for column in self.columns.split(","))
        return Feed("salesforce", self.name, f"{self.name}.csv", header + "\n")

    def write(self, desk: Desk, rows: str) -> None:
        """rows: a relation with delivery, id and what the cells read, and owner (staff), created, changed."""
        kept = {
            "Id": "sf_bare(id)",
            "OwnerId": "sf_bare(salesforce_id('User', owner))",
            "CreatedDate": "sf_time(created)",
            "CreatedById": "sf_bare(salesforce_id('User', owner))",
            "LastModifiedDate": "sf_time(changed)",
            "LastModifiedById": "sf_bare(salesforce_id('User', owner))",
            "SystemModstamp": "sf_time(changed)",
            "IsDeleted": "'\"0\"'",
        }
        columns = self.columns.split(",")
        cells = {name: cell for name, cell in kept.items() if name in columns} | dict(self.cells)
        line = csv_line(columns, cells, empty='""')
        desk.write(self.feed, f"select delivery, {line} as line from ({rows}) order by delivery, created, id")
