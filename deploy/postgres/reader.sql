-- A role that may read the views of the schema `dashboards` and nothing else. Run once in the database of the record:
--   psql -d twinbell -v password="$(cat FILE)" -f deploy/postgres/reader.sql
-- and again after `twinbell store migrate` when a newer version has added views.
SELECT 'CREATE ROLE twinbell_reader LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'twinbell_reader') \gexec
ALTER ROLE twinbell_reader PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 20;
ALTER ROLE twinbell_reader SET default_transaction_read_only = on;
ALTER ROLE twinbell_reader SET statement_timeout = '30s';
GRANT USAGE ON SCHEMA dashboards TO twinbell_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA dashboards TO twinbell_reader;
