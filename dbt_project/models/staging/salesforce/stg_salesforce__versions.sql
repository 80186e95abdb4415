with

source as (

    select
        concat('salesforce|account|', id) as record_key,
        owner_id,
        billing_city as city,
        created_date,
        last_modified_date,
        _delivery_date,
        _row_number,
        _row_hash
    from {{ source('raw_salesforce', 'accounts') }}

    union all

    select
        concat('salesforce|contact|', id), owner_id, mailing_city, created_date, last_modified_date,
        _delivery_date, _row_number, _row_hash
    from {{ source('raw_salesforce', 'contacts') }}

    union all

    select
        concat('salesforce|lead|', id), owner_id, city, created_date, last_modified_date,
        _delivery_date, _row_number, _row_hash
    from {{ source('raw_salesforce', 'leads') }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by record_key
            order by _delivery_date, _row_number, _row_hash
        ) as version_number
    from source
    where _delivery_date <= {{ known_on() }}

),

renamed as (

    select

        ---------- ids
        record_key,
        version_number,
        owner_id,

        ---------- place
        city,

        ---------- dates
        -- The first version tells of the record as it began, a later one of its last change.
        coalesce(
            case
                when version_number = 1 then cast(cast(created_date as timestamp) as date)
                else cast(cast(last_modified_date as timestamp) as date)
            end,
            _delivery_date
        ) as valid_from

    from numbered

)

select * from renamed
