"""Reads Windows event logs (EVTX) with python-evtx, which shares no code with monomi.

Prints one JSON object a record: its file, number, provider, id, computer and the fields of EventData.
Exits with 77 where python-evtx is not installed.
"""
import json
import sys
import xml.etree.ElementTree as xml

try:
    from Evtx.Evtx import Evtx
except ImportError:
    sys.exit(77)

NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"


def main(paths):
    for path in paths:
        with Evtx(path) as log:
            for record in log.records():
                event = xml.fromstring(record.xml())
                system = event.find(f"{NAMESPACE}System")
                data = event.iter(f"{NAMESPACE}Data")
                print(
                    json.dumps(
                        {
                            "file": path,
                            "record": record.record_num(),
                            "provider": system.find(f"{NAMESPACE}Provider").get("Name"),
                            "id": int(system.findtext(f"{NAMESPACE}EventID")),
                            "computer": system.findtext(f"{NAMESPACE}Computer"),
                            "fields": {item.get("Name"): item.text or "" for item in data},
                        }
                    )
                )


main(sys.argv[1:])
