"""The support desk: tickets with their comments as Zendesk's API gives them, one JSON object a line, every ticket that
changed since the last delivery; and weekly all users, agents included.
"""

from orchestration.world.exports.delivery import Feed, Rhythm
from orchestration.world.exports.desk import Desk

TICKETS = Feed("zendesk", "tickets", "tickets-{day}.ndjson", rhythm=Rhythm.DAILY)
USERS = Feed("zendesk", "users", "users-{day}.ndjson")
MACROS = """
create or replace macro api_time(moment) as
    case when moment is null then 'null' else '"' || replace(moment::timestamp::varchar, ' ', 'T') || 'Z"' end;
create or replace macro minutes_between(since, until) as
    case when until is null then 'null' else (epoch_us(until) - epoch_us(since)) // 60000000 || '' end;
create or replace macro customer_words(topic, is_complaint, language, name, first) as
    case when language = 0 then case when not first then '好的，谢谢。'
        when is_complaint then '你好，我收到的东西有问题，请尽快处理！'
        else '请问什么时候能处理？' end || ' ' || name
    else case when not first then 'Thank you.' when is_complaint
        then 'Hello, there is a problem with what arrived. Please help!'
        else 'Could you please look into this?' end || chr(10) || name end;
"""
NEWS = """
create or replace temp table zd_news as
select distinct person, ticket, {delivery} as delivery
from (
    select person, ticket, unnest([t.at, first_reply_at, solved_at, closed_at, scored_at]) as moment
    from tickets t where not t.is_case
    union all
    select c.person, c.ticket, c.at from comments c
)
where moment is not null and (person, ticket) in (select (person, ticket) from tickets where not is_case)
"""
TOLD = """
create or replace temp table zd_tickets as
select n.delivery, m.morning, t.*, zendesk_ticket_id(t.person, t.ticket) as id,
    zendesk_user_id(t.person, (k.person is not null)::int) as requester, p.language, coalesce(c.full_name, p.nickname)
        as signature,
    coalesce(t.first_reply_at < m.morning, false) as is_answered, coalesce(t.solved_at < m.morning, false) as is_solved,
    coalesce(t.closed_at < m.morning, false) as is_closed, coalesce(t.scored_at < m.morning, false) as is_scored,
    case when o.place = 'market' then tmall_order_id(o.person, o."order")::varchar
        when o.place in ('shop', 'store') then shopify_order_name(o.person, o."order") end as order_name
from zd_news n
join {mornings} using (delivery)
join tickets t on t.person = n.person and t.ticket = n.ticket
join people p on p.person = t.person
left join records k on k.person = t.person and k.system = 'zendesk' and k.entry = 1 and t.at >= k.created_at
left join cards c on c.person = t.person and c.system = 'zendesk' and c.entry = (k.person is not null)::int
    and c.version = 0
left join orders o on o.person = t.person and o."order" = t."order";

create or replace temp table zd_comments as
select t.delivery, t.person, t.ticket, max(c.at) as last_at,
    count(*) filter (c.staff is not null and c.is_public) as replies,
    '[' || string_agg('{{"id":' || t.id * 100 + c.comment
        || ',"author_id":' || coalesce(zendesk_agent_id(c.staff), t.requester)
        || ',"public":' || c.is_public || ',"created_at":' || api_time(c.at) || ',"body":' || case
            when c.staff is null
                then json_text(customer_words(c.topic, t.is_complaint, t.language, t.signature, c.comment = 0))
            when c.is_public then '"您好，我们正在为您处理。 We are looking into it."'
            else '"转给同事跟进"' end || '}}',
        ',' order by c.comment) || ']' as comments
from zd_tickets t
join comments c on c.person = t.person and c.ticket = t.ticket and c.at < t.morning
group by all
"""
TICKET = """
'{"id":' || t.id || ',"url":"https://yunshan.zendesk.example/api/v2/tickets/' || t.id
|| '.json","external_id":null,"via":{"channel":"' || t.channel || '"},"created_at":' || api_time(t.at)
|| ',"updated_at":' || api_time(greatest(t.at, c.last_at, case when t.is_solved then t.solved_at end,
    case when t.is_closed then t.closed_at end, case when t.is_scored then t.scored_at end))
|| ',"type":"' || case when t.is_complaint then 'problem' else 'question' end
|| '","subject":' || json_text(subject_words(t.topic)) || ',"priority":"' || t.priority || '","status":"'
|| case when t.is_closed then 'closed' when t.is_solved then 'solved' when t.is_answered then 'pending' else 'open' end
|| '","requester_id":' || t.requester || ',"submitter_id":' || t.requester
|| ',"assignee_id":' || zendesk_agent_id(t.agent) || ',"organization_id":null,"group_id":360000000001,"tags":["'
|| t.topic || '"' || case when t.is_complaint then ',"complaint"' else '' end
|| '],"custom_fields":[{"id":360001,"value":"' || t.topic || '"},{"id":360002,"value":' || json_text(t.order_name)
|| '},{"id":360003,"value":' || case when t.is_scored and t.csat > 0 then t.csat::varchar else 'null' end
|| '}],"satisfaction_rating":{"score":"' || case when t.is_scored then t.score::varchar when t.is_solved
    and t.score <> 'unoffered' then 'offered'
    else 'unoffered' end
|| '"},"metric_set":{"reopens":' || case when t.is_solved then t.reopens else 0 end || ',"replies":'
    || coalesce(c.replies, 0)
|| ',"assignee_stations":' || t.hand_offs + 1
|| ',"reply_time_in_minutes":{"calendar":' || minutes_between(t.at, case when t.is_answered then t.first_reply_at end)
|| '},"full_resolution_time_in_minutes":{"calendar":' || minutes_between(t.at, case when t.is_solved
    then t.solved_at end)
|| '},"solved_at":' || api_time(case when t.is_solved then t.solved_at end)
|| '},"comments":' || coalesce(c.comments, '[]') || '}' || chr(10)
"""
USER_ROWS = """
create or replace temp table zd_users as
select m.delivery, zendesk_user_id(c.person, c.entry) as id, c.person, 'end-user' as role, c.full_name as name,
    trim(c.email) as email, c.phone,
    case when s.created_at < m.morning and c.place < 60 then shopify_customer_id(c.person, 0)::varchar end
        as external_id,
    case when c.language = 0 then 'zh-CN' else 'en-US' end as locale, case c.country when 'China' then 'Beijing'
        else 'London' end as time_zone,
    not coalesce(c.deleted_at < m.morning, false) as active, c.created_at,
    greatest(c.told_at, case when c.deleted_at < m.morning then c.deleted_at end) as updated_at
from cards c
join {mornings} on c.told_at < m.morning and m.morning <= c.outdated_at
left join records s on s.person = c.person and s.system = 'shopify' and s.entry = 0
where c.system = 'zendesk' and not coalesce(c.merged_at < m.morning, false)
union all
select m.delivery, zendesk_agent_id(s.staff), null, case s.role when 'agent' then 'agent' else 'admin' end,
    s.latin_name, s.mail, s.phone, null,
    'zh-CN', 'Beijing', not coalesce(s.left_at < m.morning, false), s.hired_at, s.hired_at
from staff s
join {mornings} on s.hired_at < m.morning
where s.role in ('agent', 'support_lead')
"""
USER = """
'{"id":' || id || ',"url":"https://yunshan.zendesk.example/api/v2/users/' || id || '.json","name":' || json_text(name)
|| ',"email":' || json_text(email) || ',"phone":' || json_text(phone) || ',"role":"' || role || '","external_id":'
    || json_text(external_id)
|| ',"locale":"' || locale || '","time_zone":"' || time_zone || '","active":' || active
    || ',"suspended":false,"verified":' || active
|| ',"organization_id":null,"created_at":' || api_time(created_at) || ',"updated_at":' || api_time(updated_at)
    || '}' || chr(10)
"""


def write(desk: Desk) -> None:
    """Needs cards."""
    mornings = desk.mornings(TICKETS)
    for step in (MACROS, NEWS.format(delivery=desk.delivery(TICKETS, "moment")), TOLD.format(mornings=mornings)):
        desk.connection.execute(step)
    desk.write(
        TICKETS,
        f"""select t.delivery, {TICKET} as line from zd_tickets t left join zd_comments c using (delivery, person,
            ticket)
        order by t.delivery, t.at, t.id""",
    )
    desk.connection.execute(USER_ROWS.format(mornings=desk.mornings(USERS)))
    desk.write(USERS, f"select delivery, {USER} as line from zd_users order by delivery, created_at, id")
    desk.name_records(
        "zendesk",
        "user",
        """select id as source_record_id, person from zd_users where role = 'end-user'
        union select requester, person from zd_tickets""",
    )
