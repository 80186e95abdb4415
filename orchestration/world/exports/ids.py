"""The numbers systems give to what they keep: functions of whom and of which, unique, and silent about both.

A number is scrambled by multiplications that never take two numbers to one (below `size`, a multiple of 100,000 that
shares no factor with MULTIPLIER); nothing counts up over the company.
"""

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import PythonUDFType
from duckdb.sqltypes import BIGINT, VARCHAR

ALPHABET = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
CHECKS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
IS_CAPITAL = np.array([ord("A") <= letter <= ord("Z") for letter in range(256)], dtype=np.intp)
BITS = np.array([1, 2, 4, 8, 16])
SALESFORCE_PREFIXES = {
    **{"Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006", "Case": "500", "User": "005"},
    **{"Campaign": "701", "CampaignMember": "00v", "Task": "00T", "OpportunityHistory": "008"},
}
# A multiplier that shares no factor with 10 or 2, near the golden section of 2**48.
MULTIPLIER = 173_961_102_589_771
MACROS = f"""
create or replace macro turned(number, size) as (number % 100000) * (size // 100000) + number // 100000;
create or replace macro multiplied(number, size) as ((number::hugeint * {MULTIPLIER} + 8191) % size)::bigint;
create or replace macro scrambled(number, size) as multiplied(turned(multiplied(number, size), size), size);
create or replace macro own_number(person, number) as person * 10000 + number;
create or replace macro shopify_customer_id(person, entry) as 7000000000000 + scrambled(person * 10 + entry,
    1000000000000);
create or replace macro shopify_order_id(person, number) as 5000000000000 + scrambled(own_number(person, number),
    1000000000000);
create or replace macro shopify_order_name(person, number) as
    '#' || lpad(scrambled(own_number(person, number) + 77, 100000000000)::varchar, 11, '0');
create or replace macro tmall_order_id(person, number) as
    100000000000000000 + scrambled(own_number(person, number), 900000000000000000);
create or replace macro zendesk_user_id(person, entry) as 380000000000 + scrambled(person * 10 + entry, 10000000000);
create or replace macro zendesk_agent_id(staff) as 360000000000 + scrambled(staff, 1000000000);
create or replace macro zendesk_ticket_id(person, ticket) as 10000000000 + scrambled(own_number(person, ticket),
    90000000000);
create or replace macro staff_number(staff) as 'E' || lpad(scrambled(staff, 1000000)::varchar, 6, '0');
create or replace macro erp_number(kind, number) as kind || lpad(scrambled(number, 10000000000)::varchar, 10, '0');
"""


def teach(connection: duckdb.DuckDBPyConnection) -> None:
    """Give SQL the macros above and salesforce_id('Contact', number), whose object must be a constant."""
    connection.execute(MACROS)
    told: list[pa.Array] = []  # DuckDB reads the letters after the function has returned: they must live as long

    def salesforce_id(objects: pa.ChunkedArray, numbers: pa.ChunkedArray) -> pa.Array:
        if not len(numbers):
            return pa.array([], pa.string())
        chosen = np.asarray(numbers.to_numpy(), dtype=np.int64).astype(np.uint64)
        letters = salesforce_ids(SALESFORCE_PREFIXES[objects[0].as_py()], chosen)
        ends = np.arange(0, letters.size + 1, 18, dtype=np.int32)
        told.append(pa.StringArray.from_buffers(len(letters), pa.py_buffer(ends), pa.py_buffer(letters)))
        return told[-1]

    connection.create_function("salesforce_id", salesforce_id, [VARCHAR, BIGINT], VARCHAR, type=PythonUDFType.ARROW)


def salesforce_ids(prefix: str, numbers: np.ndarray) -> np.ndarray:
    """Ids of 18 characters, as bytes [number, 18]: the object's prefix, the org, the scrambled number in base 62, and
    three checks that tell which of the fifteen are capitals. numbers: uint64 below 2**48."""
    letters = np.empty((len(numbers), 18), dtype=np.uint8)
    letters[:, :6] = np.frombuffer(f"{prefix}Ex0".encode(), dtype=np.uint8)
    left = (numbers * np.uint64(MULTIPLIER)) % np.uint64(2**48)
    for place in range(14, 5, -1):
        rest = left // np.uint64(62)
        letters[:, place] = ALPHABET[(left - rest * np.uint64(62)).astype(np.intp)]
        left = rest
    letters[:, 15:] = CHECKS[(IS_CAPITAL[letters[:, :15]].reshape(-1, 3, 5) @ BITS)]
    return letters
