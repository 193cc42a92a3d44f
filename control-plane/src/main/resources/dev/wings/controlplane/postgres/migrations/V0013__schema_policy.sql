-- What becomes of columns that a topic does not have: they are refused, or the topic gets them.
alter table topics
    add column schema_policy text not null default 'STRICT' check (schema_policy in ('STRICT', 'ADDITIVE'));
