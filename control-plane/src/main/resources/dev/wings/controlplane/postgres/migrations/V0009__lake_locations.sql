-- Where tables of other engines have their files, and which metadata files the catalog itself has written.

-- Directories of a table or view, without a slash at the end: none is that of another, contains it, or lies in it, as far
-- as they have the same home. (Whoever adds one holds a lock of the home.)
create table lake_locations (
    table_uid uuid not null references lake_tables on delete cascade,
    location text collate "C" not null,
    home_namespace_uid uuid not null references namespaces,
    primary key (table_uid, location)
);

create index lake_locations_by_home on lake_locations (home_namespace_uid);

-- As far as it can be told without the metadata.
insert into lake_locations (table_uid, location, home_namespace_uid)
select table_uid, regexp_replace(metadata_location, '/metadata/[^/]+$', ''), coalesce(home_namespace_uid, namespace_uid)
from lake_tables
where topic_uid is null and metadata_location ~ '/metadata/[^/]+$';

-- Metadata files that the catalog wrote for a table that wants them deleted when they fall out of its log: what else
-- the log names is what somebody says, and is not deleted.
create table written_metadata (
    table_uid uuid not null references lake_tables on delete cascade,
    location text collate "C" not null,
    primary key (table_uid, location)
);

-- Whether nothing is left of a namespace that was deleted, and so nobody has to look at it again.
alter table namespaces add column cleaned boolean not null default false;

create index namespaces_not_cleaned on namespaces (namespace_uid) where not cleaned;
