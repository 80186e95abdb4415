with

source as (

    select * from {{ source('raw_snowplow', 'events') }}
    where _delivery_date <= {{ known_on() }}

),

-- The tracker sends some events twice, even with another collector time. The first to arrive is the event.
arrivals as (

    select
        *,
        row_number() over (
            partition by event_id
            order by cast(collector_tstamp as timestamp), _row_hash
        ) as arrival_rank
    from source

),

renamed as (

    select

        ---------- ids
        event_id,
        user_id,
        domain_userid,
        domain_sessionid as session_id,
        -- Where the tracker sends no web-page context, every page_view is a page view of its own.
        case
            when web_page_context is not null
                then nullif(regexp_extract(web_page_context, '"id" *: *"([^"]+)"', 1), '')
            when event = 'page_view' then event_id
        end as page_view_id,

        ---------- strings
        app_id,
        useragent as user_agent,
        case when event = 'unstruct' then event_name else event end as event_type,
        page_urlpath as page_path,
        coalesce(mkt_source, refr_source) as marketing_source,
        coalesce(mkt_medium, refr_medium) as marketing_medium,
        mkt_campaign as marketing_campaign,

        ---------- timestamps
        cast(coalesce(derived_tstamp, collector_tstamp) as timestamp) as occurred_at,
        cast(collector_tstamp as timestamp) as collected_at,
        cast(dvce_created_tstamp as timestamp) as created_at,
        cast(dvce_sent_tstamp as timestamp) as sent_at

    from arrivals
    where arrival_rank = 1

)

select * from renamed
