-- What the garbage collector has to find.

-- When the object of a folio without pages may be removed, and with it this row, which has kept the answer to its commit
-- until then; null while there are pages, or nobody has seen yet that there are none. A folio never gets pages back.
-- Numbers of commits have gaps from here on: a commit that is missing has no pages.
alter table folios add column collect_time timestamptz;

-- To be looked at: few, since most folios are empty soon and gone later.
create index folios_unmarked on folios (namespace_uid, commit_number) where collect_time is null;
create index folios_by_collect_time on folios (namespace_uid, collect_time) where collect_time is not null;

-- Whether an object is known as garbage. By hash: a location may be longer than what a tree takes.
create index garbage_by_location on garbage using hash (location);
create index garbage_directories on garbage (namespace_uid) where right(location, 1) = '/';
