-- Texts of typographic characters may become GSM-7 on their way over one gateway alone, such as one whose parts are dear.
alter table gateways add column smart_encoding boolean not null default false;
