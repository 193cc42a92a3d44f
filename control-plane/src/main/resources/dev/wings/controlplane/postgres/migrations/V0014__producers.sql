-- Producers that number their batches, so that each is stored once however often it is sent.

-- Those that have a name.
create table producers (
    namespace_uid uuid not null references namespaces,
    producer_name text collate "C" not null,
    producer_id uuid not null unique,
    -- Counts up each time that a producer of this name starts; the batches of earlier ones are refused.
    epoch bigint not null check (epoch > 0),
    start_time timestamptz not null,
    primary key (namespace_uid, producer_name)
);

-- What is known of the batches that a producer has sent to a topic. It outlives the topic for a while.
create table producer_states (
    topic_uid uuid not null,
    producer_id uuid not null,
    epoch bigint not null check (epoch >= 0),
    -- The number of its next batch; all before it have been answered.
    next_sequence bigint not null check (next_sequence > 0),
    -- The answers to the batches right before that: message wings.v1.ProducerAnswers.
    answers bytea not null,
    -- When this is forgotten. It moves a few times a day only, so that most changes touch no index.
    expire_time timestamptz not null,
    primary key (topic_uid, producer_id)
) with (fillfactor = 70);

create index producer_states_by_producer on producer_states (producer_id);
create index producer_states_by_expiry on producer_states (expire_time);
