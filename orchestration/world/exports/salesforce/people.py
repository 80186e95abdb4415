"""Contact and Lead: the cards the sales team keeps on people, merged and erased ones included."""

from orchestration.world.exports.desk import Desk
from orchestration.world.exports.salesforce.dialect import SYSTEM_COLUMNS, SalesforceObject

WRITTEN = {
    "LastName": "full_quoted(coalesce(nullif(last_name, ''), '未知'))",
    "FirstName": "full_quoted(first_name)",
    "Name": "full_quoted(full_name)",
    "Salutation": "full_quoted(salutation)",
    "Title": "full_quoted(title)",
    "Email": "full_quoted(email)",
}
CONTACT = SalesforceObject(
    "Contact",
    "Id,IsDeleted,MasterRecordId,AccountId,LastName,FirstName,Salutation,Name,OtherStreet,OtherCity,OtherState,"
    "OtherPostalCode,OtherCountry,MailingStreet,MailingCity,MailingState,MailingPostalCode,MailingCountry,Phone,Fax,"
    "MobilePhone,HomePhone,OtherPhone,AssistantPhone,ReportsToId,Email,Title,Department,AssistantName,LeadSource,"
    f"Birthdate,Description,HasOptedOutOfEmail,HasOptedOutOfFax,DoNotCall,{SYSTEM_COLUMNS},LastActivityDate,"
    "EmailBouncedReason,EmailBouncedDate,IsEmailBounced,IndividualId",
    WRITTEN
    | {
        "IsDeleted": "sf_flag(coalesce(deleted_at < morning or merged_at < morning, false))",
        "MasterRecordId": "sf_bare(case when merged_at < morning then master_id end)",
        "AccountId": "sf_bare(salesforce_id('Account', account))",
        "MailingStreet": "full_quoted(street)",
        "MailingCity": "full_quoted(city)",
        "MailingState": "full_quoted(province)",
        "MailingPostalCode": "full_quoted(postcode)",
        "MailingCountry": "full_quoted(country_word)",
        "Phone": "full_quoted(switchboard)",
        "MobilePhone": "full_quoted(phone)",
        "LeadSource": "full_quoted(source)",
        "Birthdate": "sf_day(case when place < 40 then birth_date end)",
        "HasOptedOutOfEmail": "sf_flag(not likes_mail)",
        "HasOptedOutOfFax": "'\"0\"'",
        "DoNotCall": "'\"0\"'",
        "IsEmailBounced": "'\"0\"'",
    },
)
LEAD = SalesforceObject(
    "Lead",
    "Id,IsDeleted,MasterRecordId,LastName,FirstName,Salutation,Name,Title,Company,Street,City,State,PostalCode,Country,"
    "Phone,MobilePhone,Email,Website,Description,LeadSource,Status,Industry,Rating,AnnualRevenue,NumberOfEmployees,"
    "IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,ConvertedOpportunityId,IsUnreadByOwner,"
    f"{SYSTEM_COLUMNS},LastActivityDate,FirstResponseAt__c,Campaign__c",
    WRITTEN
    | {
        "Company": "full_quoted(coalesce(company, '个人'))",
        "Street": "full_quoted(street)",
        "City": "full_quoted(city)",
        "State": "full_quoted(province)",
        "PostalCode": "full_quoted(postcode)",
        "Country": "full_quoted(country_word)",
        "Phone": "full_quoted(phone)",
        "LeadSource": "full_quoted(source)",
        "Status": """'"' || case when is_converted then 'Qualified' when is_given_up then 'Unqualified'
            when is_recycled then 'Recycled' when is_touched then 'Working' else 'Open' end || '"'""",
        "Industry": "full_quoted(upper(kind[1]) || kind[2:])",
        "IsConverted": "sf_flag(is_converted)",
        "ConvertedDate": "sf_day(case when is_converted then converted_at end)",
        "ConvertedAccountId": "sf_bare(case when is_converted then salesforce_id('Account', converted_account) end)",
        "ConvertedContactId": "sf_bare(case when is_converted then contact_id end)",
        "ConvertedOpportunityId": "sf_bare(case when is_converted then salesforce_id('Opportunity', opportunity) end)",
        "IsUnreadByOwner": "sf_flag(not is_touched)",
        "FirstResponseAt__c": "sf_time(case when is_touched then touched_at end)",
        "Campaign__c": "sf_bare(salesforce_id('Campaign', campaign))",
    },
)
SPOKEN = """
    case when c.name_style <> 6 then null when c.country = 'China' then case when c.gender = 'female' then '女士'
        else '先生' end
        when c.gender = 'female' then 'Ms.' else 'Mr.' end as salutation,
    case c.country when 'China' then case when c.name_style = 3 then 'China' else '中国' end else c.country::varchar end
        as country_word,
"""
SHOWN = """
create or replace temp table sf_contacts as
select m.delivery, m.morning, {spoken} c.*, salesforce_id('Contact', c.person * 10 + c.entry) as id,
    salesforce_id('Contact', c.person * 10 + c.merged_into) as master_id,
    a.switchboard, coalesce(a.rep, f.owner) as owner, c.created_at as created,
    greatest(c.told_at, case when c.deleted_at < m.morning then c.deleted_at end,
        case when c.merged_at < m.morning then c.merged_at end) as changed,
    channel_words(p.channel) as source
from cards c
join {mornings} on c.told_at < m.morning and m.morning <= c.outdated_at
join people p on p.person = c.person
left join accounts a on a.account = c.account
cross join first_rep f
where c.system = 'contact';

create or replace temp table sf_leads as
select m.delivery, m.morning, {spoken} c.* exclude (created_at, account), l.lead, l.kind, l.campaign, l.touched_at,
    l.converted_at, l.opportunity, l.account as converted_account,
    salesforce_id('Lead', l.person * 100 + l.lead) as id, salesforce_id('Contact', l.person * 10) as contact_id,
    coalesce(l.converted_at < m.morning, false) as is_converted, coalesce(l.closed_at < m.morning, false)
        as is_given_up,
    coalesce(l.recycled_at < m.morning, false) as is_recycled, coalesce(l.touched_at < m.morning, false) as is_touched,
    channel_words(l.channel) as source, l.rep as owner, l.at as created,
    greatest(l.at, case when l.touched_at < m.morning then l.touched_at end,
        case when l.converted_at < m.morning then l.converted_at end,
        case when l.closed_at < m.morning then l.closed_at end,
        case when l.recycled_at < m.morning then l.recycled_at end) as changed,
    n.lead_name as company
from leads l
join {mornings} on l.at < m.morning
join cards c on c.person = l.person and c.system = 'lead' and c.entry = l.lead and c.version = 0
left join account_names n on n.account = c.account
"""


def write(desk: Desk) -> None:
    """Needs account_names and first_rep (companies.py)."""
    spoken = SPOKEN.strip()
    desk.connection.execute(SHOWN.format(spoken=spoken, mornings=desk.mornings(CONTACT.feed)))
    CONTACT.write(desk, "select * from sf_contacts")
    LEAD.write(desk, "select * from sf_leads")
    desk.name_records("salesforce", "contact", "select id as source_record_id, person from sf_contacts")
    desk.name_records("salesforce", "lead", "select id as source_record_id, person from sf_leads")
