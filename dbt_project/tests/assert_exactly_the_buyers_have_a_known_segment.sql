-- Whoever has bought has a segment of both schemes, one that segments explains; nobody else has.

with

customers as (

    select * from {{ ref('customer_360') }}
    {%- if target.name == 'dev' %}
    -- an analyst may ask about a day of which the models have said nothing
    where as_of_date in (select rfm.as_of_date from {{ source('ml', 'rfm') }} as rfm)
    {%- endif %}

),

eleven as (

    select segment
    from {{ ref('segments') }}
    where scheme = 'rfm'

),

eight as (

    select segment
    from {{ ref('segments') }}
    where scheme = 'rfm_8'

)

select customers.customer_id
from customers
left join eleven
    on customers.segment = eleven.segment
left join eight
    on customers.segment_8 = eight.segment
where
    (customers.has_ordered and (eleven.segment is null or eight.segment is null))
    or (not customers.has_ordered and (customers.segment is not null or customers.segment_8 is not null))
