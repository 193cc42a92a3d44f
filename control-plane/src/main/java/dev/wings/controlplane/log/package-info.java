/// The log: commits, plans and followers. Start reading at [dev.wings.controlplane.log.LogMetadata], then
/// [dev.wings.controlplane.log.CommitRule], where offsets and timestamps are given; the state is behind
/// [dev.wings.controlplane.log.LogMetadataStore].
@NullMarked
package dev.wings.controlplane.log;

import org.jspecify.annotations.NullMarked;
