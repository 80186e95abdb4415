"""Campaign and CampaignMember. Who was held out is on the list too, with a status that says so."""

from orchestration.world.exports.desk import Desk
from orchestration.world.exports.salesforce.dialect import SYSTEM_COLUMNS, SalesforceObject

CAMPAIGN = SalesforceObject(
    "Campaign",
    "Id,IsDeleted,Name,ParentId,Type,Status,StartDate,EndDate,ExpectedRevenue,BudgetedCost,ActualCost,ExpectedResponse,"
    f"NumberSent,IsActive,Description,{SYSTEM_COLUMNS},Code__c",
    {
        "Name": "full_quoted(name)",
        "Type": "sf_bare(case channel when 'email' then 'Email' else 'Text message' end)",
        "Status": """sf_bare(case when ends_at <= morning then 'Completed' when starts_at <= morning then 'In Progress'
            else 'Planned' end)""",
        "StartDate": "sf_day(starts_at)",
        "EndDate": "sf_day(ends_at - interval 1 day)",
        "BudgetedCost": "sf_bare('20000.00')",
        "IsActive": "sf_flag(starts_at <= morning and morning < ends_at)",
        "Code__c": "sf_bare(code)",
    },
)
MEMBER = SalesforceObject(
    "CampaignMember",
    "Id,IsDeleted,CampaignId,LeadId,ContactId,Status,HasResponded,CreatedDate,CreatedById,LastModifiedDate,"
    "LastModifiedById,SystemModstamp,FirstRespondedDate,Salutation,Name,FirstName,LastName,Title,Email,Phone,"
    "CompanyOrAccount,Type,LeadOrContactId,SentAt__c,OpenedAt__c,ClickedAt__c,ShopifyCustomerId__c",
    {
        "CampaignId": "sf_bare(salesforce_id('Campaign', campaign))",
        "LeadId": "sf_bare(lead_id)",
        "ContactId": "sf_bare(contact_id)",
        "Status": """'"' || case when not is_treated then 'Holdout' when responded_at < morning then 'Responded'
            when clicked_at < morning then 'Clicked' when opened_at < morning then 'Opened' else 'Sent' end || '"'""",
        "HasResponded": "sf_flag(is_treated and coalesce(responded_at < morning, false))",
        "FirstRespondedDate": "sf_day(case when is_treated and responded_at < morning then responded_at end)",
        "Email": "full_quoted(address)",
        "Type": "sf_bare(case when contact_id is not null then 'Contact' when lead_id is not null then 'Lead' end)",
        "LeadOrContactId": "sf_bare(coalesce(contact_id, lead_id))",
        "SentAt__c": "sf_time(sent_at)",
        "OpenedAt__c": "sf_time(case when opened_at < morning then opened_at end)",
        "ClickedAt__c": "sf_time(case when clicked_at < morning then clicked_at end)",
        "ShopifyCustomerId__c": "sf_bare(shop_id)",
    },
)
# A member is listed the day before the campaign begins, with whatever the company knew them by on that day.
MEMBERS = """
create or replace temp table sf_members as
select m.delivery, m.morning, x.*, salesforce_id('CampaignMember', x.campaign * 10000000000 + x.person) as id,
    c.starts_at as created, f.owner,
    greatest(c.starts_at, case when x.responded_at < m.morning then x.responded_at end) as changed,
    e.address,
    case when k.created_at < c.starts_at then salesforce_id('Contact', x.person * 10) end as contact_id,
    case when k.created_at < c.starts_at then null when l.at < c.starts_at then salesforce_id('Lead', x.person * 100)
        end as lead_id,
    case when s.created_at < c.starts_at then shopify_customer_id(x.person, 0) end as shop_id
from campaign_members x
join campaigns c using (campaign)
join {mornings} on c.starts_at < m.morning
cross join first_rep f
left join records k on k.person = x.person and k.system = 'contact' and k.entry = 0
left join records s on s.person = x.person and s.system = 'shopify' and s.entry = 0
left join leads l on l.person = x.person and l.lead = 0
left join email_times t on t.person = x.person and t.since <= c.starts_at and c.starts_at < t.until
left join emails e on e.person = t.person and e.email = t.email
"""


def write(desk: Desk, block: int) -> None:
    """The campaigns are everybody's, so the first block writes them. Needs first_rep (companies.py) and email_times
    (orders.py)."""
    mornings = desk.mornings(CAMPAIGN.feed)
    desk.connection.execute(MEMBERS.format(mornings=mornings))
    if block == 0:
        CAMPAIGN.write(
            desk,
            f"""select m.delivery, m.morning, c.*, salesforce_id('Campaign', campaign) as id, f.owner,
                c.starts_at - interval 14 day as created, least(m.morning, c.ends_at) - interval 1 second as changed
            from campaigns c join {mornings} on c.starts_at - interval 14 day < m.morning cross join first_rep f""",
        )
    MEMBER.write(desk, "select * from sf_members")
    desk.name_records("salesforce", "campaign_member", "select id as source_record_id, person from sf_members")
