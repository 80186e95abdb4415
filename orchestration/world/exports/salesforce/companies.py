"""Account, Opportunity and its history of stages, and User: the companies, the deals with them and who makes them."""

from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import choose
from orchestration.world.exports.salesforce.dialect import MACROS, SYSTEM_COLUMNS, SalesforceObject

DEPARTMENTS = {
    **{"rep": "Sales", "sales_lead": "Sales", "agent": "Support", "support_lead": "Support", "clerk": "Stores"},
    **{"marketer": "Marketing", "analyst": "Marketing"},
}
PROBABILITIES = {
    "Prospecting": 10,
    "Qualification": 20,
    "Proposal": 50,
    "Negotiation": 80,
    "Closed Won": 100,
    "Closed Lost": 0,
}
ACCOUNT = SalesforceObject(
    "Account",
    "Id,IsDeleted,MasterRecordId,Name,Type,ParentId,BillingStreet,BillingCity,BillingState,BillingPostalCode,"
    "BillingCountry,ShippingStreet,ShippingCity,ShippingState,ShippingPostalCode,ShippingCountry,Phone,Fax,Website,"
    f"Industry,AnnualRevenue,NumberOfEmployees,Description,{SYSTEM_COLUMNS},LastActivityDate,AccountSource",
    {
        "Name": "full_quoted(account_name)",
        "Type": "'\"Customer\"'",
        "ParentId": "sf_bare(salesforce_id('Account', known_parent))",
        "BillingStreet": "full_quoted(street)",
        "BillingCity": "full_quoted(city)",
        "BillingPostalCode": "full_quoted(postcode)",
        "BillingCountry": "full_quoted(case when country = 'China' then '中国' else country::varchar end)",
        "Phone": "full_quoted(switchboard)",
        "Website": "sf_bare('https://www.' || domain)",
        "Industry": "sf_bare(upper(industry[1]) || industry[2:])",
        "NumberOfEmployees": "sf_bare(employees)",
    },
)
OPPORTUNITY = SalesforceObject(
    "Opportunity",
    "Id,IsDeleted,AccountId,IsPrivate,Name,Description,StageName,StageSortOrder,Amount,Probability,ExpectedRevenue,"
    "TotalOpportunityQuantity,CloseDate,Type,NextStep,LeadSource,IsClosed,IsWon,ForecastCategory,ForecastCategoryName,"
    f"CampaignId,HasOpportunityLineItem,Pricebook2Id,ContactId,CurrencyIsoCode,{SYSTEM_COLUMNS},LastActivityDate,"
    "FiscalQuarter,FiscalYear,Fiscal,LossReason__c,Competitor__c",
    {
        "AccountId": "sf_bare(salesforce_id('Account', account))",
        "IsPrivate": "'\"0\"'",
        "Name": "full_quoted(account_name || if(is_renewal, ' - 续约 ', ' - 采购 ') || year(created))",
        "StageName": "sf_bare(stage)",
        "StageSortOrder": "sf_bare(stage_order)",
        "Amount": "sf_money(amount)",
        "Probability": "sf_bare(probability)",
        "ExpectedRevenue": "sf_money((amount * probability) // 100)",
        "CloseDate": "sf_day(close_at)",
        "Type": "sf_bare(case when is_renewal then 'Existing Customer - Renewal' else 'New Customer' end)",
        "LeadSource": "full_quoted(source)",
        "IsClosed": "sf_flag(is_closed)",
        "IsWon": "sf_flag(is_closed and is_won)",
        "ForecastCategory": "sf_bare(forecast)",
        "ForecastCategoryName": "sf_bare(forecast)",
        "CampaignId": "sf_bare(salesforce_id('Campaign', campaign))",
        "HasOpportunityLineItem": "'\"0\"'",
        "ContactId": "sf_bare(case when has_card then salesforce_id('Contact', contact * 10) end)",
        "CurrencyIsoCode": "sf_bare(currency)",
        "FiscalQuarter": "sf_bare(quarter(close_at))",
        "FiscalYear": "sf_bare(year(close_at))",
        "Fiscal": "sf_bare(year(close_at) || ' ' || quarter(close_at))",
        "LossReason__c": "sf_bare(case when is_closed and not is_won then 'Lost to competitor' end)",
        "Competitor__c": "full_quoted(case when is_closed and not is_won then nullif(competitor::varchar, 'none') end)",
    },
)
HISTORY = SalesforceObject(
    "OpportunityHistory",
    "Id,OpportunityId,CreatedById,CreatedDate,StageName,Amount,ExpectedRevenue,CloseDate,Probability,ForecastCategory,"
    "CurrencyIsoCode,SystemModstamp,IsDeleted",
    {
        "OpportunityId": "sf_bare(salesforce_id('Opportunity', opportunity))",
        "StageName": "sf_bare(stage)",
        "Amount": "sf_money(amount)",
        "ExpectedRevenue": "sf_money((amount * probability) // 100)",
        "CloseDate": "sf_day(close_at)",
        "Probability": "sf_bare(probability)",
        "ForecastCategory": "sf_bare(forecast)",
        "CurrencyIsoCode": "sf_bare(currency)",
    },
)
USER = SalesforceObject(
    "User",
    "Id,Username,LastName,FirstName,Name,CompanyName,Division,Department,Title,Email,Phone,Alias,IsActive,TimeZoneSidKey,"
    "UserRoleId,LocaleSidKey,ManagerId,CreatedDate,CreatedById,LastModifiedDate,LastModifiedById,SystemModstamp",
    {
        "Username": "sf_bare(mail)",
        "LastName": "full_quoted(surname)",
        "FirstName": "full_quoted(given)",
        "Name": "full_quoted(surname || given)",
        "CompanyName": "'\"云山商贸\"'",
        "Division": "sf_bare('Team ' || (team + 1))",
        "Department": f"sf_bare({choose('role', DEPARTMENTS)})",
        "Title": "sf_bare(replace(role::varchar, '_', ' '))",
        "Email": "sf_bare(mail)",
        "Phone": "sf_bare(phone)",
        "Alias": "sf_bare(lower(split_part(latin_name, ' ', 1))[:8])",
        "IsActive": "sf_flag(not coalesce(left_at < morning, false))",
        "TimeZoneSidKey": "'\"Asia/Shanghai\"'",
        "LocaleSidKey": "'\"zh_CN\"'",
        "ManagerId": "sf_bare(salesforce_id('User', manager))",
    },
)
TABLES = """
create or replace temp table first_rep as select min(staff) as owner from staff where role = 'rep';
create or replace temp table sf_stages as
select stage, position - 1 as stage_order, probability, case stage when 'Closed Won' then 'Closed'
    when 'Closed Lost' then 'Omitted' when 'Negotiation' then 'Commit' when 'Proposal' then 'Best Case'
        else 'Pipeline' end as forecast
from (select unnest({stages}) as stage, unnest({probabilities}) as probability, unnest(range(1, 7)) as position);

create or replace temp table sf_history as
select e.*, s.probability, s.stage_order, s.forecast, o.account, o.rep as owner,
    currency_of(a.country) as currency
from stage_events e
join opportunities o using (opportunity)
join accounts a on a.account = o.account
join sf_stages s on s.stage = e.stage;

create or replace temp table sf_opportunities as
select m.delivery, m.morning, o.* exclude (stage, amount, close_at), h.stage, h.amount, h.close_at, h.probability,
    h.stage_order, h.forecast, h.currency, coalesce(o.closed_at < m.morning, false) as is_closed,
    salesforce_id('Opportunity', o.opportunity) as id, n.account_name, o.rep as owner, o.created_at as created, h.at
        as changed,
    channel_words(l.channel) as source, k.person is not null as has_card
from opportunities o
join {mornings} on o.created_at < m.morning
join sf_history h on h.opportunity = o.opportunity and h.at < m.morning
join account_names n on n.account = o.account
left join leads l on l.person = o.contact and l.lead = o.lead
left join records k on k.person = o.contact and k.system = 'contact' and k.entry = 0
qualify row_number() over (partition by o.opportunity, m.delivery order by h.event desc) = 1
"""


def write(desk: Desk) -> None:
    """Also makes first_rep, who owns what nobody owns."""
    mornings = desk.mornings(ACCOUNT.feed)
    desk.connection.execute(MACROS)
    filled = TABLES.format(mornings=mornings, stages=list(PROBABILITIES), probabilities=list(PROBABILITIES.values()))
    desk.connection.execute(filled)
    ACCOUNT.write(
        desk,
        f"""select m.delivery, a.*, n.account_name, salesforce_id('Account', a.account) as id, a.rep as owner,
            a.created_at as created, a.created_at as changed, b.account as known_parent
        from accounts a join account_names n on n.account = a.account join {mornings} on a.created_at < m.morning
        left join accounts b on b.account = a.parent and b.created_at < m.morning""",
    )
    OPPORTUNITY.write(desk, "select * from sf_opportunities")
    HISTORY.write(
        desk,
        f"""select m.delivery, h.*, salesforce_id('OpportunityHistory', h.opportunity * 100 + h.event) as id,
            h.at as created, h.at as changed from sf_history h join {mornings} on h.at < m.morning""",
    )
    USER.write(
        desk,
        f"""select m.delivery, m.morning, s.*, salesforce_id('User', s.staff) as id, s.manager as owner,
            s.hired_at as created, s.hired_at as changed from staff s join {mornings} on s.hired_at < m.morning""",
    )
    desk.name_records(
        "salesforce",
        "account",
        f"""select salesforce_id('Account', account) as source_record_id, account as person
        from accounts a join {mornings} on a.created_at < m.morning""",
    )
