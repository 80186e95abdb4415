"""Salesforce in three dialects, HubSpot in labels and names, Dynamics 365 without an id."""

from tests.orchestration.ingestion.faithful.export import Faithful, table

SALESFORCE_HEADS = "Id,IsDeleted,MasterRecordId,LastName,FirstName,Name,Email,AccountId,CreatedDate"
SALESFORCE = [
    Faithful(
        "salesforce/contacts",
        "Contact.csv",
        table(
            ",".join(f'"{title}"' for title in SALESFORCE_HEADS.split(",")),
            '"003A00000012abcIAA","1","003A00000099xyzIAA","Müller","Zoë","Zoë Müller","","","2023-05-02 17:36:20"',
            line_end="\n",
        ).encode("cp1252"),
        [
            {
                "id": "003A00000012abcIAA",
                "is_deleted": "1",
                "master_record_id": "003A00000099xyzIAA",
                "last_name": "Müller",
            }
        ],
        "cp1252",
    ),
    Faithful(
        "salesforce/contacts",
        "Contact.csv",
        table(
            SALESFORCE_HEADS,
            "003A00000012abcIAA,,,Müller,Zoë,Zoë Müller,z@example.com,,2023-05-02T17:36:20.000+0000",
            line_end="\n",
        ).encode("utf-8-sig"),
        [
            {
                "id": "003A00000012abcIAA",
                "is_deleted": None,
                "last_name": "Müller",
                "created_date": "2023-05-02T17:36:20.000+0000",
            }
        ],
        "utf-8-sig",
    ),
    Faithful(
        "salesforce/contacts",
        "extract.csv",
        table(
            ",".join(f'"{title}"' for title in SALESFORCE_HEADS.upper().split(",")),
            '"003A00000012abcIAA","false","","Lovelace","Ada","Ada Lovelace","","","2006-04-15T03:23:15.000Z"',
            line_end="\n",
        ).encode(),
        [{"id": "003A00000012abcIAA", "is_deleted": "false", "created_date": "2006-04-15T03:23:15.000Z"}],
    ),
]

HUBSPOT_CONTACTS = (
    "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lifecycle Stage,Lead Status,Create Date,"
    "Last Activity Date,Original Source,Country/Region,Associated Company,Associated Company IDs,Associated Contact IDs"
)
HUBSPOT_COMPANIES = "Record ID,Company name,Company Domain Name,Phone Number,City,Country/Region,Industry,Create Date"
HUBSPOT_DEALS = (
    "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner,Associated Contact IDs,"
    "Associated Company IDs"
)
HUBSPOT_TICKETS = (
    "Record ID,Ticket name,Ticket status,Pipeline,Priority,Source,Create date,Close date,Ticket owner,"
    "Associated Contact IDs,Associated Company IDs"
)
HUBSPOT = [
    Faithful(
        "hubspot/contacts",
        "hubspot-crm-exports-all-contacts-2026-03-01.csv",
        table(
            HUBSPOT_CONTACTS,
            "51,Ada,Lovelace,ada@example.com,+44 20 7946 0018,Sam Sales,Customer,,2024-03-12 09:14,,Direct Traffic,"
            "United Kingdom,Engines,901;902,",
            "52,,,bob@example.com,,,Lead,New,2024-03-13 10:00,,,,,,",
        ).encode(),
        [
            {"record_id": "51", "email": "ada@example.com", "created_at": "2024-03-12 09:14", "company_ids": "901;902"},
            {"record_id": "52", "email": "bob@example.com", "created_at": "2024-03-13 10:00", "company_ids": None},
        ],
    ),
    Faithful(
        "hubspot/contacts",
        "contacts-internal.csv",
        table(
            "hs_object_id,firstname,lastname,phone,createdate,hs_merged_object_ids",
            "51,Ada,Lovelace,'+442079460018,3/15/2024 2:30 PM,61;62",
        ).encode("utf-8-sig"),
        [
            {
                "record_id": "51",
                "phone": "+442079460018",
                "created_at": "2024-03-15 14:30:00",
                "merged_record_ids": "61;62",
            }
        ],
        "utf-8-sig",
    ),
    Faithful(
        "hubspot/companies",
        "all-companies.csv",
        table(HUBSPOT_COMPANIES, "901,Engines Ltd,engines.example,,London,UK,,2024-01-01 08:00").encode(),
        [{"record_id": "901", "name": "Engines Ltd", "created_at": "2024-01-01 08:00"}],
    ),
    Faithful(
        "hubspot/deals",
        "all-deals.csv",
        table(
            HUBSPOT_DEALS,
            '71,First engine,Closed Won,Sales,"1,250.00",2024-04-01 00:00,2024-03-12 09:14,Sam Sales,51;52,901',
        ).encode(),
        [{"record_id": "71", "deal_stage": "Closed Won", "amount": "1250.00", "contact_ids": "51;52"}],
    ),
    Faithful(
        "hubspot/tickets",
        "all-tickets.csv",
        table(HUBSPOT_TICKETS, "81,It squeaks,New,Support,High,Email,2024-03-12 09:14,,Sue,51,901").encode(),
        [{"record_id": "81", "ticket_status": "New", "closed_at": None}],
    ),
]

DYNAMICS = [
    Faithful(
        "dynamics/contacts",
        "My Active Contacts 01-03-2026.csv",
        table(
            "Email,Company Name,Business Phone,Address 1: City,First Name,Last Name",
            "ada@example.com,Engines,+44 20 7946 0018,London,Ada,Lovelace",
        ).encode("utf-8-sig"),
        [{"email": "ada@example.com", "company_name": "Engines", "city": "London"}],
        "utf-8-sig",
    ),
    Faithful(
        "dynamics/opportunities",
        "All Opportunities.csv",
        table(
            "Created On,Topic,Owner,Potential Customer,Status,Status Reason,Est. revenue,Est. close date",
            '13/02/2026 09:05,Engines,Sam,Engines Ltd,Open,In Progress,"£1,250.00",28/02/2026',
        ).encode("utf-8-sig"),
        [{"topic": "Engines", "estimated_revenue": "1250.00", "created_at": "2026-02-13 09:05:00"}],
        "utf-8-sig",
    ),
]

EXPORTS = [*SALESFORCE, *HUBSPOT, *DYNAMICS]
