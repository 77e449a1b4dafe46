-- Run once by the Postgres image, beside the database of Prefect's server.
CREATE DATABASE ledger;
