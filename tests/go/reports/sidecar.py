"""sidecar.py PROGRAM FILE: is what the sidecar of this program says what it should say?"""

import json
import sys


def rows_of(finding, frame):
    """The functions at a frame, innermost inlined one first."""
    for symbol in finding["symbols"]:
        if [symbol["module"], symbol["offset"]] == frame:
            return symbol["rows"]
    raise AssertionError("no symbol for %s" % frame)


def names(finding, stack):
    return [row["function"] for frame in stack for row in rows_of(finding, frame)]


def check_form(lines):
    """What holds for every sidecar of a Go program."""
    assert [line["kind"] for line in (lines[0], lines[-1])] == ["start", "end"], lines
    assert lines[0]["language"] == "go" and lines[0]["exe"].startswith("/")
    assert len(lines[0]["build_id"]) >= 32
    assert lines[-1]["findings"] == len(lines) - 2
    for number, finding in enumerate(lines[1:-1], 1):
        assert finding["n"] == number and finding["type"] == "data-race"
        assert finding["language"] == "go"
        assert finding["modules"][0]["path"] == lines[0]["exe"]
        assert finding["modules"][0]["build_id"] == lines[0]["build_id"]
        threads = {thread["id"]: thread for thread in finding["threads"]}
        for access in finding["accesses"]:
            assert access["thread"] in threads and access["stack"]
            for frame in access["stack"]:
                assert all(row["function"] and row["file"] and "line" in row
                           for row in rows_of(finding, frame))
        for thread in threads.values():
            assert "tid" not in thread
            assert thread.get("main", False) == (thread["id"] == 1) == ("stack" not in thread)


def check_status(findings):
    (finding,) = findings
    assert [access["op"] for access in finding["accesses"]] == ["write", "write"]
    assert [access["size"] for access in finding["accesses"]] == [1, 1]
    assert names(finding, finding["accesses"][0]["stack"]) == ["main.main"]
    assert names(finding, finding["accesses"][1]["stack"]) == ["main.main.func1"]
    (location,) = finding["locations"]
    assert location["kind"] == "global" and location["module"] == 0
    assert location["offset"] == finding["accesses"][0]["address"]


def check_calls(findings):
    assert len({finding["signature"] for finding in findings}) == len(findings) == 4
    assert names(findings[1], findings[1]["accesses"][1]["stack"])[0].startswith("main.assign[")
    assert names(findings[2], findings[2]["accesses"][0]["stack"])[:3] == ["main.down"] * 3
    (location,) = findings[0]["locations"]
    assert location["kind"] == "heap" and location["size"] == 16 and "thread" not in location
    assert int(findings[0]["accesses"][0]["address"], 16) == int(location["address"], 16) + 8


def check_maps(findings):
    first = names(findings[0], findings[0]["accesses"][0]["stack"])
    assert first[0] == "runtime.mapassign_faststr" and first[1] == "main.main.func2", first


def check_intest(findings):
    assert [finding["test"] for finding in findings] == ["TestRaces", "TestBelow/races"]
    assert [thread["test"] for thread in findings[0]["threads"]] == ["TestRaces"] * 2


def main():
    program, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    check_form(lines)
    {"status": check_status, "calls": check_calls, "maps": check_maps,
     "intest": check_intest}[program](lines[1:-1])


main()
