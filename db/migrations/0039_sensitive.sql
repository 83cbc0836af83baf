-- Messages made of a sensitive template are sensitive. A message, or campaign, says so of itself in its options.
alter table templates add column sensitive boolean not null default false;
