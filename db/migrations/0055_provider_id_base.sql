-- Vendors behind SMPP may write their ids to one base in answers and to the other one in reports (SMPP 3.4 leaves it open).
alter table gateways add column provider_id_base text check (provider_id_base in ('hex', 'decimal'));
