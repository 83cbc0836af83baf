-- Messages made of a sensitive template are sensitive. A message, or campaign, says so of itself in its options.
alter table templates add column sensitive boolean not null default false;
-- What the provider said of a test stays here, for who waits for it, and does not go through Temporal.
alter table gateway_tests add column taken_at timestamptz, add column answer text;
