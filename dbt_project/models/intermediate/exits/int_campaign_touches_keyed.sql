with

campaign_members as (

    select * from {{ ref('stg_salesforce__campaign_members') }}
    where not is_deleted

),

campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}
    where source_record_type in ('contact', 'lead')

),

keyed as (

    select
        campaign_members.campaign_member_id as campaign_touch_id,
        campaign_members.campaign_id,
        campaigns.campaign_name,
        customer_records.customer_id,
        campaign_members.status,
        campaign_members.has_responded,
        campaign_members.created_at as touched_at
    from campaign_members
    left join campaigns
        on campaign_members.campaign_id = campaigns.campaign_id
    left join customer_records
        on coalesce(campaign_members.contact_id, campaign_members.lead_id) = customer_records.source_record_id

)

select * from keyed
