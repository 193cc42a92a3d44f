/// gRPC servers and clients as all services have them. Start reading at [dev.wings.common.rpc.GrpcServer] and
/// [dev.wings.common.rpc.GrpcClient].
@NullMarked
package dev.wings.common.rpc;

import org.jspecify.annotations.NullMarked;
