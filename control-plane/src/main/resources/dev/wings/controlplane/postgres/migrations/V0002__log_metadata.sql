-- Partitions, folios and pages: what the log holds, in which order, and where.

create table partitions (
    topic_uid uuid not null references topics,
    -- The canonical text of the partition key's value in UTF-8. Bytes, since text could not hold every value and would
    -- order them by a collation.
    value bytea not null check (octet_length(value) <= 1024),
    -- The offset that the next row gets: rows [0, next_offset) exist.
    next_offset bigint not null check (next_offset >= 0),
    -- Rows below are in segments, from here on in pages.
    watermark bigint not null default 0 check (watermark >= 0),
    -- Of the newest batch. Never goes back.
    last_timestamp_micros bigint not null,
    primary key (topic_uid, value),
    check (watermark <= next_offset)
) with (fillfactor = 70); -- updated by commits: room for new versions on the same page

create table folios (
    -- A UUIDv7, chosen by the ingestor: what makes a commit idempotent.
    folio_id uuid primary key,
    namespace_uid uuid not null references namespaces,
    -- The place of the commit in its namespace: dense, from 1.
    commit_number bigint not null check (commit_number > 0),
    object_key text collate "C" not null,
    object_bytes bigint not null check (object_bytes > 0),
    -- What the commit was answered, for when it is asked again: message wings.v1.CommitFolioResponse.
    answer bytea not null,
    create_time timestamptz not null,
    unique (namespace_uid, commit_number)
);

create table pages (
    topic_uid uuid not null,
    partition_value bytea not null,
    -- Rows [start_offset, end_offset) of the partition.
    start_offset bigint not null check (start_offset >= 0),
    end_offset bigint not null,
    folio_id uuid not null references folios,
    -- Bytes [byte_offset, byte_offset + byte_length) of the folio's object.
    byte_offset bigint not null check (byte_offset >= 0),
    byte_length bigint not null check (byte_length > 0),
    -- The 32 bits of the checksum, as a signed number.
    crc32c integer not null,
    schema_version integer not null check (schema_version >= 0),
    -- Of the first and of the last batch.
    first_timestamp_micros bigint not null,
    last_timestamp_micros bigint not null,
    -- Rows and timestamp of each batch: field `batches` of message wings.v1.PlannedPage.
    batches bytea not null,
    -- By the end, not the start: "from offset n on" is then a range of the index, and the order is the same, since pages
    -- of a partition never overlap.
    primary key (topic_uid, partition_value, end_offset),
    foreign key (topic_uid, partition_value) references partitions (topic_uid, value),
    check (start_offset < end_offset),
    check (first_timestamp_micros <= last_timestamp_micros)
);

-- The pages of a commit in the order of its folio, for followers; and whether a folio still has pages, for the garbage
-- collector.
create unique index pages_by_folio on pages (folio_id, byte_offset);
