-- A campaign may go again to those of another one that failed: it reads them where they are, and knows which one it was.
alter table campaigns add column again_of text references campaigns (id);
create index campaigns_again on campaigns (again_of) where again_of is not null;
