/// What operators see of a process: metrics, liveness, readiness, and the log's format. Start reading at
/// [dev.wings.common.telemetry.Telemetry] and [dev.wings.common.telemetry.ManagementServer].
///
/// Meters are named `wings.<service or part>.<what>` with the unit's dimension left to the registry, so that
/// Prometheus shows `wings_ingestor_batch_bytes` or `wings_grpc_server_calls_seconds_count`. Tags take few values:
/// never a topic, a partition or a query.
@NullMarked
package dev.wings.common.telemetry;

import org.jspecify.annotations.NullMarked;
