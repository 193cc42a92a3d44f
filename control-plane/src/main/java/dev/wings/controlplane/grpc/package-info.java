/// The gRPC side of the control plane: from messages to the logic and back, nothing else.
@NullMarked
package dev.wings.controlplane.grpc;

import org.jspecify.annotations.NullMarked;
