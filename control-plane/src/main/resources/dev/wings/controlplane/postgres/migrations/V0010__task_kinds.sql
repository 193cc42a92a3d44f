-- Kinds of tasks are named in one place, the control plane's own list.
alter table tasks drop constraint tasks_kind_check;
