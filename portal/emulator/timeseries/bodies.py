"""Bodies of writes: from bytes to records that fit the aspect, or a refusal that says which record does not."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from portal.emulator.timeseries.data_types import Check, WrongValue, quality_code, value_check
from portal.emulator.timeseries.date_times import FIRST, moment_of
from portal.emulator.timeseries.endpoint import Place
from portal.emulator.timeseries.errors import body_too_large, invalid_body, invalid_date, shown, wrong_value
from portal.emulator.timeseries.records import TimedValues, Values
from portal.emulator.web import EmulatorRequest, json_text

MAX_RECORD = 200_000
"""Bytes of one record."""


def json_body(request: EmulatorRequest) -> Any:
    """The JSON value in the body, with records that are not too large.

    :raises TimeSeriesError: 415 for another content type, 400 for what is not JSON (as ``NaN`` is not).
    """
    if request.mimetype != "application/json":
        raise invalid_body("Content-Type has to be application/json.", 415)
    try:
        return json.loads(request.get_data().decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid_body("The body is not valid JSON in UTF-8.") from error


def check_size(records: list[Any]) -> None:
    """See that no record is larger than it may be.

    :raises TimeSeriesError: 400, one is.
    """
    for number, record in enumerate(records):
        try:
            size = len(json_text(record).encode("utf-8", "surrogatepass"))
        except RecursionError as error:
            raise invalid_body(f"Record {number} is nested too deeply.") from error
        if size > MAX_RECORD:
            raise body_too_large(f"Record {number} has more than {MAX_RECORD} bytes.", f"record of {MAX_RECORD} bytes")


class RecordReader:
    """Reads records for one aspect of one asset.

    ``wrong_value_status`` is the answer to an unknown variable or a wrong value; 0 drops the value.
    """

    def __init__(self, place: Place, wrong_value_status: int) -> None:
        self._status = wrong_value_status
        self._resolution = place.resolution
        variables = place.kind.variables
        self._checks: dict[str, Check] = {f"{v.name}_qc": quality_code for v in variables if v.quality_code}
        self._checks |= {variable.name: value_check(variable) for variable in variables}

    def read(self, records: list[Any]) -> list[TimedValues]:
        """The records in the order in which they were sent; times finer than the resolution are cut off.

        :raises TimeSeriesError: one of them does not fit.
        """
        return [self._record(number, record) for number, record in enumerate(records)]

    def _record(self, number: int, record: Any) -> TimedValues:
        if not isinstance(record, dict):
            raise invalid_body(f"Record {number} is not a JSON object.")
        time = _time(number, record)
        values: Values = {}
        for name, value in record.items():
            # null is how a client says that a variable has no value at this time.
            if name == "_time" or (value is None and name in self._checks):
                continue
            try:
                values[name] = self._checks[name](value)
            except (KeyError, WrongValue) as error:
                if self._status:
                    raise wrong_value(self._status, _what_is_wrong(number, name, error)) from error
        return time - time % self._resolution, values


def _what_is_wrong(number: int, name: str, error: KeyError | WrongValue) -> str:
    if isinstance(error, WrongValue):
        return f"Record {number}: {shown(name)} has to be {error}."
    return f"Record {number}: the aspect has no variable {shown(name)}, or no quality code for it."


def _time(number: int, record: dict[str, Any]) -> int:
    text = record.get("_time")
    if not isinstance(text, str):
        raise invalid_body(f"Record {number} needs a _time, for example 2019-02-10T23:00:00Z.")
    try:
        time = moment_of(text)
    except ValueError as error:
        raise invalid_date("_time", text) from error
    if time < FIRST:
        raise invalid_body(f"Record {number} is older than 1970-01-01T00:00:00Z.")
    return time


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")
