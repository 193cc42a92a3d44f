-- Topics are deleted in one short transaction, however many pages they have: those go afterwards, some at a time.

-- Topics that were deleted and still have partitions or pages.
create table deleted_topics (
    topic_uid uuid primary key,
    namespace_uid uuid not null references namespaces
);

create index deleted_topics_by_namespace on deleted_topics (namespace_uid);

-- Partitions outlive their topic until then. None is added meanwhile: a commit finds the topic behind the lock of the
-- namespace, which the deletion holds as well.
alter table partitions drop constraint partitions_topic_uid_fkey;
