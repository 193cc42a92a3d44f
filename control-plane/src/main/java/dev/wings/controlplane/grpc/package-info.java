/// The gRPC side of the control plane: it turns messages into calls of the logic and answers into messages,
/// nothing else.
@NullMarked
package dev.wings.controlplane.grpc;

import org.jspecify.annotations.NullMarked;
