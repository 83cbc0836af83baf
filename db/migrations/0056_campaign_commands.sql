alter table campaigns
  -- It was paused or cancelled while its audience was being prepared, and that goes on: of a paused one so that it can be
  -- resumed, of a cancelled one so that everybody in the audience is accounted for.
  add column unprepared boolean not null default false,
  -- Commands that were carried out, and other moves: what a run of slices found out before one of them holds no longer.
  add column commands integer not null default 0,
  -- Of pause and resume, resume was the last.
  add column resumed boolean not null default false,
  -- Of the rejected recipients, those that the request or its upload rejected; the others are found while it is prepared.
  add column refused integer not null default 0;
