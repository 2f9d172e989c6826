-- What comes with the orders of trade.sql and no list of them shows: people, the customers' timelines, the record of what was done.
INSERT INTO tours_participant (created_at, updated_at, tier_name, seats, name, needs, booking_id, organization_id)
SELECT placed_at, placed_at, 'Adult', 1, '', '', id, organization_id FROM deal CROSS JOIN generate_series(1, 2);

INSERT INTO crm_activity (created_at, updated_at, kind, at, facts, content_type_id, object_id, customer_id, organization_id)
SELECT placed_at, placed_at, 'order_placed', placed_at, jsonb_build_object('number', n), (SELECT id FROM django_content_type WHERE app_label = 'commerce' AND model = 'order'),
       id, customer_id, organization_id
FROM deal;

INSERT INTO crm_message (created_at, updated_at, channel, kind, dedupe_key, recipient, language, subject, text, html, status,
    attempts, sent_at, last_error, content_type_id, object_id, customer_id, organization_id)
SELECT placed_at, placed_at, 'email', 'order_confirmed', 'crowd-' || d.id, c.email, d.language, 'Your booking', repeat('See you there. ', 20), '',
       'sent', 1, placed_at, '', (SELECT id FROM django_content_type WHERE app_label = 'commerce' AND model = 'order'), d.id, customer_id,
       d.organization_id
FROM deal d JOIN crm_customer c ON c.id = d.customer_id
ORDER BY placed_at, d.organization_id;

INSERT INTO crm_protocol (created_at, updated_at, kind, direction, subject, body, happened_at, customer_id, organization_id)
SELECT placed_at, placed_at, 'call', 'inbound', 'Asks for the way', '', placed_at, customer_id, organization_id
FROM deal WHERE n % 10 = 0;

INSERT INTO tenancy_auditentry (at, is_support, action, subject_type, subject_id, subject_name, origin, host, network, device, details,
    organization_id)
SELECT placed_at, false, 'order.placed', 'commerce.order', id, '', '', '', '', '', '{"total_minor": 5000}', organization_id FROM deal;
