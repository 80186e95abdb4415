with recursive

person_records as (

    select * from {{ ref('int_person_records') }}

),

links as (

    select * from {{ ref('int_record_links') }}
    where
        status = 'accepted'
        and is_on_path

),

edges as (

    select
        record_key_a as from_key,
        record_key_b as to_key
    from links

    union

    select
        record_key_b as from_key,
        record_key_a as to_key
    from links

),

-- A record's name travels along the links, but only to records whose own key is larger: the smallest key of
-- a cluster still reaches everybody in it, and the walk stays short.
reached (record_key, label) as (

    select
        from_key as record_key,
        from_key as label
    from edges

    union

    select
        edges.to_key as record_key,
        reached.label
    from reached
    inner join edges
        on reached.record_key = edges.from_key
    where reached.label < edges.to_key

),

labels as (

    select
        record_key,
        min(label) as cluster_key
    from reached
    group by record_key

),

clusters as (

    select
        person_records.record_key,
        coalesce(labels.cluster_key, person_records.record_key) as cluster_key
    from person_records
    left join labels
        on person_records.record_key = labels.record_key

)

select * from clusters
