with

source as (

    select * from {{ source('raw_segment', 'events') }}
    where _delivery_date <= {{ known_on() }}

),

-- A call may be archived twice, even with another time of receipt. The first to be received is the event.
arrivals as (

    select
        *,
        row_number() over (
            partition by message_id
            order by cast(received_at as timestamp) nulls last, _delivery_date, _row_hash
        ) as arrival_rank
    from source

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
        cast(occurred_at as timestamp) as occurred_at

    from arrivals
    where arrival_rank = 1

)

select * from renamed
