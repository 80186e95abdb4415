{#-
  Built customer by customer: one follows from its records, its fields and its history, its parent from whose the
  parent's record is, and its owner's name from the users of the CRM.
-#}
{{ config(meta={
    'part': 'customer_id',
    'touched_by': {
        'marts.customer_records': "
            select customer_id from {changes}
            union all
            select customer_id from marts.customer_field_provenance
            where field = 'parent_record_key' and value in (select record_key from {changes})
        ",
        'intermediate.int_person_records': "
            select customer_id from marts.customer_records where record_key in (select record_key from {changes})
        ",
        'marts.customer_field_provenance': 'select customer_id from {changes}',
        'marts.dim_customer_history': 'select customer_id from {changes}',
        'staging.stg_salesforce__users':
            'select customer_id from {this} where owner_id in (select user_id from {changes})',
    },
}) }}

with

customer_records as (

    select * from {{ touched(ref('customer_records'), 'customer_id') }}

),

parents as (

    select
        record_key,
        customer_id
    from {{ ref('customer_records') }}

),

person_records as (

    select * from {{ ref('int_person_records') }}

),

golden as (

    select * from {{ touched(ref('customer_field_provenance'), 'customer_id') }}

),

history as (

    select * from {{ touched(ref('dim_customer_history'), 'customer_id') }}
    where is_current

),

places as (

    select * from {{ ref('places') }}

),

-- Every place twice: for whoever is known to be in its country, and for whoever's country nobody knows (''). So that
-- looking up a name stays a comparison of two keys, which engines do by hashing.
places_sought as (

    select
        places.*,
        places.country as sought_country
    from places

    union all

    select
        places.*,
        '' as sought_country
    from places

),

colleagues as (

    select * from {{ ref('stg_salesforce__users') }}

),

members as (

    select
        customer_records.customer_id,
        min(customer_records.entity_type) as entity_type,
        count(*) as record_count,
        {{ sorted_list('customer_records.source_system') }} as source_systems,
        cast(min(person_records.first_seen_at) as date) as first_seen_date,
        cast(max(person_records.last_seen_at) as date) as last_seen_date
    from customer_records
    inner join person_records
        on customer_records.record_key = person_records.record_key
    group by customer_records.customer_id

),

-- A customer is first of the system of the earliest record.
first_records as (

    select
        customer_records.customer_id,
        customer_records.source_system,
        row_number() over (
            partition by customer_records.customer_id
            order by person_records.first_seen_at nulls last, customer_records.record_key
        ) as record_rank
    from customer_records
    inner join person_records
        on customer_records.record_key = person_records.record_key

),

fields as (

    select
        {%- for field in ['full_name', 'given_name', 'family_name', 'gender', 'birth_date', 'email', 'phone',
            'company_name', 'address', 'city', 'province', 'country', 'owner_id', 'member_number', 'member_level',
            'parent_record_key', 'consent_email', 'consent_phone', 'consent_sms'] %}
        max(case when field = '{{ field }}' then value end) as {{ field }},
        {%- endfor %}
        customer_id
    from golden
    group by customer_id

),

-- A city is looked up by its name, without the character for city behind it; a province where the city says nothing.
placed as (

    select
        fields.*,
        coalesce(countries.country, cities.country, provinces.country, fields.country) as known_country,
        case
            when countries.country is null or countries.country = cities.country then cities.city
        end as known_city,
        coalesce(cities.province, provinces.province) as known_province,
        coalesce(cities.region, provinces.region, countries.region) as known_region
    from fields
    left join places as countries
        on
            countries.level = 'country'
            and lower(trim(fields.country)) = countries.spelling
    left join places_sought as cities
        on
            cities.level = 'city'
            and lower(
                case
                    when fields.city like '%_市' then substring(trim(fields.city), 1, length(trim(fields.city)) - 1)
                    else trim(fields.city)
                end
            ) = cities.spelling
            and coalesce(countries.country, '') = cities.sought_country
    left join places_sought as provinces
        on
            provinces.level = 'province'
            and lower(trim(fields.province)) = provinces.spelling
            and coalesce(countries.country, '') = provinces.sought_country

),

customers as (

    select
        members.customer_id,
        members.entity_type,
        placed.full_name,
        placed.given_name,
        placed.family_name,
        placed.gender,
        {{ date_or_null('placed.birth_date') }} as birth_date,
        placed.email,
        placed.phone,
        placed.company_name,
        placed.address,
        coalesce(placed.known_city, 'unknown') as city,
        coalesce(placed.known_province, 'unknown') as province,
        coalesce(placed.known_region, 'unknown') as region,
        placed.known_country as country,
        coalesce(history.status, 'following_up') as status,
        coalesce(history.level, 'potential') as level,
        placed.owner_id,
        colleagues.full_name as owner_name,
        cast(placed.consent_email as boolean) as consent_email,
        cast(placed.consent_phone as boolean) as consent_phone,
        cast(placed.consent_sms as boolean) as consent_sms,
        case when parents.customer_id <> members.customer_id then parents.customer_id end as parent_customer_id,
        placed.member_number,
        placed.member_level,
        first_records.source_system as first_source,
        members.record_count,
        members.source_systems,
        members.first_seen_date,
        members.last_seen_date
    from members
    inner join first_records
        on
            members.customer_id = first_records.customer_id
            and first_records.record_rank = 1
    left join placed
        on members.customer_id = placed.customer_id
    left join history
        on members.customer_id = history.customer_id
    left join colleagues
        on placed.owner_id = colleagues.user_id
    left join parents
        on placed.parent_record_key = parents.record_key

)

select * from customers
