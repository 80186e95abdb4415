"""The numbers systems give to what they keep: functions of whom and of which, unique, and silent about both.

A number of so many bits (at most 39) is scrambled by odd multiplications and a turn, which never take two numbers to
one; nothing counts up over the company.
"""

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import PythonUDFType
from duckdb.sqltypes import BIGINT, VARCHAR

HEXADECIMAL = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
ALPHABET = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
CHECKS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
IS_CAPITAL = np.array([ord("A") <= letter <= ord("Z") for letter in range(256)], dtype=np.intp)
BITS = np.array([1, 2, 4, 8, 16])
SALESFORCE_PREFIXES = {
    **{"Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006", "Case": "500", "User": "005"},
    **{"Campaign": "701", "CampaignMember": "00v", "Task": "00T", "OpportunityHistory": "008"},
}
MULTIPLIER = 173_961_102_589_771  # odd, near the golden section of 2**48
# 10368889 is odd and near the golden section of 2**24, so that its product with 39 bits still fits into 63.
MACROS = """
create or replace macro multiplied(number, bits) as (number * 10368889) & ((1::bigint << bits) - 1);
create or replace macro turned(number, bits) as
    ((number & ((1::bigint << (bits // 2)) - 1)) << (bits - bits // 2)) | (number >> (bits // 2));
create or replace macro scrambled(number, bits) as
    multiplied(turned(multiplied((number + 12345) & ((1::bigint << bits) - 1), bits), bits), bits);
create or replace macro digits(number, bits, places) as lpad(scrambled(number, bits)::varchar, places, '0');
create or replace macro own_number(person, number) as person::bigint * 10000 + number;
create or replace macro shopify_customer_id(person, entry) as 7000000000000 + scrambled(person * 10 + entry, 39);
create or replace macro shopify_order_id(person, number) as 5000000000000 + scrambled(own_number(person, number), 39);
create or replace macro shopify_order_name(person, number) as '#' || digits(own_number(person, number) + 77, 36, 11);
create or replace macro tmall_order_id(person, number) as 100000000000000000
    + scrambled(own_number(person, number), 39) * 131072 + scrambled(own_number(person, number) + 99, 39) % 131072;
create or replace macro zendesk_user_id(person, entry) as 380000000000 + scrambled(person * 10 + entry, 33);
create or replace macro zendesk_agent_id(staff) as 360000000000 + scrambled(staff, 29);
create or replace macro zendesk_ticket_id(person, ticket) as 10000000000 + scrambled(own_number(person, ticket), 36);
create or replace macro staff_number(staff) as 'E' || digits(staff, 19, 6);
create or replace macro erp_number(kind, number) as kind || digits(number, 39, 12);
"""


def teach(connection: duckdb.DuckDBPyConnection) -> None:
    """Give SQL the macros above and salesforce_id('Contact', number), whose object must be a constant."""
    connection.execute(MACROS)
    told: list[pa.Array] = []  # DuckDB reads the letters after the function has returned: they must live as long

    def salesforce_id(objects: pa.ChunkedArray, numbers: pa.ChunkedArray) -> pa.Array:
        if not len(numbers):
            return pa.array([], pa.string())
        chosen = np.asarray(numbers.to_numpy(), dtype=np.int64).astype(np.uint64)
        told.append(texts_of(salesforce_ids(SALESFORCE_PREFIXES[objects[0].as_py()], chosen)))
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


def uuids(first: np.ndarray, second: np.ndarray) -> pa.Array:
    """UUIDs (version 4 in shape) of 2 x 64 random bits."""
    digits = np.concatenate([hexadecimal(first), hexadecimal(second)], axis=1)
    digits[:, 12], digits[:, 16] = ord("4"), ord("a")
    dash = np.full((len(first), 1), ord("-"), dtype=np.uint8)
    parts = [digits[:, :8], dash, digits[:, 8:12], dash, digits[:, 12:16], dash, digits[:, 16:20], dash, digits[:, 20:]]
    return texts_of(np.concatenate(parts, axis=1))


def hexadecimal(bits: np.ndarray) -> np.ndarray:
    """The 16 digits of 64 bits, as letters [number, 16]."""
    eight = bits.astype(">u8").view(np.uint8).reshape(-1, 8)
    return HEXADECIMAL[np.stack([eight >> 4, eight & 15], axis=2).reshape(-1, 16)]


def texts_of(letters: np.ndarray) -> pa.Array:
    """Text of equal length from letters [text, length]."""
    ends = np.arange(0, letters.size + 1, letters.shape[1], dtype=np.int32)
    return pa.StringArray.from_buffers(len(letters), pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(letters)))
