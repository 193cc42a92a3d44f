-- Tenants, object stores, namespaces and topics.
--
-- Lock order, for every transaction: tenant, object store, namespace, topic, partition; several of a kind ordered by key.
-- Creating a child takes FOR KEY SHARE on its parents, deleting a parent FOR UPDATE, so that neither passes the other;
-- a commit, and whatever changes a topic, takes FOR NO KEY UPDATE on the namespace.
--
-- Tenants, object stores and namespaces are marked deleted, not removed: the garbage collector still has to find the
-- objects. Ids are ASCII and compared by bytes (collation "C"), so that paging agrees with every implementation.

create table tenants (
    tenant_uid uuid primary key,
    tenant_id text collate "C" not null check (tenant_id ~ '^[a-z][a-z0-9_-]{0,62}$'),
    create_time timestamptz not null,
    delete_time timestamptz
);

create unique index tenants_by_id on tenants (tenant_id) where delete_time is null;

create table object_stores (
    object_store_uid uuid primary key,
    tenant_uid uuid not null references tenants,
    object_store_id text collate "C" not null check (object_store_id ~ '^[a-z][a-z0-9_-]{0,62}$'),
    uri text collate "C" not null check (octet_length(uri) between 1 and 2048),
    create_time timestamptz not null,
    delete_time timestamptz,
    unique (tenant_uid, object_store_uid)
);

create unique index object_stores_by_id on object_stores (tenant_uid, object_store_id) where delete_time is null;

create table namespaces (
    namespace_uid uuid primary key,
    tenant_uid uuid not null references tenants,
    namespace_id text collate "C" not null check (namespace_id ~ '^[a-z][a-z0-9_-]{0,62}$'),
    object_store_uid uuid not null,
    -- What all object keys of the namespace start with, without the slash that follows.
    object_prefix text collate "C" not null unique check (octet_length(object_prefix) between 1 and 512),
    -- The sequencer: whoever commits holds this row and counts up by one for each folio.
    last_commit_number bigint not null default 0 check (last_commit_number >= 0),
    create_time timestamptz not null,
    delete_time timestamptz,
    foreign key (tenant_uid, object_store_uid) references object_stores (tenant_uid, object_store_uid)
) with (fillfactor = 50); -- updated by every commit: room for the new versions on the same page

create unique index namespaces_by_id on namespaces (tenant_uid, namespace_id) where delete_time is null;

create index namespaces_by_object_store on namespaces (object_store_uid);

create table topics (
    topic_uid uuid primary key,
    namespace_uid uuid not null references namespaces,
    topic_id text collate "C" not null check (topic_id ~ '^[a-z][a-z0-9_-]{0,62}$'),
    create_time timestamptz not null,
    -- The current schema: message wings.v1.Schema. Its version again, for commits, which need no more.
    schema bytea not null,
    schema_version integer not null check (schema_version >= 0),
    -- The top-level field that rows are partitioned by; null for a topic of one partition.
    partition_field_id integer check (partition_field_id > 0),
    unique (namespace_uid, topic_id)
);
