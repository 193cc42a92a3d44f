-- How many of a task's attempts failed for what no task is to blame for, a store that is away, say: they lengthen its
-- pauses but do not make it dead.
alter table tasks
    add column transient_failures integer not null default 0 check (transient_failures >= 0);
