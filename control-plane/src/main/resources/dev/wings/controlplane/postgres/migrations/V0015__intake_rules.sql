-- Which rows a topic takes, and what becomes of others: a serialized wings.v1.IntakeSpec. Null for the defaults.
alter table topics add column intake bytea;
