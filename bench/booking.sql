-- The same booking in plain SQL, for pgbench: the rows that place_order writes, and the seats last.
\set schedule :first + random(0, :count - 1)
BEGIN;
INSERT INTO crm_customer (created_at, updated_at, public_id, first_name, last_name, email, phone, language, source, note, organization_id)
  VALUES (now(), now(), gen_random_uuid(), 'Grete', 'Hansen', gen_random_uuid() || '@guest.example', '+494066969120', 'en', 'checkout', '', :org)
  RETURNING id AS customer \gset
INSERT INTO commerce_order (created_at, updated_at, number, secret, status, source, method, language, first_name, last_name, email, phone, note, currency, subtotal_minor, discount_minor, tax_minor, total_minor, placed_at, hold_expires_at, needs_attention, checkout_token, customer_id, organization_id)
  VALUES (now(), now(), 'HW-' || upper(substr(gen_random_uuid()::text, 25, 12)), gen_random_uuid(), 'pending', 'web', 'card', 'en', 'Grete', 'Hansen', 'grete@guest.example', '+494066969120', '', 'EUR', 6200, 0, 0, 6200, now(), now() + interval '15 minutes', '', gen_random_uuid(), :customer, :org)
  RETURNING id AS order_id \gset
INSERT INTO tours_booking (created_at, updated_at, public_id, status, seats, special_needs, customer_id, schedule_id, organization_id)
  VALUES (now(), now(), gen_random_uuid(), 'held', 3, '', :customer, :schedule, :org)
  RETURNING id AS booking \gset
INSERT INTO tours_participant (created_at, updated_at, tier_name, seats, name, needs, booking_id, organization_id)
  VALUES (now(), now(), 'Adult', 1, '', '', :booking, :org), (now(), now(), 'Adult', 1, '', '', :booking, :org), (now(), now(), 'Child', 1, '', '', :booking, :org);
INSERT INTO commerce_orderline (created_at, updated_at, position, name, tier_name, quantity, unit_price_minor, total_minor, price_steps, booking_id, order_id, organization_id)
  VALUES (now(), now(), 1, 'Measured · Group', 'Adult', 2, 2500, 5000, '[{"kind": "tier", "label": "2 × Adult at €25.00", "amount_minor": 5000}]', :booking, :order_id, :org),
         (now(), now(), 2, 'Measured · Group', 'Child', 1, 1200, 1200, '[{"kind": "tier", "label": "1 × Child at €12.00", "amount_minor": 1200}]', :booking, :order_id, :org);
INSERT INTO commerce_payment (created_at, updated_at, public_id, method, status, amount_minor, currency, captured_minor, captured_currency, refunded_minor, provider_reference, idempotency_key, failure_message, order_id, organization_id)
  VALUES (now(), now(), gen_random_uuid(), 'card', 'pending', 6200, 'EUR', 0, '', 0, '', '', '', :order_id, :org);
INSERT INTO tenancy_auditentry (at, is_support, action, subject_type, subject_id, subject_name, origin, host, network, device, details, organization_id)
  VALUES (now(), false, 'order.placed', 'commerce.order', :order_id, 'HW-7K3M9QA', '', '', '', '', '{"total_minor": 6200, "method": "card"}', :org);
INSERT INTO tenancy_outboxevent (created_at, updated_at, topic, payload, organization_id)
  VALUES (now(), now(), 'commerce.order_placed', json_build_object('order_id', :order_id), :org)
  RETURNING id AS event \gset
INSERT INTO tenancy_outboxdelivery (created_at, updated_at, subscriber, status, attempts, next_attempt_at, last_error, event_id, organization_id)
  VALUES (now(), now(), 'commerce.receivers.order_placed', 'pending', 0, now() + interval '1 minute', '', :event, :org);
UPDATE tours_schedule SET booked_count = booked_count + 3, status = CASE WHEN booked_count + blocked_count + 3 >= capacity THEN 'full' ELSE 'open' END, updated_at = now()
  WHERE id = :schedule AND booked_count + blocked_count + 3 <= capacity AND starts_at > now() AND status IN ('open', 'full') AND booking_closes_at > now();
COMMIT;
