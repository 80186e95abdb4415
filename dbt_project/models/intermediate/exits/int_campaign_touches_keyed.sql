with

campaign_members as (

    select
        *,
        {{ email_address('email') }} as address
    from {{ touched(ref('stg_salesforce__campaign_members'), 'campaign_member_id') }}
    where not is_deleted

),

campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

identifiers as (

    select * from {{ ref('int_record_identifiers') }}
    where identifier_type = 'email'

),

emails_shared as (

    select * from {{ ref('int_emails_shared') }}

),

-- Only the addresses that are asked for are looked up.
addresses as (

    select distinct address from campaign_members

),

-- All records with one e-mail are one customer, unless the mailbox is shared.
customers_by_email as (

    select
        identifiers.identifier_value as email,
        min(customer_records.customer_id) as customer_id
    from identifiers
    inner join addresses
        on identifiers.identifier_value = addresses.address
    inner join customer_records
        on identifiers.record_key = customer_records.record_key
    left join emails_shared
        on identifiers.identifier_value = emails_shared.email
    where emails_shared.email is null
    group by identifiers.identifier_value

),

keyed as (

    select
        campaign_members.campaign_member_id as campaign_touch_id,
        campaign_members.campaign_id,
        campaigns.campaign_name,
        coalesce(
            crm_records.customer_id,
            shop_records.customer_id,
            customers_by_email.customer_id
        ) as customer_id,
        campaign_members.status,
        campaign_members.has_responded,
        coalesce(campaign_members.sent_at, campaign_members.created_at) as touched_at,
        case
            when campaign_members.has_responded
                then coalesce(
                    campaign_members.clicked_at,
                    campaign_members.first_responded_at,
                    campaign_members.sent_at,
                    campaign_members.created_at
                )
        end as responded_at
    from campaign_members
    left join campaigns
        on campaign_members.campaign_id = campaigns.campaign_id
    left join customer_records as crm_records
        on
            coalesce(campaign_members.contact_id, campaign_members.lead_id) = crm_records.source_record_id
            and crm_records.source_record_type in ('contact', 'lead')
    left join customer_records as shop_records
        on
            campaign_members.shop_customer_id = shop_records.source_record_id
            and shop_records.source_record_type = 'customer'
            and shop_records.source_system = 'shopify'
    left join customers_by_email
        on campaign_members.address = customers_by_email.email

)

select * from keyed
