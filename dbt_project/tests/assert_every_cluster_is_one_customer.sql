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

-- Clusters and customers are as many as records; their pairs are what there is to count.
pairs as (

    select distinct
        clusters.cluster_key,
        customer_records.customer_id,
        customer_records.entity_type
    from clusters
    inner join customer_records
        on clusters.record_key = customer_records.record_key

),

by_cluster as (

    select cluster_key as broken
    from pairs
    group by cluster_key
    having count(*) > 1

),

by_customer as (

    select customer_id as broken
    from pairs
    group by customer_id
    having count(*) > 1

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
