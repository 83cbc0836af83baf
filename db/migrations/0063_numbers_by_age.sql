-- Numbers in the order in which their messages came: one of which a part is known is looked for without reading messages.
-- The number is known when a message is inserted, and changes only where the message is blanked, which is no update that
-- could stay within its page anyway.
create index messages_newest on messages (account_id, id) include (msisdn);
drop index messages_account;
