"""Support desks, and what visitors do."""

import json

from tests.orchestration.ingestion.faithful.export import Faithful, filled, lines_of_json, parquet, table

ZENDESK = (
    "Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,Submitter,"
    "Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,Assigned at,Organization,"
    "Due date,Initially assigned at,Solved at,Resolution time,Satisfaction Score,Group stations,Assignee stations,"
    "Reopens,Replies,First reply time in minutes,"
    "First reply time in minutes within business hours,Region [list],Vip [flag]"
)
FRESHDESK = (
    "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,Closed time,"
    "Last update time,Initial response time,Time tracked,First response time (in hrs),Resolution time (in hrs),"
    "Agent interactions,Customer interactions,Resolution status,First response status,Tags,Survey results,Product,"
    "Full name,Title,Email,Work phone,Mobile phone,Company"
)
TICKET = {
    "id": 9,
    "requester_id": 8,
    "status": "deleted",
    "via": {"channel": "web"},
    "satisfaction_rating": {"score": "offered"},
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
}
SUPPORT = [
    Faithful(
        "zendesk/tickets",
        "tickets-view.csv",
        table(
            ZENDESK,
            filled(
                ZENDESK,
                **{
                    "Summation column": "1",
                    "Id": "7",
                    "Requester": "Ada",
                    "Requester id": "8",
                    "Status": "Open",
                    "Via": "Mail",
                    "Tags": "vip,refund",
                    "Created at": "2026-01-01 10:00",
                    "Updated at": "2026-01-02 10:00",
                },
            ),
        ).encode(),
        [{"id": "7", "requester_id": "8", "created_at": "2026-01-01 10:00"}],
    ),
    Faithful(
        "zendesk/tickets",
        "tickets-incremental.json",
        json.dumps(
            {"tickets": [TICKET, TICKET], "next_page": "x", "count": 2, "end_time": 1767225600, "end_of_stream": True}
        ).encode(),
        [{"id": "9", "status": "deleted", "satisfaction_score": "offered"}],
    ),
    Faithful(
        "freshdesk/tickets",
        "tickets_2026.csv",
        table(
            FRESHDESK,
            filled(
                FRESHDESK,
                **{
                    "Ticket ID": "5",
                    "Subject": "Café",
                    "Status": "Closed",
                    "Created time": "2026-01-01 10:00:00",
                    "First response time (in hrs)": "26:10:05",
                    "Full name": "Zoë",
                },
            ),
        ).encode("cp1252"),
        [{"ticket_id": "5", "subject": "Café", "resolved_at": None}],
        "cp1252",
    ),
]

CALL = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "m1",
    "anonymousId": "a1",
    "userId": 17,
    "originalTimestamp": "2026-02-28T23:59:59.123Z",
    "context": {"library": {"name": "js"}, "page": {"path": "/"}},
    "properties": {"total": 25},
}
GA4 = {
    "event_date": "20260228",
    "event_timestamp": 1772323199000000,
    "event_name": "page_view",
    "event_params": [{"key": "ga_session_id", "value": {"int_value": 17}}],
    "user_id": None,
    "user_pseudo_id": "1234567890.1700000000",
    "device": {"category": "mobile", "language": "zh-cn"},
    "geo": {"country": "China", "city": "Shanghai"},
    "platform": "WEB",
}
SNOWPLOW = (
    "app_id\tplatform\tetl_tstamp\tcollector_tstamp\tdvce_created_tstamp\tevent\tevent_id\tuser_id\tdomain_userid\t"
    "network_userid\tpage_url\tse_value\tdomain_sessionid\tderived_tstamp\tevent_name"
)
BEHAVIOUR = [
    Faithful(
        "segment/events",
        "1772323200000.ndjson",
        lines_of_json(CALL | {"timestamp": "2026-02-28T23:59:59.123Z"}),
        [{"message_id": "m1", "user_id": "17", "occurred_at": "2026-02-28T23:59:59.123Z"}],
    ),
    Faithful(
        "rudderstack/events",
        "archive.json",
        lines_of_json(CALL, CALL),
        [{"message_id": "m1", "user_id": "17", "event": "Order Completed", "library": "js"}],
    ),
    Faithful(
        "snowplow/events",
        "events.tsv",
        table(
            SNOWPLOW,
            "shop\tweb\t2026-03-01 00:01:00\t2026-03-01 00:00:01\t2026-03-01 00:00:00\tpage_view\te1\t\td1\tn1\t"
            'https://example.com/?q="a"\t\ts1\t2026-03-01 00:00:00.5\tpage_view',
            line_end="\n",
        ).encode(),
        [{"event_id": "e1", "domain_userid": "d1", "derived_tstamp": "2026-03-01 00:00:00.5"}],
    ),
    Faithful(
        "ga4/events",
        "events_20260228.ndjson",
        lines_of_json(GA4),
        [
            {
                "user_pseudo_id": "1234567890.1700000000",
                "geo_city": "Shanghai",
                "event_params": '[{"key":"ga_session_id","value":{"int_value":17}}]',
            }
        ],
    ),
    Faithful(
        "ga4/events",
        "events_20260228.parquet",
        parquet([GA4 | {"user_id": "u1"}]),
        [{"user_pseudo_id": "1234567890.1700000000", "geo_city": "Shanghai", "user_id": "u1"}],
        "binary",
    ),
]

EXPORTS = [*SUPPORT, *BEHAVIOUR]
