/// Serves Flight SQL, the protocol at the edge of the server. Start reading at
/// [dev.wings.server.flight.FlightRouter], behind which is [dev.wings.server.flight.FlightSqlEndpoint].
///
/// Nothing here blocks a thread of gRPC: rows are sent from threads of their own.
@NullMarked
package dev.wings.server.flight;

import org.jspecify.annotations.NullMarked;
