-- Tables and views of the Iceberg catalog. A topic's table is one of them.

-- How the topic's rows are laid out in its table: message wings.v1.LakeSpec, complete.
alter table topics add column lake bytea;

create table lake_tables (
    table_uid uuid primary key,
    namespace_uid uuid not null references namespaces,
    -- A topic's table has the topic's id as its name.
    name text collate "C" not null check (octet_length(name) between 1 and 1024),
    is_view boolean not null default false,
    -- The topic whose rows it holds; null for a table that other engines made. Only Wings writes a topic's table.
    topic_uid uuid unique references topics,
    -- The UUID that the table's own metadata say.
    table_uuid uuid not null,
    -- The pointer: all that the table is follows from this file, which never changes.
    metadata_location text collate "C" not null check (octet_length(metadata_location) between 1 and 4096),
    -- Counts up with each change of the pointer.
    version bigint not null check (version > 0),
    create_time timestamptz not null,
    update_time timestamptz not null,
    unique (namespace_uid, name)
);
