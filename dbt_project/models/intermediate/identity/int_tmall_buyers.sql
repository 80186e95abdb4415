with

orders as (

    select * from {{ by_record(ref('stg_tmall__orders'), 'tmall|buyer', 'buyer_nick') }}
    where buyer_nick is not null

),

-- An address begins with province and city; the rest is masked more often than not.
newest_first as (

    select
        buyer_nick,
        receiver_name,
        receiver_mobile,
        nullif(split_part(receiver_address, ' ', 2), '') as city,
        ordered_at,
        row_number() over (partition by buyer_nick order by ordered_at desc, order_id desc) as order_rank
    from orders

),

buyers as (

    select
        buyer_nick,
        min_by(receiver_name, order_rank) filter (where receiver_name is not null) as full_name,
        min_by(receiver_mobile, order_rank) filter (where receiver_mobile is not null) as phone,
        min_by(city, order_rank) filter (where city is not null) as city,
        min(ordered_at) as first_seen_at,
        max(ordered_at) as last_seen_at
    from newest_first
    group by buyer_nick

)

select * from buyers
