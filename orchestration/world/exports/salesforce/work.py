"""Task and Case: what the representatives did, and what companies wrote in about."""

from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import choose
from orchestration.world.exports.salesforce.dialect import SYSTEM_COLUMNS, SalesforceObject

SUBJECTS = {"call": "电话回访 Call", "email": "邮件 Email", "meeting": "拜访 Meeting"}
TASK = SalesforceObject(
    "Task",
    "Id,WhoId,WhatId,Subject,ActivityDate,Status,Priority,IsHighPriority,OwnerId,Description,IsDeleted,AccountId,"
    "IsClosed,CreatedDate,CreatedById,LastModifiedDate,LastModifiedById,SystemModstamp,IsArchived,CallDurationInSeconds,"
    "CallType,CallDisposition,CallObject,IsReminderSet,TaskSubtype,CompletedDateTime",
    {
        "WhoId": "sf_bare(who_id)",
        "WhatId": "sf_bare(salesforce_id('Opportunity', opportunity))",
        "Subject": f"full_quoted({choose('kind', SUBJECTS)})",
        "ActivityDate": "sf_day(due_at)",
        "Status": "sf_bare(case when is_done then 'Completed' else 'Not Started' end)",
        "Priority": "'\"Normal\"'",
        "IsHighPriority": "'\"0\"'",
        "AccountId": "sf_bare(salesforce_id('Account', account))",
        "IsClosed": "sf_flag(is_done)",
        "IsArchived": "'\"0\"'",
        "CallDurationInSeconds": "sf_bare(case when is_done and kind = 'call' then seconds end)",
        "CallType": "sf_bare(case when kind = 'call' then 'Outbound' end)",
        "CallDisposition": "sf_bare(case when is_done then replace(outcome::varchar, '_', ' ') end)",
        "IsReminderSet": "'\"0\"'",
        "TaskSubtype": "sf_bare(case kind when 'call' then 'Call' when 'email' then 'Email' else 'Task' end)",
        "CompletedDateTime": "sf_time(case when is_done then done_at end)",
    },
)
CASE = SalesforceObject(
    "Case",
    "Id,IsDeleted,MasterRecordId,CaseNumber,ContactId,AccountId,ParentId,SuppliedName,SuppliedEmail,SuppliedPhone,"
    "SuppliedCompany,Type,Status,Reason,Origin,Subject,Priority,Description,IsClosed,ClosedDate,IsEscalated,"
    f"{SYSTEM_COLUMNS},FirstResponseAt__c,Satisfaction__c,ReopenCount__c",
    {
        "CaseNumber": "sf_bare(number)",
        "ContactId": "sf_bare(salesforce_id('Contact', contact * 10))",
        "AccountId": "sf_bare(salesforce_id('Account', account))",
        "SuppliedEmail": "full_quoted(case when contact is null then address end)",
        "Type": "sf_bare(case when is_complaint then 'Problem' else 'Question' end)",
        "Status": """sf_bare(case when is_closed then 'Closed' when is_solved then 'Resolved'
            when is_answered then 'Working' else 'New' end)""",
        "Reason": "sf_bare(topic)",
        "Origin": "sf_bare(upper(channel[1]) || channel[2:])",
        "Subject": "full_quoted(subject_words(topic))",
        "Priority": "sf_bare(upper(priority[1]) || priority[2:])",
        "IsClosed": "sf_flag(is_closed)",
        "ClosedDate": "sf_time(case when is_closed then closed_at end)",
        "IsEscalated": "sf_flag(priority = 'urgent')",
        "FirstResponseAt__c": "sf_time(case when is_answered then first_reply_at end)",
        "Satisfaction__c": "sf_bare(case when scored_at < morning and csat > 0 then csat end)",
        "ReopenCount__c": "sf_bare(reopens)",
    },
)
TASKS = """
select m.delivery, t.*, salesforce_id('Task', own_number(t.person, t.task)) as id, t.rep as owner, t.created_at
    as created,
    coalesce(t.done_at < m.morning, false) as is_done,
    greatest(t.created_at, case when t.done_at < m.morning then t.done_at end) as changed,
    case when k.created_at <= t.created_at or (k.person is not null and t.opportunity is not null)
            then salesforce_id('Contact', t.person * 10)
        when l.person is not null then salesforce_id('Lead', t.person * 100 + l.lead) end as who_id,
    case when k.created_at <= t.created_at then p.account end as account
from tasks t
join {mornings} on t.created_at < m.morning
join people p on p.person = t.person
left join leads l on l.person = t.person and l.lead = t.lead
left join records k on k.person = t.person and k.system = 'contact' and k.entry = 0
"""
CASES = """
create or replace temp table sf_cases as
select m.delivery, m.morning, t.*, salesforce_id('Case', own_number(t.person, t.ticket)) as id,
    digits(own_number(t.person, t.ticket), 36, 11) as number,
    t.agent as owner, t.at as created,
    coalesce(t.closed_at < m.morning, false) as is_closed, coalesce(t.solved_at < m.morning, false) as is_solved,
    coalesce(t.first_reply_at < m.morning, false) as is_answered,
    greatest(t.at, case when t.first_reply_at < m.morning then t.first_reply_at end,
        case when t.solved_at < m.morning then t.solved_at end,
        case when t.closed_at < m.morning then t.closed_at end) as changed,
    case when k.created_at <= t.at then t.person end as contact, case when k.created_at <= t.at then p.account end
        as account,
    e.address
from tickets t
join {mornings} on t.at < m.morning
join people p on p.person = t.person
left join records k on k.person = t.person and k.system = 'contact' and k.entry = 0
left join (select person, min_by(address, email) as address from emails group by person) e on e.person = t.person
where t.is_case
"""


def write(desk: Desk) -> None:
    """A case without a contact names its writer by the mailbox alone."""
    TASK.write(desk, TASKS.format(mornings=desk.mornings(TASK.feed)))
    desk.connection.execute(CASES.format(mornings=desk.mornings(CASE.feed)))
    CASE.write(desk, "select * from sf_cases")
    desk.name_records("salesforce", "case", "select id as source_record_id, person from sf_cases where contact is null")
