"""The functions that an expression may call: their result depends on their arguments alone.

This is an allow list, so that a function of a new DuckDB version is refused until somebody has
reviewed it. It leaves out functions that make large values out of small ones (repeat, format,
printf), that crash on deeply nested values (json_contains), and that may change with DuckDB's
version (hash). `bounds` limits the arguments of others. A test compares every name with
DuckDB's catalogue.
"""

from typing import Final


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OPERATORS: Final = words("+ - * / // % ** ^ || ~~ !~~ ~~* !~~* & | << >> ~ ^@")
_NUMBERS: Final = words(
    """
    abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees even exp floor gcd greatest
    isfinite isinf isnan lcm least ln log log10 log2 mod pi pow power radians round round_even
    sign sin sqrt tan trunc bit_count xor
    """
)
_TEXT: Final = words(
    """
    ascii base64 bit_length char_length character_length chr concat concat_ws contains
    damerau_levenshtein ends_with from_base64 from_hex hamming hex instr jaccard
    jaro_similarity jaro_winkler_similarity lcase left length levenshtein lower lpad ltrim md5
    nfc_normalize octet_length ord overlay position prefix regexp_escape regexp_extract
    regexp_full_match regexp_matches regexp_replace replace reverse right rpad rtrim sha1 sha256
    split split_part starts_with string_split strip_accents strlen strpos substr substring
    suffix to_base64 to_hex translate trim ucase unhex unicode upper url_decode url_encode
    encode decode
    """
)
_TIMES: Final = words(
    """
    date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day
    dayname dayofmonth dayofweek dayofyear days_in_month epoch epoch_ms epoch_us hour isodow
    isoyear last_day make_date make_time make_timestamp make_timestamptz microsecond millisecond
    minute month monthname quarter second strftime strptime time_bucket timezone to_days
    to_hours to_microseconds to_milliseconds to_minutes to_months to_quarters to_seconds
    to_timestamp to_weeks to_years try_strptime week weekday weekofyear year yearweek
    """
)
_OTHERS: Final = words(
    """
    array_extract array_length array_slice if json_array json_array_length json_exists json_extract
    json_extract_string json_object json_type json_valid json_value len list_contains list_extract
    list_slice list_value nullif to_json typeof
    """
)
FUNCTIONS: Final = OPERATORS | _NUMBERS | _TEXT | _TIMES | _OTHERS
