with

opportunities as (

    select * from {{ ref('int_opportunities_keyed') }}

)

select * from opportunities
