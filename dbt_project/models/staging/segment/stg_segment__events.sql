{#- Copies of one call count once, whosever they are: whoever reads some parts reads all copies of their calls. -#}
{%- set marked = touched(source('raw_segment', 'events'), event_part('message_id'), key='message_id') -%}
{%- set marked = touched(marked, 'user_id', kind='user', key='message_id') -%}
{%- set marked = touched(marked, '_delivery_date', kind='day', key='message_id') -%}
with

source as (

    select * from {{ marked }}
    where _delivery_date <= {{ known_on() }}

),

-- A call may be archived twice, even with another time of receipt. The first to be received is the event. Few are: only
-- those are put in order, and the rest is not sorted.
repeated as (

    select message_id from source
    group by message_id
    having count(*) > 1

),

arrivals as (

    select
        source.*,
        1 as arrival_rank
    from source
    left join repeated
        on source.message_id = repeated.message_id
    where repeated.message_id is null

    union all

    select
        source.*,
        row_number() over (
            partition by source.message_id
            order by cast(source.received_at as timestamp) nulls last, source._delivery_date, source._row_hash
        ) as arrival_rank
    from source
    inner join repeated
        on source.message_id = repeated.message_id

),

renamed as (

    select

        ---------- ids
        message_id as event_id,
        anonymous_id,
        user_id,

        ---------- person
        email,
        full_name,
        phone,

        ---------- strings
        case type
            when 'page' then 'page_view'
            when 'screen' then 'screen_view'
            when 'track' then lower(replace(event, ' ', '_'))
            else type
        end as event_type,
        page_path,
        utm_source as marketing_source,
        utm_medium as marketing_medium,
        utm_name as marketing_campaign,
        upper(product_id) as product_id,
        {{ json_text('properties', 'category') }} as category_spelling,

        ---------- timestamps
        cast(occurred_at as timestamp) as occurred_at,
        _delivery_date as delivery_date

    from arrivals
    where arrival_rank = 1

)

select * from renamed
