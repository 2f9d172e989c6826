-- A year of trade. Reads the temporary table trade (organization_id, schedules, orders).
SELECT setseed(0.5);

CREATE TEMPORARY TABLE trader AS
SELECT t.*, o.currency, o.order_prefix, o.default_language AS language, o.time_zone,
       greatest(1, t.orders * 4 / 5) AS customers,
       -- Keys of an organization's rows begin here.
       1000000000000 + t.organization_id * 1000000 AS first,
       (SELECT array_agg(v.id ORDER BY v.id) FROM tours_tourvariant v WHERE v.organization_id = t.organization_id) AS variants,
       (SELECT array_agg(v.tour_id ORDER BY v.id) FROM tours_tourvariant v WHERE v.organization_id = t.organization_id) AS tours
FROM trade t JOIN tenancy_organization o ON o.id = t.organization_id;
ANALYZE trader;

-- A departure of each variant each morning: two thirds of them are over.
INSERT INTO tours_schedule (id, created_at, updated_at, public_id, date, start_time, time_zone, starts_at, ends_at,
    booking_closes_at, duration_minutes, cutoff_minutes, capacity, booked_count, status, language, guest_note, internal_note,
    organization_id, tour_id, variant_id)
SELECT first + n, start - interval '90 days', start - interval '90 days', gen_random_uuid(), day, '07:05', time_zone, start,
       start + interval '90 minutes', start - interval '1 hour', 90, 60, 40, 0,
       CASE WHEN start < now() THEN 'completed' WHEN n % 50 = 0 THEN 'cancelled' ELSE 'open' END,
       language, '', '', organization_id, tours[1 + n % cardinality(tours)], variants[1 + n % cardinality(variants)]
FROM trader CROSS JOIN LATERAL generate_series(0, schedules - 1) AS n
CROSS JOIN LATERAL (SELECT current_date + n / cardinality(variants) - schedules * 2 / 3 / cardinality(variants) AS day) AS days
CROSS JOIN LATERAL (SELECT (day + time '07:05') AT TIME ZONE time_zone AS start) AS starts
ORDER BY start, organization_id;

INSERT INTO crm_customer (id, created_at, updated_at, public_id, first_name, last_name, email, phone, language, source, note,
    last_activity_at, organization_id)
SELECT first + n, since, since, gen_random_uuid(), first_name, last_name,
       lower(first_name) || '.' || n || '@guest.example', '+4940' || lpad((5000000 + n * 7)::text, 8, '0'), language, 'checkout', '',
       CASE WHEN n % 20 > 0 THEN since END, organization_id
FROM trader CROSS JOIN LATERAL generate_series(1, customers) AS n
CROSS JOIN LATERAL (SELECT now() - (customers - n + random()) * interval '365 days' / customers AS since) AS times
CROSS JOIN LATERAL (SELECT
    (ARRAY['Grete', 'Ole', 'Anna', 'Jörg', 'Chloé', 'Mateo', 'Yuki', 'Ingrid', 'Paul', 'Lena', 'Omar', 'Sofia', 'Emil'])[1 + n % 13]
        AS first_name,
    (ARRAY['Han', 'Peter', 'Schmid', 'Müller', 'Andre', 'Lind', 'Berg', 'Holm', 'Wagen', 'Stein', 'Nord'])[1 + n % 11] ||
    (ARRAY['sen', 'mann', 'berg', 'stad', 'feld', 'qvist', 'hof'])[1 + n % 7] AS last_name) AS names
ORDER BY since, organization_id;

-- What the tables below share: an order of two people on one departure.
CREATE TEMPORARY TABLE deal AS
SELECT first + n AS id, organization_id, n, first + 1 + n % customers AS customer_id, first + n % schedules AS schedule_id, placed_at,
       currency, order_prefix, language, status,
       CASE status WHEN 'paid' THEN 'confirmed' WHEN 'confirmed' THEN 'confirmed' WHEN 'pending' THEN 'held' ELSE status END AS booking,
       CASE WHEN status = 'paid' THEN 5000 ELSE 0 END AS captured_minor
FROM trader CROSS JOIN LATERAL generate_series(1, orders) AS n
CROSS JOIN LATERAL (SELECT now() - (orders - n + random()) * interval '365 days' / orders AS placed_at) AS times
CROSS JOIN LATERAL (SELECT CASE WHEN orders - n < 5 THEN 'pending' ELSE
    (ARRAY['paid', 'paid', 'paid', 'paid', 'paid', 'paid', 'paid', 'confirmed', 'cancelled', 'expired'])[1 + (random() * 9)::int]
    END AS status) AS statuses
ORDER BY placed_at, organization_id;
CREATE UNIQUE INDEX ON deal (id);
ANALYZE deal;

INSERT INTO commerce_order (id, created_at, updated_at, number, secret, status, source, method, language, first_name, last_name,
    email, phone, note, currency, subtotal_minor, discount_minor, tax_minor, total_minor, placed_at, hold_expires_at, paid_at,
    closed_at, needs_attention, customer_id, organization_id, checkout_token)
SELECT d.id, placed_at, placed_at, order_prefix || '-' || upper(lpad(to_hex(n), 5, '0') || substr(md5(n::text), 1, 2)),
       gen_random_uuid(), status, 'web', 'bank_transfer', d.language, c.first_name, c.last_name, c.email, c.phone, '', currency, 5000, 0, 0, 5000,
       placed_at, CASE status WHEN 'pending' THEN now() + interval '1 day' END, CASE status WHEN 'paid' THEN placed_at END,
       CASE WHEN status IN ('cancelled', 'expired') THEN placed_at + interval '1 day' END,
       CASE n % 500 WHEN 0 THEN 'The amount received is not the amount asked for.' ELSE '' END,
       customer_id, d.organization_id, gen_random_uuid()
FROM deal d JOIN crm_customer c ON c.id = d.customer_id
ORDER BY placed_at, d.organization_id;

INSERT INTO tours_booking (id, created_at, updated_at, public_id, status, seats, special_needs, customer_id, organization_id, schedule_id)
SELECT id, placed_at, placed_at, gen_random_uuid(), booking, 2, '', customer_id, organization_id, schedule_id FROM deal;

INSERT INTO commerce_orderline (created_at, updated_at, position, name, tier_name, quantity, unit_price_minor, total_minor,
    price_steps, booking_id, order_id, organization_id)
SELECT placed_at, placed_at, 1, 'A walk', 'Adult', 2, 2500, 5000,
       '[{"kind": "tier", "label": "2 × Adult at €25.00", "amount_minor": 5000}]', id, id, organization_id
FROM deal;

INSERT INTO commerce_payment (created_at, updated_at, public_id, method, status, amount_minor, currency, captured_minor,
    captured_currency, refunded_minor, provider_reference, idempotency_key, failure_message, succeeded_at, order_id, organization_id)
SELECT placed_at, placed_at, gen_random_uuid(), 'bank_transfer',
       CASE status WHEN 'paid' THEN 'succeeded' WHEN 'pending' THEN 'awaiting_approval' WHEN 'confirmed' THEN 'pending' ELSE 'cancelled' END,
       5000, currency, captured_minor, CASE WHEN captured_minor > 0 THEN currency ELSE '' END, 0, '', '', '',
       CASE status WHEN 'paid' THEN placed_at END, id, organization_id
FROM deal;

-- What came in stands in the ledger, as `record_charge` writes it: from the customers to the bank.
WITH moved AS (
    INSERT INTO commerce_ledgertransaction (kind, reference, occurred_at, currency, method, payment_id, note, organization_id)
    SELECT 'charge', 'payment-' || p.public_id, p.succeeded_at, p.currency, p.method, p.id, '', p.organization_id
    FROM deal d JOIN commerce_payment p ON p.order_id = d.id WHERE p.captured_minor > 0
    ORDER BY p.succeeded_at, p.organization_id
    RETURNING id, payment_id, organization_id
)
INSERT INTO commerce_ledgerentry (transaction_id, account, amount_minor, organization_id)
SELECT moved.id, side.account, side.sign * payment.captured_minor, moved.organization_id
FROM moved JOIN commerce_payment payment ON payment.id = moved.payment_id
CROSS JOIN (VALUES ('bank', 1), ('customers', -1)) AS side (account, sign);

UPDATE tours_schedule s SET booked_count = taken.seats
FROM (SELECT schedule_id, sum(seats) AS seats FROM tours_booking WHERE status IN ('held', 'confirmed') AND id > 1000000000000 GROUP BY 1) AS taken
WHERE s.id = taken.schedule_id;
