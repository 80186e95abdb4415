{#- A table, built record by record: several models read it, and each would look for the newest versions anew. -#}
{{ config(materialized='table', meta={
    'part': 'customer_id',
    'touched_by': {'raw_shopify.customers': 'select customer_id from {input} where _delivery_date in {added}'},
}) }}

with

source as (

    {{ newest_versions(touched(source('raw_shopify', 'customers'), 'customer_id'), key='customer_id') }}

),

told as (

    select
        *,
        {{ phone_digits('coalesce(phone, address_phone)') }} as phone_digits
    from source

),

renamed as (

    select

        ---------- ids
        customer_id,

        ---------- person
        -- A script without capitals is written family name first and without a space.
        case
            when upper(last_name) = lower(last_name) then nullif(concat(last_name, coalesce(first_name, '')), '')
            else nullif(trim(concat(coalesce(first_name, ''), ' ', coalesce(last_name, ''))), '')
        end as full_name,
        first_name as given_name,
        last_name as family_name,
        email,
        phone,
        address_phone,
        {{ email_address('email') }} as email_address,
        {{ phone_number('phone_digits') }} as phone_number,
        cast(birth_date as date) as birth_date,

        ---------- place
        company as company_name,
        concat_ws(' ', address1, address2) as street,
        zip as postcode,
        city,
        coalesce(province, province_code) as province,
        coalesce(country, country_code) as country,

        ---------- booleans
        cast(accepts_email_marketing as boolean) as accepts_email_marketing,
        cast(accepts_sms_marketing as boolean) as accepts_sms_marketing,

        ---------- dates
        first_delivery_date

    from told

)

select * from renamed
