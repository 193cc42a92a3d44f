/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.common.service;

import dev.wings.common.fair.KnownTenants;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.GetTenantRequest;
import dev.wings.common.resource.TenantName;
import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.telemetry.ReadinessCheck;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.World;
import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;

/// What a stateless service needs of its surroundings. It closes none of it.
///
/// @param controlPlane where the control plane's gRPC services are
/// @param stores the object store at a root
/// @param allocator parent of the service's own, which is bounded by its configuration
public record Surroundings(
        Channel controlPlane,
        Function<URI, ObjectStore> stores,
        BufferAllocator allocator,
        World world,
        Telemetry telemetry) {

    private static final Duration READINESS_TIMEOUT = Duration.ofSeconds(2);

    /// The tenants that the control plane knows.
    ///
    /// @param timeout of asking it for one, waiting for it included
    public KnownTenants knownTenants(Duration timeout) {
        ClusterMetadataGrpc.ClusterMetadataBlockingStub stub =
                ClusterMetadataGrpc.newBlockingStub(controlPlane).withWaitForReady();
        return new KnownTenants(
                tenant -> Retries.once(() -> stub.withDeadline(world.scheduler().deadline(timeout))
                        .getTenant(GetTenantRequest.newBuilder()
                                .setName(new TenantName(tenant).toString())
                                .build())),
                world);
    }

    /// Whether the control plane serves.
    public ReadinessCheck controlPlaneCheck() {
        return new ReadinessCheck("control-plane", () -> {
            ServingStatus status = Retries.once(() -> HealthGrpc.newBlockingStub(controlPlane)
                    .withDeadline(world.scheduler().deadline(READINESS_TIMEOUT))
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus());
            return status == ServingStatus.SERVING ? Optional.empty() : Optional.of(status.name());
        });
    }
}
