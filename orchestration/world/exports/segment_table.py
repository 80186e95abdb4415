"""Segment's archive as a table: the calls of one full delivery in Parquet, for lives too long for text. Nested parts
are structures with the keys of the calls' JSON (segment.py). Cells are numbers into short lists of words wherever words
come again, so no text is built per call but its own id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.world.books import Books
from orchestration.world.catalog import CATEGORIES, PRODUCTS
from orchestration.world.codes import CHANNELS, DEVICES, EVENTS
from orchestration.world.dice import Dice
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.segment_calls import AGENTS, NAMES, REFERRERS, SHOP, UTM, Calls, machine_ids, pages

Codes = npt.NDArray[np.int64]
# What a visit has of its own, in the order of the books.
VISIT_FACTS = """
select case when v.is_signed_in and k.person is not null then shopify_customer_id(v.person, 0)::varchar end as user_id,
    c.code as campaign, s.true_email as email, s.full_name as name,
    case when o.person is not null then shopify_order_id(o.person, o."order")::varchar end as order_id,
    cast(o.total / 100 as decimal(18, 2)) as total, o.currency::varchar as currency
from visits v
left join records k on k.person = v.person and k.system = 'shopify' and k.entry = 0
left join cards s on s.person = v.person and s.system = 'segment' and s.entry = 0
    and s.told_at <= v.at and v.at < s.outdated_at
left join campaigns c on c.campaign = v.campaign
left join orders o on o.person = v.person and o."order" = v."order"
order by v.person, v.visit
"""
# Every call has another: a list of words would only cost time.
UNLIKE = ("messageId", "timestamp", "receivedAt", "properties.total", "properties.step")
ROW_GROUP = 500_000  # calls


@dataclass(frozen=True)
class _Rows:
    """The calls' rows: `calls`, the visit of each as a row of the books' visits, and those visits' own facts."""

    calls: Calls
    books: Books
    facts: pa.Table
    dice: Dice

    def of_visit(self, values: npt.NDArray) -> npt.NDArray:
        """Per call, a value per visit."""
        return values[self.calls.visit_row]

    def fact(self, name: str, said: npt.NDArray[np.bool_] | None = None) -> pa.Array:
        """Per call, the words of its visit; null where they are not said."""
        words = self.facts.column(name).combine_chunks().dictionary_encode()
        codes = self.of_visit(words.indices.fill_null(-1).to_numpy())
        return _words(codes if said is None else np.where(said, codes, -1), words.dictionary)

    def machine(self, what: str) -> pa.Array:
        """Per call, the id of its visit's browser or device."""
        number, which = np.unique(self.books.visits[what].to_numpy(), return_inverse=True)
        return pa.DictionaryArray.from_arrays(
            self.of_visit(which.astype(np.int32)), machine_ids(self.dice, what, number)
        )


def write_calls(desk: Desk, calls: Calls, books: Books, dice: Dice) -> Callable[[Path], int]:
    """Writes the calls to a Parquet file of their own and gives their number. Needs cards and the books."""
    return lambda file: _write(
        _table(_Rows(calls, books, desk.connection.sql(VISIT_FACTS).to_arrow_table(), dice)), file
    )


def _write(table: pa.Table, file: Path) -> int:
    listed = [path for path in _leaves(table.schema) if path not in UNLIKE]
    with pq.ParquetWriter(
        file,
        table.schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=listed,
        dictionary_pagesize_limit=2**26,
        write_statistics=["receivedAt", "timestamp"],
        column_encoding={"timestamp": "DELTA_BINARY_PACKED", "receivedAt": "DELTA_BINARY_PACKED"},
        store_schema=False,
    ) as writer:
        writer.write_table(table, ROW_GROUP)
    return table.num_rows


def _table(rows: _Rows) -> pa.Table:
    calls, told = rows.calls, pages()
    kind = calls.kind
    is_page, identifies = kind == EVENTS.index("page"), kind == EVENTS.index("identify")
    written = [{"page": "page", "identify": "identify"}.get(name, "track") for name in EVENTS]
    types = sorted(set(written))
    type_of, event_of = np.array([types.index(name) for name in written]), list(NAMES)
    event_codes = np.array([event_of.index(name) if name in NAMES else -1 for name in EVENTS])
    return pa.table(
        {
            "type": _words(type_of[kind], types),
            "messageId": calls.message_id,
            "anonymousId": rows.machine("anonymous"),
            "userId": rows.fact("user_id"),
            "timestamp": _milliseconds(calls.at, calls.millisecond),
            "receivedAt": _milliseconds(calls.received_at, calls.millisecond),
            "event": _words(event_codes[kind], list(NAMES.values())),
            "name": _words(np.where(is_page, calls.page, -1), told["title"]),
            "properties": _properties(rows, told),
            "traits": pa.StructArray.from_arrays(
                [rows.fact("email", identifies), rows.fact("name", identifies)],
                ["email", "name"],
                mask=pa.array(~identifies),
            ),
            "context": _context(rows, told),
        }
    )


def _properties(rows: _Rows, told: Mapping[str, Sequence[str]]) -> pa.Array:
    kind, page = rows.calls.kind, rows.calls.page
    at = {name: kind == EVENTS.index(name) for name in EVENTS}
    seen = np.where(at["page"], page, -1)
    product = np.where(at["product_viewed"] | at["product_added"], rows.calls.product, -1)
    category = np.append([one.category for one in PRODUCTS], -1)[product]
    skus = [one.sku for one in PRODUCTS]
    bought = at["order_completed"]
    total = rows.facts.column("total").combine_chunks()
    cells = {
        "path": _words(seen, told["path"]),
        "url": _words(seen, [f"{SHOP}{path}" for path in told["path"]]),
        "query": _words(np.where(at["search"], page, -1), told["query"]),
        "product_id": _words(product, skus),
        "sku": _words(product, skus),
        "name": _words(product, [one.name_latin for one in PRODUCTS]),
        "category": _words(category, [latin for latin, _ in CATEGORIES]),
        "step": pa.array(np.ones(len(kind), dtype=np.int32), mask=~at["checkout_started"]),
        "order_id": rows.fact("order_id", bought),
        "total": total.take(pa.array(rows.calls.visit_row, mask=~bought)),
        "currency": rows.fact("currency", bought),
    }
    return pa.StructArray.from_arrays(list(cells.values()), list(cells), mask=pa.array(at["identify"]))


def _context(rows: _Rows, told: Mapping[str, Sequence[str]]) -> pa.Array:
    visits, first = rows.books.visits, rows.calls.event == 0
    channel = rows.of_visit(visits["channel"].to_numpy())
    referrers = [*REFERRERS.values(), "", f"{SHOP}/"]
    landed = np.array([list(REFERRERS).index(name) if name in REFERRERS else -2 for name in CHANNELS]) % len(referrers)
    campaign = np.where(first & np.isin(channel, [CHANNELS.index(name) for name in UTM]), channel, -1)
    words = [UTM.get(name, "/").split("/") for name in CHANNELS]
    kind = rows.of_visit(visits["device_kind"].to_numpy())
    language = rows.books.people.set_index("person")["language"].reindex(visits["person"]).to_numpy()
    same = np.zeros(len(kind), dtype=np.int64)
    cells = {
        "page": {
            "path": _words(rows.calls.page, told["path"]),
            "referrer": _words(np.where(first, landed[channel], len(referrers) - 1), referrers),
        },
        "campaign": {
            "source": _words(campaign, [source for source, _ in words]),
            "medium": _words(campaign, [medium for _, medium in words]),
            "name": rows.fact("campaign", campaign >= 0),
        },
        "library": {"name": _words(same, ["analytics.js"]), "version": _words(same, ["next-1.70.0"])},
        "device": {"id": rows.machine("device"), "type": _words(kind, DEVICES)},
    }
    structures = {
        name: pa.StructArray.from_arrays(
            list(parts.values()), list(parts), mask=pa.array(campaign < 0) if name == "campaign" else None
        )
        for name, parts in cells.items()
    }
    plain = {
        "locale": _words(rows.of_visit(language), ["zh-CN", "en-GB"]),
        "ip": _words(
            rows.of_visit(visits["anonymous"].to_numpy() % 254), [f"203.0.113.{number + 1}" for number in range(254)]
        ),
        "userAgent": _words(kind, [AGENTS[name] for name in DEVICES]),
    }
    found = structures | plain
    return pa.StructArray.from_arrays(list(found.values()), list(found))


def _words(codes: Codes, words: Sequence[str] | pa.Array) -> pa.DictionaryArray:
    """Words by number; null below 0."""
    listed = words if isinstance(words, pa.Array) else pa.array(list(words), pa.string())
    unique = listed.dictionary_encode()  # a list in a Parquet file holds no word twice
    if len(unique.dictionary) < len(listed):
        codes = np.append(unique.indices.to_numpy(), -1)[codes]
        listed = unique.dictionary
    codes = codes.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), listed)


def _milliseconds(moments: npt.NDArray[np.datetime64], thousandths: Codes) -> pa.Array:
    return pa.array(moments.astype("datetime64[ms]") + thousandths.astype("timedelta64[ms]"))


def _leaves(schema: pa.Schema) -> list[str]:
    found: list[str] = []
    fields = [(field.name, field.type) for field in schema]
    while fields:
        path, kind = fields.pop()
        inside = [(f"{path}.{part.name}", part.type) for part in kind.fields] if pa.types.is_struct(kind) else []
        fields += inside
        found += [] if inside else [path]
    return found
