-- The schemas that topics have had, and what tells whether a topic has been changed.

-- Counts up with each change of the row.
alter table topics add column revision bigint not null default 1;

-- The last versions of a topic's schema, the current one included.
create table topic_schemas (
    topic_uid uuid not null references topics on delete cascade,
    version integer not null,
    -- A `Schema` in protobuf.
    schema bytea not null,
    -- When it became the topic's.
    create_time timestamptz not null,
    primary key (topic_uid, version)
);

insert into topic_schemas (topic_uid, version, schema, create_time)
select topic_uid, schema_version, schema, create_time from topics;
