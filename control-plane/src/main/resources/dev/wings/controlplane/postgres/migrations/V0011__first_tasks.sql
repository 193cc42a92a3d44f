-- Topics that have no task to create their table yet, and namespaces that have none to collect their garbage. A row is
-- written in the transaction that makes the topic or the namespace, and goes in the one that makes the task.
create table wanted_tasks (
    -- The topic or the namespace. No reference: a topic may be deleted before.
    target_uid uuid primary key,
    kind text not null
);

insert into wanted_tasks (target_uid, kind)
select t.topic_uid, 'CREATE_TABLE'
from topics t
where not exists (select from lake_tables l where l.topic_uid = t.topic_uid)
    and not exists (
        select from tasks k
        where k.target_uid = t.topic_uid and k.kind = 'CREATE_TABLE' and k.state <> 'DONE');

insert into wanted_tasks (target_uid, kind)
select n.namespace_uid, 'COLLECT_GARBAGE'
from namespaces n
where not n.cleaned
    and not exists (
        select from tasks k
        where k.target_uid = n.namespace_uid and k.kind = 'COLLECT_GARBAGE' and k.state <> 'DONE');
