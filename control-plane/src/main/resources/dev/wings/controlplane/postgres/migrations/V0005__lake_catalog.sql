-- The Iceberg catalog beside its tables: who has which name, properties of namespaces, and tables to be purged.

-- Every name of a namespace, once: a topic and its table share one, every other table or view has its own. So no table
-- can take the name of a topic that is being made at the same moment, nor the other way round.
create table namespace_names (
    namespace_uid uuid not null references namespaces,
    name text collate "C" not null,
    primary key (namespace_uid, name)
);

insert into namespace_names (namespace_uid, name)
select namespace_uid, topic_id from topics
union
select namespace_uid, name from lake_tables;

-- The namespace below whose prefix the files are; null for the namespace that the table is in. Another one only for a
-- table that was moved: its files stay where they are, and so does that namespace.
alter table lake_tables add column home_namespace_uid uuid references namespaces;

create index lake_tables_by_home on lake_tables (home_namespace_uid) where home_namespace_uid is not null;

create table namespace_properties (
    namespace_uid uuid not null references namespaces,
    name text collate "C" not null check (octet_length(name) between 1 and 255),
    value text collate "C" not null check (octet_length(value) <= 4096),
    primary key (namespace_uid, name)
);

-- Tables that other engines made and dropped together with their files: what the metadata file reaches below the home's
-- prefix is garbage.
create table purged_tables (
    table_uid uuid primary key,
    home_namespace_uid uuid not null references namespaces,
    metadata_location text collate "C" not null,
    purge_time timestamptz not null
);

create index purged_tables_by_home on purged_tables (home_namespace_uid, purge_time);
