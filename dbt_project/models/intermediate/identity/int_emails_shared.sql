{#- A table of its own: what reads it part by part must be told which mailboxes changed, and is not told of counts. -#}
with

identifiers_shared as (

    select * from {{ ref('int_identifiers_shared') }}
    where identifier_type = 'email'

),

emails as (

    select distinct identifier_value as email from identifiers_shared

)

select * from emails
