{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false
    )
}}

{#- A log, never rewritten: which record was given to which customer, and when. The newest entry of a record holds.
Who asks what was known on a day (known_on) adds nothing to it. -#}

with

all_clusters as (

    select * from {{ ref('int_record_clusters') }}

),

assignment_log as (

    {% if is_incremental() %}
    select * from {{ this }}
    {% else %}
    {{ assignments_so_far(this) }}
    {% endif %}

),

newest_first as (

    select
        *,
        row_number() over (partition by record_key order by assignment_number desc) as recency_rank
    from assignment_log

),

current_ids as (

    select
        record_key,
        customer_id
    from newest_first
    where recency_rank = 1

),

-- Where all records of a cluster hold one id, and nobody else holds it, there is nothing to decide.
held as (

    select distinct
        all_clusters.cluster_key,
        current_ids.customer_id
    from all_clusters
    left join current_ids
        on all_clusters.record_key = current_ids.record_key

),

shared_ids as (

    select customer_id from held
    group by customer_id
    having count(*) > 1

),

open_clusters as (

    select held.cluster_key
    from held
    left join shared_ids
        on held.customer_id = shared_ids.customer_id
    group by held.cluster_key
    having
        count(*) > 1
        or count(held.customer_id) = 0
        or count(shared_ids.customer_id) > 0

),

clusters as (

    select all_clusters.*
    from all_clusters
    inner join open_clusters
        on all_clusters.cluster_key = open_clusters.cluster_key

),

id_ages as (

    select
        customer_id,
        min(assignment_number) as first_assignment_number
    from assignment_log
    group by customer_id

),

claims as (

    select
        clusters.cluster_key,
        current_ids.customer_id,
        id_ages.first_assignment_number,
        count(*) as record_count
    from clusters
    inner join current_ids
        on clusters.record_key = current_ids.record_key
    inner join id_ages
        on current_ids.customer_id = id_ages.customer_id
    group by clusters.cluster_key, current_ids.customer_id, id_ages.first_assignment_number

),

-- A merge: a cluster wants the id most of its records hold, the older one when two are even.
claims_ranked as (

    select
        *,
        row_number() over (
            partition by cluster_key
            order by record_count desc, first_assignment_number
        ) as claim_rank
    from claims

),

-- A split: of the clusters that want one id, the one with more of its records keeps it.
holders_ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by record_count desc, cluster_key
        ) as holder_rank
    from claims_ranked
    where claim_rank = 1

),

cluster_keys as (

    select distinct cluster_key from clusters

),

held_ids as (

    select distinct customer_id from current_ids

),

-- A merge taken back: records that are left without an id return to one they held before and nobody holds now, so that
-- everything after this table is as it was.
earlier_claims as (

    select
        clusters.cluster_key,
        assignment_log.customer_id,
        count(distinct assignment_log.record_key) as record_count,
        max(assignment_log.assignment_number) as last_assignment_number
    from clusters
    inner join assignment_log
        on clusters.record_key = assignment_log.record_key
    left join holders_ranked
        on
            clusters.cluster_key = holders_ranked.cluster_key
            and holders_ranked.holder_rank = 1
    left join held_ids
        on assignment_log.customer_id = held_ids.customer_id
    where
        holders_ranked.cluster_key is null
        and held_ids.customer_id is null
    group by clusters.cluster_key, assignment_log.customer_id

),

earlier_claims_ranked as (

    select
        *,
        row_number() over (
            partition by cluster_key
            order by record_count desc, last_assignment_number desc
        ) as claim_rank
    from earlier_claims

),

returned_ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by record_count desc, cluster_key
        ) as holder_rank
    from earlier_claims_ranked
    where claim_rank = 1

),

cluster_ids as (

    select
        cluster_keys.cluster_key,
        coalesce(holders_ranked.customer_id, returned_ranked.customer_id, {{ new_customer_id() }}) as customer_id
    from cluster_keys
    left join holders_ranked
        on
            cluster_keys.cluster_key = holders_ranked.cluster_key
            and holders_ranked.holder_rank = 1
    left join returned_ranked
        on
            cluster_keys.cluster_key = returned_ranked.cluster_key
            and returned_ranked.holder_rank = 1

),

changed as (

    select
        clusters.record_key,
        cluster_ids.customer_id
    from clusters
    inner join cluster_ids
        on clusters.cluster_key = cluster_ids.cluster_key
    left join current_ids
        on clusters.record_key = current_ids.record_key
    where
        current_ids.customer_id is null
        or current_ids.customer_id <> cluster_ids.customer_id

),

log_end as (

    select coalesce(max(assignment_number), 0) as last_assignment_number
    from assignment_log

),

numbered as (

    select
        log_end.last_assignment_number + row_number() over (order by changed.record_key) as assignment_number,
        changed.record_key,
        changed.customer_id,
        {{ as_of_date() }} as assigned_as_of
    from changed
    cross join log_end

)

{% if not is_incremental() %}
select * from assignment_log

union all

{% endif %}
select * from numbered
{%- if var('known_on', none) %}
where 1 = 0
{%- endif %}
