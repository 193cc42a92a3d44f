-- Background work of the lake, and what its commits leave behind.
--
-- Lock order, where the one of V0001 goes on: ..., namespace, topic, task, table, (pages,) partition; several of a kind
-- ordered by key. Whoever works on a topic's table takes FOR KEY SHARE on the topic, its deletion FOR UPDATE. A commit to a
-- table does not touch the namespace's row, and takes the partitions last: whoever commits to the log waits for it no longer
-- than one transaction takes to become durable.

create table tasks (
    -- A UUIDv7: the newest is the greatest.
    task_uid uuid primary key,
    tenant_uid uuid not null references tenants,
    namespace_uid uuid not null references namespaces,
    kind text not null
        check (kind in ('CREATE_TABLE', 'COMPACT', 'REWRITE', 'EXPIRE_SNAPSHOTS', 'COLLECT_GARBAGE')),
    -- The topic, for COLLECT_GARBAGE the namespace. No reference: a task outlives its topic, to tell what became of it.
    target_uid uuid not null,
    -- Full name of the resource, as it was when the task was made.
    target text collate "C" not null,
    -- Of pages that were waiting when the task was made or grew.
    bytes bigint not null check (bytes >= 0),
    state text not null check (state in ('WAITING', 'RUNNING', 'DONE', 'DEAD')),
    -- Counts up with each lease.
    epoch bigint not null check (epoch >= 0),
    attempts integer not null check (attempts >= 0),
    failure text not null,
    progress text not null,
    -- The newest lease; null before the first.
    worker text,
    lease_start_time timestamptz,
    lease_end_time timestamptz,
    create_time timestamptz not null,
    -- Of the newest change of state.
    update_time timestamptz not null,
    -- When what is to be done came up.
    since_time timestamptz not null,
    -- When it should be done: the order within a tenant.
    due_time timestamptz not null,
    -- Not leased before.
    next_run_time timestamptz not null,
    check ((worker is null) = (lease_start_time is null) and (worker is null) = (lease_end_time is null)),
    check (state <> 'RUNNING' or worker is not null)
) with (fillfactor = 70); -- updated by leases and renewals

-- One of a kind for a target, until it is done.
create unique index tasks_open on tasks (target_uid, kind) where state <> 'DONE';

-- Tasks of one target exclude each other.
create unique index tasks_running_by_target on tasks (target_uid) where state = 'RUNNING';

create index tasks_waiting_by_tenant on tasks (tenant_uid, due_time) where state = 'WAITING';
create index tasks_waiting_by_time on tasks (next_run_time) where state = 'WAITING';
create index tasks_running_by_tenant on tasks (tenant_uid) where state = 'RUNNING';
create index tasks_running_by_time on tasks (lease_end_time) where state = 'RUNNING';
create index tasks_done_by_time on tasks (update_time) where state = 'DONE';
create index tasks_by_tenant on tasks (tenant_uid, task_uid);

-- When each tenant was last given a worker, so that the next one goes to another.
create table task_turns (
    tenant_uid uuid primary key references tenants,
    lease_time timestamptz not null
);

-- Up to which commit of a namespace its pages have been counted into tasks. Whoever counts locks the row.
create table task_cursors (
    namespace_uid uuid primary key references namespaces,
    commit_number bigint not null check (commit_number >= 0)
);

-- Commits to tables that were made: what makes them idempotent.
create table table_commits (
    -- A UUID, chosen by the worker.
    commit_id uuid primary key,
    -- No reference: a commit is also remembered when the topic was deleted.
    topic_uid uuid not null,
    -- Moved out of pages.
    row_count bigint not null check (row_count >= 0),
    commit_time timestamptz not null
);

create index table_commits_by_time on table_commits (commit_time);

-- Objects that nothing refers to any more. They stay for a grace, since queries that began before may still read them.
create table garbage (
    garbage_id bigint generated always as identity primary key,
    namespace_uid uuid not null references namespaces,
    -- The object's location: URI of the object store, a slash and the key. With a slash at its end: all objects below.
    location text collate "C" not null check (octet_length(location) between 1 and 4096),
    -- Not to be removed before.
    collect_time timestamptz not null
);

create index garbage_by_namespace on garbage (namespace_uid, collect_time);

-- How soon a topic's rows are in its table: the field of its layout again, for whoever makes tasks.
alter table topics add column freshness interval not null default '30 seconds';
