{#-
  Built touch by touch. A touch follows from what the CRM says of it, its campaign's name, whose the records are that it
  names, and who has its mailbox.
-#}
{%- set by_mailbox = "
    select campaign_member_id from staging.stg_salesforce__campaign_members
    where " ~ email_address('email') ~ " in
" -%}
{{ config(meta={
    'part': 'campaign_touch_id',
    'touched_by': {
        'staging.stg_salesforce__campaign_members': 'select campaign_member_id from {changes}',
        'raw_salesforce.campaigns': "
            select touches.campaign_touch_id
            from {this} as touches left join staging.stg_salesforce__campaigns as campaigns using (campaign_id)
            where touches.campaign_name is distinct from campaigns.campaign_name
        ",
        'intermediate.int_record_identifiers':
            by_mailbox ~ "(select identifier_value from {changes} where identifier_type = 'email')",
        'intermediate.int_emails_shared': by_mailbox ~ '(select email from {changes})',
        'marts.customer_records': "
            select campaign_member_id from staging.stg_salesforce__campaign_members
            where coalesce(contact_id, lead_id) in (
                select source_record_id from {changes} where source_record_type in ('contact', 'lead')
            )
            union all
            select campaign_member_id from staging.stg_salesforce__campaign_members
            where shop_customer_id in (select source_record_id from {changes} where source_system = 'shopify')
            union all
            " ~ by_mailbox ~ "(
                select identifier_value from intermediate.int_record_identifiers
                where identifier_type = 'email' and record_key in (select record_key from {changes})
            )
        ",
    },
}) }}

with

campaign_touches as (

    select * from {{ touched(ref('int_campaign_touches_keyed'), 'campaign_touch_id') }}

),

final as (

    select
        campaign_touch_id,
        campaign_id,
        campaign_name,
        customer_id,
        status,
        has_responded,
        touched_at,
        responded_at
    from campaign_touches

)

select * from final
