{{ config(group='identity') }}

-- Records of one cluster are one customer, records of two clusters are two, and an accepted link keeps two records
-- in one cluster, a human's decision keeps them in two.

with

clusters as (

    select * from {{ ref('int_record_clusters') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

links as (

    select * from {{ ref('int_record_links') }}

),

by_cluster as (

    select clusters.cluster_key as broken
    from clusters
    inner join customer_records
        on clusters.record_key = customer_records.record_key
    group by clusters.cluster_key
    having count(distinct customer_records.customer_id) > 1

),

by_customer as (

    select customer_records.customer_id as broken
    from clusters
    inner join customer_records
        on clusters.record_key = customer_records.record_key
    group by customer_records.customer_id
    having
        count(distinct clusters.cluster_key) > 1
        or count(distinct customer_records.entity_type) > 1

),

by_link as (

    select links.record_key_a as broken
    from links
    inner join clusters as left_clusters
        on links.record_key_a = left_clusters.record_key
    inner join clusters as right_clusters
        on links.record_key_b = right_clusters.record_key
    where
        (
            links.status = 'accepted'
            and left_clusters.cluster_key <> right_clusters.cluster_key
        )
        or (
            links.rule = 'override'
            and links.status = 'apart'
            and left_clusters.cluster_key = right_clusters.cluster_key
        )

)

select broken from by_cluster

union all

select broken from by_customer

union all

select broken from by_link
