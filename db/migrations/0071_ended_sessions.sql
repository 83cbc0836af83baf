-- Sessions of the console that were signed out before their time was over: a copy of their cookie is refused. Ids are drawn by chance.
create table ended_sessions (
  id uuid primary key,
  ends_at timestamptz not null
);
create index ended_sessions_ends_at on ended_sessions (ends_at);
